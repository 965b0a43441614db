"""What somebody asks Payment History for: words, filters and order as typed, and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.history import queries as history
from florin.domain.history.queries import PaymentStatus
from florin.domain.payments.models import Method
from florin.domain.payments.queries import Wanted
from florin.screens.office.shared import parsing
from florin.screens.office.shared.paging import Column
from florin.screens.office.shared.parsing import InvalidInput

_FIELDS = ("q", "customer", "method", "state", "by", "since", "until", "sort")
_LATEST = "-received"


def _instant(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("no time zone")
    return read


# What the list can be sorted by, rising; each has an index that yields it without sorting everything.
_SORTS = {
    "received": (Column("received_at", _instant), Column("pk", UUID)),
    "amount": (Column("amount", int), Column("pk", UUID)),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as typed; ``errors`` holds a sentence for each date that is none."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, sent: QueryDict) -> "Asked":
        """Read what an address asks for; nothing of it is believed yet."""
        return cls({name: parsing.search(sent.get(name, "")) for name in _FIELDS})

    @property
    def narrowed(self) -> bool:
        """Whether the list is narrowed at all."""
        return any(value for name, value in self.values.items() if name != "sort")

    @property
    def more(self) -> bool:
        """Whether one of the filters behind "More filters" is in use."""
        return any(self.values[name] for name in ("by", "since", "until"))

    @property
    def address(self) -> str:
        """The query string of an address that asks for the same."""
        return urlencode({name: value for name, value in self.values.items() if value})

    @property
    def sort(self) -> str:
        """What the list is sorted by, a minus before it if falling."""
        asked = self.values["sort"]
        return asked if asked.removeprefix("-") in _SORTS else _LATEST

    @property
    def sorts(self) -> dict[str, str]:
        """What pressing each column's heading sorts by: the other way round the second time."""
        return {name: name if self.sort == f"-{name}" else f"-{name}" for name in _SORTS}

    @property
    def ways(self) -> dict[str, str]:
        """How a column is sorted now, in the words of ``aria-sort``."""
        return {self.sort.removeprefix("-"): "descending" if self.sort.startswith("-") else "ascending"}

    def columns(self, *, few: bool) -> list[Column]:
        """Return what to sort by; a few rows by keys that no index knows, so that none is walked for them."""
        name, falling = self.sort.removeprefix("-"), self.sort.startswith("-")
        columns = [Column(column.name, column.read, falling) for column in _SORTS[name]]
        if few:
            columns[0] = Column(f"{columns[0].name}_apart", columns[0].read, falling)
        return columns

    def wanted(self, company: Company) -> Wanted:
        """Return what it means; a date that is none narrows nothing and is named in ``errors``."""
        since, until = self._day("since"), self._day("until")
        if since and until and since > until:
            self.errors["until"] = _("This day is before the first one.")
        state = self.values["state"]
        return Wanted(
            words=self.values["q"],
            amount=_amount(self.values["q"]),
            customer=_key(self.values["customer"]),
            method=self.values["method"] if self.values["method"] in set(Method) else "",
            by=self.values["by"],
            since=_midnight(since, company),
            until=_midnight(until + timedelta(days=1) if until else None, company),
            only=history.where_status(PaymentStatus(state)) if state in set(PaymentStatus) else None,
        )

    def _day(self, name: str) -> date | None:
        try:
            return parsing.day(self.values[name])
        except InvalidInput as problem:
            self.errors[name] = str(problem)
            return None


def _amount(text: str) -> Decimal | None:
    try:
        return parsing.decimal(text.strip(" $€£¥"), whole=15, places=3)
    except InvalidInput:
        return None


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _midnight(day: date | None, company: Company) -> datetime | None:
    return datetime.combine(day, time.min, ZoneInfo(company.time_zone)) if day else None
