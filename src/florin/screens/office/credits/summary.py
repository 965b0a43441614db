"""A/R > Credits: every credit by its state, and all that is open, with what it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse

from florin.domain.attempts import bill
from florin.domain.credits import queries
from florin.domain.credits.lifecycle import CreditState
from florin.domain.credits.models import Credit
from florin.domain.ledger.models import Item
from florin.domain.staff.rights import Right
from florin.kernel.money import Money
from florin.kernel.paging import Column, by_day
from florin.screens.office.shared.access import StaffRequest, shows
from florin.screens.office.shared.listing import Listing, choice, show

_LAST = Column("pk", UUID)
_SORTS = {
    "given": by_day("given_on"),
    "customer": (Column("customer__name", str), _LAST),
    "amount": (Column("currency", str), Column("amount", int), _LAST),
}
_OPEN_SORTS = {
    "opened": by_day("opened_on"),
    "customer": (Column("customer__name", str), _LAST),
    "open": (Column("currency", str), Column("balance", int), _LAST),
}


_CREDITS = Listing(_SORTS, usual="-given", filters={"q": str, "state": choice(*CreditState)})
_OPEN_CREDITS = Listing(_OPEN_SORTS, usual="opened", filters={"q": str, "kind": choice(*queries.GIVING)})


@dataclass(frozen=True, slots=True)
class Given:
    """One row of all credits."""

    credit: Credit

    @property
    def open(self) -> Money | None:
        """What is left of an approved one, as a positive amount."""
        item = self.credit.item
        return -item.money if item and self.credit.state == CreditState.APPROVED else None


@dataclass(frozen=True, slots=True)
class OpenCredit:
    """One row of what is open: the item, and what payments under way count on of it."""

    item: Item
    held: Money | None

    @property
    def open(self) -> Money:
        """What is open, as a positive amount."""
        return -self.item.money


@shows(Right.CREATE_CREDIT)
def credits_(request: StaffRequest) -> HttpResponse:
    """Show credits, the latest first, with what they come to."""
    filters = _CREDITS.read(request.GET)
    found = queries.search(request.user.company_id, words=filters.text("q"), state=filters.text("state"))
    shown = filters.slice(found)
    context = {
        "rows": [Given(credit) for credit in shown.rows],
        "totals": queries.totals(found),
        "states": list(CreditState),
    }
    return show(request, filters, shown, context, whole="credits/summary.html", rows="credits/rows.html")


@shows(Right.CREATE_CREDIT)
def open_credits(request: StaffRequest) -> HttpResponse:
    """Show credits, pre-payments and overpayments of which something is open, the oldest first."""
    filters = _OPEN_CREDITS.read(request.GET)
    found = queries.open_items(request.user.company_id, words=filters.text("q"), kind=filters.text("kind"))
    shown = filters.slice(found)
    context = {
        "rows": _with_held(shown.rows),
        "totals": queries.open_totals(found),
        "kinds": list(queries.GIVING),
    }
    return show(
        request, filters, shown, context, whole="credits/credits_open.html", rows="credits/open_rows.html"
    )


def _with_held(items: Sequence[Item]) -> list[OpenCredit]:
    held = bill.reserved_credits([item.pk for item in items])
    return [
        OpenCredit(item, Money(held[item.pk], item.currency) if item.pk in held else None) for item in items
    ]
