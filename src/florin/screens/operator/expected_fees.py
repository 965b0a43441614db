"""What the operator's settings expect the processor to take of a company's payments (``FLORIN_FEES_*``)."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.kernel import formats
from florin.kernel.money import Money, exponent

_EXAMPLE = 100


def describe(company: Company) -> Mapping[str, tuple[str, str]]:
    """Return, by the setting's name, what it is for and what it comes to, in the company's currency."""
    fees = settings.FEES
    example = Money(_EXAMPLE * 10 ** exponent(company.currency), company.currency)
    shown = _money(example)
    refund = fees.returned(example, of=example, method="card")
    return {
        "FLORIN_FEES_CARD": (
            _("A card payment of %(amount)s") % {"amount": shown},
            _money(fees.of_payment(example, method="card")),
        ),
        "FLORIN_FEES_ACH": (
            _("A bank payment (ACH) of %(amount)s") % {"amount": shown},
            _money(fees.of_payment(example, method="ach")),
        ),
        "FLORIN_FEES_DISPUTE": (_("A disputed card payment"), _money(fees.of_dispute(company.currency))),
        "FLORIN_FEES_REFUND_KEPT": (
            _("Comes back when a card payment of %(amount)s is refunded") % {"amount": shown},
            _money(refund),
        ),
    }


def _money(amount: Money) -> str:
    return formats.money(amount, get_language() or "en")
