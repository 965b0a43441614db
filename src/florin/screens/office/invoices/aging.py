"""A/R > Aging / Statements: who owes how much and how late, and statements for one, several or all (R5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from florin.contracts.documents import Aging
from florin.domain.ledger import aging as books
from florin.domain.ledger.aging import CustomerAging
from florin.domain.mailing_runs import queries as mailing_runs
from florin.domain.mailing_runs.models import MailingRun
from florin.domain.payments import bill
from florin.domain.staff.rights import Right
from florin.kernel import clock
from florin.kernel.money import Money
from florin.screens.office.shared.access import StaffRequest, page, requires
from florin.screens.office.shared.parsing import as_key, search

_ROWS = 50
_RUNS = 5
_AMOUNTS = ("current", "to_30", "to_60", "to_90", "over_90", "credits", "total")
_SORTS = ("number", "name", *_AMOUNTS)


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


@dataclass(frozen=True, slots=True)
class Asked:
    """What the table is to show: words to search for, the column it is sorted by, and which page.

    ``ticked`` are the keys of customers that are ticked, on whatever page.
    """

    words: str
    sort: str
    number: int
    ticked: Sequence[UUID] = ()

    @classmethod
    def read(cls, request: HttpRequest) -> "Asked":
        """Read an address; what makes no sense there counts as not given."""
        sort = request.GET.get("sort", "")
        number = request.GET.get("page", "")
        return cls(
            words=search(request.GET.get("q", "")),
            sort=sort if sort.removeprefix("-") in _SORTS else "name",
            number=int(number)
            if number.isascii() and number.isdecimal() and len(number) < len("10000")
            else 1,
            ticked=list(dict.fromkeys(filter(None, map(as_key, request.GET.get("chosen", "").split(","))))),
        )

    def address(self, **changes: str | int) -> str:
        """Return the address of the same table with something else; a new order begins on the first page."""
        chosen = ",".join(key.hex for key in self.ticked)
        values = {"q": self.words, "sort": self.sort, "chosen": chosen, **changes}
        return "?" + urlencode({name: value for name, value in values.items() if value})

    @property
    def column(self) -> str:
        """The column it is sorted by."""
        return self.sort.removeprefix("-")

    @property
    def falling(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: its name, where a press on it leads, and how the table is sorted by it now."""

    name: str
    address: str
    sorted: str

    @property
    def amount(self) -> bool:
        """Whether it heads figures."""
        return self.name in _AMOUNTS


@require_safe
@requires(Right.STATEMENTS)
def aging(request: StaffRequest) -> HttpResponse:
    """Show who owes, by how late it is; search, sort and turn pages."""
    company, asked = request.user.company, Asked.read(request)
    found = _sorted(books.by_customer(company, asked.words), asked)
    pages = max(ceil(len(found) / _ROWS), 1)
    number = min(max(asked.number, 1), pages)
    shown = found[(number - 1) * _ROWS : number * _ROWS]
    context: dict[str, object] = {
        "asked": asked,
        "headings": [_heading(name, asked) for name in _SORTS if name != "number"],
        "rows": _lines(shown, asked),
        "kept": [key for key in asked.ticked if key not in {row.customer_id for row in shown}],
        "chosen": ",".join(key.hex for key in asked.ticked),
        "totals": [Total(currency, each) for currency, each in books.totals(found).items()],
        "customers": len({row.customer_id for row in found}),
        "before": asked.address(page=number - 1) if number > 1 else "",
        "after": asked.address(page=number + 1) if number < pages else "",
        "number": number,
        "pages": pages,
        "today": clock.today(company.time_zone),
    }
    if request.htmx and not request.htmx.history_restore_request:
        return page(request, "invoices/aging_rows.html", context)
    context["runs"] = mailing_runs.list_recent(company.pk, MailingRun.Kind.STATEMENTS, most=_RUNS)
    return page(request, "invoices/aging.html", context)


def _lines(rows: Sequence[CustomerAging], asked: Asked) -> list[Line]:
    held = bill.reserved_of(row.customer_id for row in rows)
    return [
        Line(row, held.get((row.customer_id, row.currency)), row.customer_id in asked.ticked) for row in rows
    ]


def _sorted(rows: Sequence[CustomerAging], asked: Asked) -> list[CustomerAging]:
    if asked.column in {"number", "name"}:
        return sorted(
            rows, key=lambda row: (getattr(row, asked.column).casefold(), row.number), reverse=asked.falling
        )
    by_name = sorted(rows, key=lambda row: (row.name.casefold(), row.number))
    return sorted(by_name, key=lambda row: int(getattr(row.aging, asked.column)), reverse=asked.falling)


def _heading(name: str, asked: Asked) -> Heading:
    """Return a heading; a first press sorts names upwards and figures downwards, a second one turns it."""
    is_sorted = asked.column == name
    falling = not asked.falling if is_sorted else name in _AMOUNTS
    state = ("descending" if asked.falling else "ascending") if is_sorted else ""
    return Heading(name, asked.address(sort=f"-{name}" if falling else name), state)
