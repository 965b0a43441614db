"""The page of a payment: the money, where it went, where it stands now, and what can be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, Sum
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.contracts.processor import MovementKind
from florin.domain.disputes import queries as disputes
from florin.domain.disputes.lifecycle import LOSSES
from florin.domain.disputes.models import Dispute
from florin.domain.history import queries as history
from florin.domain.history.actions import possible_actions
from florin.domain.history.queries import PaymentEvents
from florin.domain.invoices.models import Invoice
from florin.domain.ledger import applying
from florin.domain.ledger.models import Application, Entry, Item
from florin.domain.payments import discounts, returns
from florin.domain.payments.models import Allocation, Payment
from florin.domain.payouts import queries as settlement
from florin.domain.payouts.models import Movement, Payout
from florin.domain.receipts.models import Receipt
from florin.domain.refunds import queries as refunds
from florin.domain.staff.rights import Right
from florin.flows import charge_return_fee
from florin.kernel import formats, return_codes
from florin.kernel.database import find
from florin.kernel.money import Money
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, page, shows
from florin.screens.office.shared.timeline import TimelineEntry

_PROCESSOR = "processor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One item that the payment's money went to: how much when it came in, and how much is there now.

    ``discount`` is what was deducted with it for early payment and still is.
    ``order`` leads to the invoice; an open credit has none, and its ``open`` is what is not used yet.
    """

    item: Item
    order: UUID | None
    came_in: Money
    stands: Money
    discount: Money

    @property
    def open(self) -> Money:
        """What is owed on the invoice now, or what is open of the credit."""
        return Money(abs(self.item.balance), self.item.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an open credit gave to an invoice together with the payment, and what of it stands now."""

    credit: Item
    debt: Item
    amount: Money
    stands: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """What a return or a lost dispute brought about: what is said of it, by staff too, and when.

    ``open`` are those of its invoices that are still open, ``fee`` is the invoice over the fee for it.
    """

    said: str
    note: str
    at: datetime
    open: Sequence[Invoice]
    fee: Invoice | None


@shows(Right.RECEIVE_PAYMENT)
def payment(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show a payment."""
    return page(request, "payments/detail.html", _context(request, pk))


@shows(Right.RECEIVE_PAYMENT)
def refresh(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show the payment as it is now; 204 if that is as the page has it."""
    shown = _find(request, pk)
    if request.GET.get("seen") == timeline.mark(_timeline(shown)):
        return HttpResponse(status=204)
    return page(request, "payments/body.html", _context(request, pk))


def _context(request: StaffRequest, pk: UUID) -> dict[str, object]:
    shown = _find(request, pk)
    row, after, entries = history.rows([shown])[0], history.payment_events(shown), _timeline(shown)
    places, came_back = _places(shown), _came_back(shown, after)
    charged = came_back is not None and came_back.fee is not None
    return {
        "payment": shown,
        "this_payment": str(shown.pk),
        "row": row,
        "after": after,
        "came_back": came_back,
        "places": places,
        "stands": sum((place.stands for place in places), start=Money.zero(shown.currency)),
        "applied": _applied(shown),
        "receipt": Receipt.objects.filter(payment=shown).only("number").first(),
        **_payout(shown),
        "converted": row.converted,
        "may": possible_actions(row, after, by=request.user, fee_charged=charged),
        "unanswered": _unanswered(request, after),
        "until": refunds.last_day(shown),
        "entries": entries,
        "mark": timeline.mark(entries),
    }


def _find(request: StaffRequest, pk: UUID) -> Payment:
    payments = Payment.objects.filter(company=request.user.company)
    found = find(payments.select_related("customer", "attempt__link"), pk=pk)
    found.company = request.user.company
    return found


def _came_back(shown: Payment, after: PaymentEvents) -> CameBack | None:
    """Say what the return of a payment brought about, or a dispute that was lost, if it came back."""
    back, lost = after.returned, [one for one in after.disputes if one.state in LOSSES]
    if back is not None:
        key, at = back.entry.key, back.returned_at
        said = _("Returned: %(returned)s.") % {"returned": return_codes.sentence(back.code)}
        note = "" if back.marked_by == _PROCESSOR else back.reason
    elif lost:
        key, at, note = disputes.loss_of(lost[-1]), lost[-1].closed_at or lost[-1].opened_at, ""
        said = _("The dispute over %(amount)s was lost.") % {
            "amount": formats.money(lost[-1].money, get_language() or "en")
        }
    else:
        return None
    open_again = [one.invoice for one in returns.reopened(key) if one.invoice.item.balance > 0] if key else []
    return CameBack(said=said, note=note, at=at, open=open_again, fee=charge_return_fee.of_payment(shown))


def _unanswered(request: StaffRequest, after: PaymentEvents) -> Dispute | None:
    """Return a dispute that waits for an answer, for whoever may give it."""
    waiting = (dispute for dispute in after.disputes if dispute.is_answerable)
    return next(waiting, None) if request.user.may(Right.REFUND) else None


def _places(shown: Payment) -> list[Place]:
    """Return where the money went and where it is, invoices by their due dates and open credits last."""
    rows = (
        Allocation.objects.filter(payment=shown)
        .values_list("item", "invoice__order_id")
        .annotate(
            stands=Sum("amount"),
            came_in=Sum("amount", filter=Q(entry__kind=Entry.Kind.PAYMENT), default=0),
        )
    )
    found = {item: (order, int(stands), int(came_in)) for item, order, stands, came_in in rows}
    items = Item.objects.filter(pk__in=found)
    given = discounts.current_discounts(shown)
    places = [
        Place(
            item=item,
            order=found[item.pk][0],
            stands=Money(found[item.pk][1], shown.currency),
            came_in=Money(found[item.pk][2], shown.currency),
            discount=Money(given.get(item.pk, 0), shown.currency),
        )
        for item in items
    ]
    return sorted(places, key=lambda place: (place.order is None, place.item.due_on, place.item.number))


def _applied(shown: Payment) -> list[Applied]:
    """Return what open credits paid in the same moment, and what of that stands now."""
    origin = f"payment:{shown.pk}"
    given = (
        Application.objects.filter(origin=origin, amount__gt=0)
        .values_list("credit", "debt")
        .annotate(given=Sum("amount"))
    )
    stands = {
        (part.credit.pk, part.debt.pk): part.amount for part in applying.current_applications(origin=origin)
    }
    items = Item.objects.in_bulk({key for credit, debt, _given in given for key in (credit, debt)})
    return [
        Applied(
            credit=items[credit],
            debt=items[debt],
            amount=Money(int(amount), shown.currency),
            stands=Money(stands.get((credit, debt), 0), shown.currency),
        )
        for credit, debt, amount in given
    ]


def _payout(shown: Payment) -> dict[str, Payout | None]:
    """Return the payout with which the money reached the bank, or else one since that is not itemized."""
    movements = Movement.objects.filter(payment=shown, kind=MovementKind.PAYMENT, payout__isnull=False)
    movement = movements.select_related("payout").first()
    known = movement.payout if movement else None
    return {"payout": known, "untold": settlement.not_told(shown) if shown.is_online and not known else None}


def _timeline(shown: Payment) -> list[TimelineEntry]:
    also = [shown.attempt_id] if shown.attempt_id else []
    return timeline.timeline(shown.company_id, shown.pk, *also)
