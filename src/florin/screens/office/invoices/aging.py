"""A/R > Aging / Statements: who owes how much and how late, and statements for one, several or all (R5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from django.http import HttpResponse

from florin.contracts.documents import Aging
from florin.domain.attempts import bill
from florin.domain.ledger import aging as books
from florin.domain.ledger.aging import CustomerAging
from florin.domain.mailing_runs import queries as mailing_runs
from florin.domain.mailing_runs.models import MailingRun
from florin.domain.staff.rights import Right
from florin.kernel import clock
from florin.kernel.money import Money
from florin.kernel.paging import ROWS
from florin.screens.office.shared.access import StaffRequest, page, shows, wants_part
from florin.screens.office.shared.listing import Filters, Listing
from florin.screens.office.shared.parsing import as_key

_RUNS = 5
_AMOUNTS = ("current", "to_30", "to_60", "to_90", "over_90", "credits", "total")
# It is sorted in memory, so its sorts name no columns.
AGING = Listing(
    dict.fromkeys(("number", "name", *_AMOUNTS), ()), usual="name", filters={"q": str}, falls_first=_AMOUNTS
)


@dataclass(frozen=True, slots=True)
class Total:
    """What all rows come to in one currency."""

    currency: str
    aging: Aging


@dataclass(frozen=True, slots=True)
class Line:
    """One row, and what payments that are under way hold of it at this moment."""

    row: CustomerAging
    held: Money | None
    ticked: bool


@shows(Right.STATEMENTS)
def aging(request: StaffRequest) -> HttpResponse:
    """Show who owes, by how late it is; search, sort and turn pages."""
    company, filters = request.user.company, AGING.read(request.GET)
    found = _sorted(books.by_customer(company, filters.text("q")), filters)
    pages = max(ceil(len(found) / ROWS), 1)
    number = min(max(_number(request.GET.get("page", "")), 1), pages)
    shown = found[(number - 1) * ROWS : number * ROWS]
    ticked = list(dict.fromkeys(filter(None, map(as_key, request.GET.get("chosen", "").split(",")))))
    context: dict[str, object] = {
        "filters": filters,
        "amounts": _AMOUNTS,
        "rows": _lines(shown, ticked),
        "kept": [key for key in ticked if key not in {row.customer_id for row in shown}],
        "chosen": ",".join(key.hex for key in ticked),
        "totals": [Total(currency, each) for currency, each in books.totals(found).items()],
        "customers": len({row.customer_id for row in found}),
        "number": number,
        "pages": pages,
        "today": clock.today(company.time_zone),
    }
    if wants_part(request):
        return page(request, "invoices/aging_rows.html", context)
    context["runs"] = mailing_runs.list_recent(company.pk, MailingRun.Kind.STATEMENTS, most=_RUNS)
    return page(request, "invoices/aging.html", context)


def _lines(rows: Sequence[CustomerAging], ticked: Sequence[UUID]) -> list[Line]:
    held = bill.reserved_of(row.customer_id for row in rows)
    return [Line(row, held.get((row.customer_id, row.currency)), row.customer_id in ticked) for row in rows]


def _sorted(rows: Sequence[CustomerAging], filters: Filters) -> list[CustomerAging]:
    name, falling = filters.column, filters.falling
    if name in {"number", "name"}:
        return sorted(rows, key=lambda row: (getattr(row, name).casefold(), row.number), reverse=falling)
    by_name = sorted(rows, key=lambda row: (row.name.casefold(), row.number))
    return sorted(by_name, key=lambda row: int(getattr(row.aging, name)), reverse=falling)


def _number(text: str) -> int:
    """Read the number of a page; what cannot be one is the first."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("10000") else 1
