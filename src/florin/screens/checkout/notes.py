"""The sentence above a bill: what became of what the payer did just before."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from florin.contracts import declines
from florin.domain.attempts.bill import Bill, BillState
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.screens.checkout.bill_page import BillPage

_ENDED = frozenset({Attempt.State.OPENED, Attempt.State.EXPIRED})


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence above the bill; ``warn`` says whether something did not go as the payer wanted."""

    text: str
    warn: bool = True


def back_note(page: BillPage, attempt_id: str) -> Note | None:
    """Say what became of the try from which the payer came back to the bill, from our own records only."""
    if page.bill.state != BillState.PAYABLE:
        return None
    mine = Attempt.objects.filter(link=page.link)
    attempt = mine.filter(pk=attempt_id).first() if _is_key(attempt_id) else None
    if attempt and (attempt.unknown_since or attempt.state not in _ENDED):
        return Note(_("We are still checking your last try to pay. You will get a mail as soon as we know."))
    if attempt and attempt.is_lost:
        return Note(
            _("The payment service has no record of your last try. Please call us before you pay again.")
        )
    if attempt and attempt.decline and attempt.method == Method.ACH:
        return Note(
            _("Your bank account was refused. Nothing was charged. %(advice)s")
            % {"advice": _advice_after_debit(page.bill)}
        )
    if attempt and attempt.decline:
        return Note(
            _("Your card was declined: %(reason)s. Nothing was charged. %(advice)s")
            % {"reason": declines.reason(attempt.failure), "advice": _advice(page.bill)}
        )
    return Note(_("You came back without paying. Nothing was charged."), warn=False)


def mailed_note(page: BillPage) -> Note | None:
    """Say that a new link was mailed; the same whoever asks, how often, and wherever it went."""
    if page.bill.state != BillState.COOLING:
        return None
    return Note(
        _("A new link is on its way to where this bill was mailed. Please look there in a minute."),
        warn=False,
    )


def _advice(bill: Bill) -> str:
    if Method.ACH in bill.methods:
        return _("Please try another card, or pay from your bank account.")
    return _("Please try another card.")


def _advice_after_debit(bill: Bill) -> str:
    if Method.CARD in bill.methods:
        return _("Please try another bank account, or pay by card.")
    return _("Please try another bank account.")


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
