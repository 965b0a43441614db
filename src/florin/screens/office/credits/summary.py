"""A/R > Credits: every credit by its state, and all that is open, with what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from florin.domain.credits import queries
from florin.domain.credits.lifecycle import CreditState
from florin.domain.credits.models import Credit
from florin.domain.ledger.models import Item
from florin.domain.payments import bill
from florin.domain.staff.rights import Right
from florin.kernel.money import Money
from florin.screens.office.shared import paging
from florin.screens.office.shared.access import StaffRequest, page, requires
from florin.screens.office.shared.paging import Column
from florin.screens.office.shared.parsing import search

_LAST = Column("pk", UUID)
_SORTS = {
    "given": (Column("given_on", date.fromisoformat), _LAST),
    "customer": (Column("customer__name", str), _LAST),
    "amount": (Column("currency", str), Column("amount", int), _LAST),
}
_OPEN_SORTS = {
    "opened": (Column("opened_on", date.fromisoformat), _LAST),
    "customer": (Column("customer__name", str), _LAST),
    "open": (Column("currency", str), Column("balance", int), _LAST),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the filters say: words, the state or kind that was chosen, and how the list is sorted."""

    words: str
    chosen: str
    sort: str
    by: Mapping[str, Sequence[Column]]

    @property
    def columns(self) -> list[Column]:
        """What to sort by, in the direction asked for."""
        falling = self.sort.startswith("-")
        return [Column(one.name, one.read, falling) for one in self.by[self.sort.removeprefix("-")]]

    @property
    def sorts(self) -> dict[str, str]:
        """What pressing each column's heading sorts by: the other way round the second time."""
        return {name: f"-{name}" if self.sort == name else name for name in self.by}

    @property
    def ways(self) -> dict[str, str]:
        """How a column is sorted now, in the words of ``aria-sort``."""
        return {self.sort.removeprefix("-"): "descending" if self.sort.startswith("-") else "ascending"}

    @property
    def anything(self) -> bool:
        """Whether the list is narrowed at all."""
        return bool(self.words or self.chosen)


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


@require_safe
@requires(Right.CREATE_CREDIT)
def credits_(request: StaffRequest) -> HttpResponse:
    """Show credits, the latest first, with what they come to."""
    asked = _read(request.GET, "state", known=set(CreditState), by=_SORTS)
    found = queries.search(request.user.company_id, words=asked.words, state=asked.chosen)
    after = request.GET.get("after", "")
    shown = paging.slice_of(found, asked.columns, after)
    context = {
        "rows": [Given(credit) for credit in shown.rows],
        "after": shown.after,
        "first": not after,
        "asked": asked,
        "totals": queries.totals(found),
        "states": list(CreditState),
    }
    return page(request, "credits/rows.html" if _is_part(request) else "credits/summary.html", context)


@require_safe
@requires(Right.CREATE_CREDIT)
def open_credits(request: StaffRequest) -> HttpResponse:
    """Show credits, pre-payments and overpayments of which something is open, the oldest first."""
    asked = _read(request.GET, "kind", known=set(queries.GIVING), by=_OPEN_SORTS)
    found = queries.open_items(request.user.company_id, words=asked.words, kind=asked.chosen)
    after = request.GET.get("after", "")
    shown = paging.slice_of(found, asked.columns, after)
    context = {
        "rows": _with_held(shown.rows),
        "after": shown.after,
        "first": not after,
        "asked": asked,
        "totals": queries.open_totals(found),
        "kinds": list(queries.GIVING),
    }
    return page(
        request, "credits/open_rows.html" if _is_part(request) else "credits/credits_open.html", context
    )


def _with_held(items: Sequence[Item]) -> list[OpenCredit]:
    held = bill.reserved_credits([item.pk for item in items])
    return [
        OpenCredit(item, Money(held[item.pk], item.currency) if item.pk in held else None) for item in items
    ]


def _read(query: QueryDict, field: str, *, known: set[str], by: Mapping[str, Sequence[Column]]) -> Asked:
    words = search(query.get("q", ""))
    chosen, sort = query.get(field, ""), query.get("sort", "")
    usual = "-given" if by is _SORTS else "opened"
    return Asked(
        words, chosen if chosen in known else "", sort if sort.removeprefix("-") in by else usual, by
    )


def _is_part(request: StaffRequest) -> bool:
    return bool(request.htmx and not request.htmx.history_restore_request)
