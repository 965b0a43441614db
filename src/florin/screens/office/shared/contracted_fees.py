"""What the operator expects the processor to take, in words, and what of that is compared."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.contracts import capabilities
from florin.kernel import formats
from florin.kernel.fees import FeeSchedule, Rate, in_currency
from florin.kernel.money import Money

_HUNDREDTHS = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracted:
    """The operator's schedule in the reader's language; ``compared`` says what comparisons look at."""

    card: str
    bank: str
    dispute: str
    refund: str
    compared: str


def describe(currency: str, *, gateway: str) -> Contracted:
    """Say what is expected in a currency of a company's, and what of that is compared at its processor."""
    rates: FeeSchedule = settings.FEES
    card, bank = _rate(rates.card, currency), _rate(rates.ach, currency)
    dispute = _money(rates.of_dispute(currency))
    kept = None if rates.refund_kept is None else _money(in_currency(rates.refund_kept, currency))
    return Contracted(
        card=card,
        bank=bank,
        dispute=dispute,
        refund=_("The processor keeps the fee")
        if kept is None
        else _("Brings back the part of the fee that goes by the amount, less %(kept)s") % {"kept": kept},
        compared=_compared(rates, currency, card=card, bank=bank, dispute=dispute, kept=kept)
        if capabilities.for_gateway(gateway).tells_fees
        else _("The processor does not tell its fees, so fees are not compared."),
    )


def _compared(
    rates: FeeSchedule, currency: str, *, card: str, bank: str, dispute: str, kept: str | None
) -> str:
    """Say every part of the schedule that a comparison looks at (``domain/payouts/comparing.py``)."""
    parts = [
        _(
            "Each fee is compared with what is expected: %(card)s of a card payment; %(bank)s of a bank"
            " payment (ACH); %(dispute)s for a disputed card payment."
        )
        % {"card": card, "bank": bank, "dispute": dispute},
        _("No part of the fee is expected back with a refund.")
        if kept is None
        else _(
            "A refund is expected to bring back the part of the fee that goes by the amount, less %(kept)s."
        )
        % {"kept": kept},
    ]
    if rates.tolerance == Rate(0):
        parts.append(_("Every other fee is shown."))
    else:
        parts.append(
            _(
                "A payment's fee may be off by up to %(tolerance)s, because cards from abroad cost more;"
                " every other fee is shown."
            )
            % {"tolerance": _rate(rates.tolerance, currency)}
        )
    parts.append(_("What is booked is what the processor really takes, in the currency in which it settles."))
    return " ".join(parts)


def _rate(rate: Rate, currency: str) -> str:
    """Write a rate with its fixed part, its least and its most."""
    percent = formats.quantity(rate.basis_points * _HUNDREDTHS, get_language() or "en")
    fixed, least = in_currency(rate.fixed, currency), in_currency(rate.least, currency)
    written = f"{percent}\N{NO-BREAK SPACE}%"
    if fixed:
        written += f" + {_money(fixed)}"
    if least:
        written += _(", at least %(least)s") % {"least": _money(least)}
    if rate.most is not None:
        written += _(", at most %(most)s") % {"most": _money(in_currency(rate.most, currency))}
    return written


def _money(amount: Money) -> str:
    return formats.money(amount, get_language() or "en")
