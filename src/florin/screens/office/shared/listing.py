"""What a list was asked for in its address: filters that parse or refuse, and the column it is sorted by.

Nothing in an address is believed. A filter that cannot be parsed narrows nothing and has a sentence beside
its field; an unknown choice or an unknown sort reads as none. What was typed is shown again as it was typed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from florin.screens.office.shared import parsing
from florin.screens.office.shared.paging import Column
from florin.screens.office.shared.parsing import InvalidInput


def choice(*known: str) -> Callable[[str], str]:
    """Return a parser for one of ``known``; anything else reads as nothing chosen."""
    return lambda text: text if text in known else ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A kind of list: its filters by their parameter, what it can be sorted by (rising), and its usual sort.

    ``folded`` names the filters that stand behind "More filters". ``falls_first`` says that the first press
    of a heading sorts falling. ``days`` names the filters that are the first and the last day of a span.
    """

    filters: Mapping[str, Callable[[str], object]]
    sorts: Mapping[str, Sequence[Column]]
    usual: str
    folded: Sequence[str] = ()
    days: tuple[str, str] | None = None
    falls_first: bool = False

    def read(self, query: QueryDict) -> "Filters":
        """Read an address.

        Raises:
            Refusal: if a text is too long to search for.
        """
        typed = {name: parsing.search(query.get(name, "")) for name in (*self.filters, "sort")}
        errors: dict[str, str] = {}
        parsed: dict[str, object] = {}
        for name, parse in self.filters.items():
            try:
                parsed[name] = parse(typed[name])
            except InvalidInput as problem:
                errors[name] = str(problem)
        filters = Filters(self, typed, parsed, errors, query.get("after", ""))
        if self.days is not None:
            first, last = (filters.day(name) for name in self.days)
            if first and last and first > last:
                errors[self.days[1]] = _("This day is before the first one.")
        return filters


@dataclass(frozen=True, slots=True)
class Filters:
    """One address of a list, read: what was ``typed``, what is wrong with it, and where to page on from."""

    listing: Listing
    typed: Mapping[str, str]
    parsed: Mapping[str, object]
    errors: Mapping[str, str] = field(default_factory=dict)
    after: str = ""

    def text(self, name: str) -> str:
        """Return a filter that is a text or a choice; empty if it narrows nothing."""
        return str(self.parsed.get(name) or "")

    def day(self, name: str) -> date | None:
        """Return a filter that is a day; nothing if it is empty or was refused."""
        found = self.parsed.get(name)
        return found if isinstance(found, date) else None

    @property
    def anything(self) -> bool:
        """Whether the list is narrowed at all."""
        return any(self.parsed.get(name) or name in self.errors for name in self.listing.filters)

    @property
    def more(self) -> bool:
        """Whether one of the filters behind "More filters" is in use."""
        return any(self.typed[name] for name in self.listing.folded)

    @property
    def address(self) -> str:
        """The query string of the same list from its beginning."""
        return urlencode({name: value for name, value in self.typed.items() if value})

    @property
    def sort(self) -> str:
        """What the list is sorted by, a minus before it if falling."""
        asked = self.typed["sort"]
        return asked if asked.removeprefix("-") in self.listing.sorts else self.listing.usual

    @property
    def sorts(self) -> dict[str, str]:
        """What pressing each column's heading sorts by: the other way round the second time."""
        first, second = ("-", "") if self.listing.falls_first else ("", "-")
        return {name: (second if self.sort == first + name else first) + name for name in self.listing.sorts}

    @property
    def ways(self) -> dict[str, str]:
        """How a column is sorted now, in the words of ``aria-sort``."""
        return {self.sort.removeprefix("-"): "descending" if self.sort.startswith("-") else "ascending"}

    def columns(self, unindexed: Mapping[str, str] | None = None) -> list[Column]:
        """Return what to sort by, in the direction asked for.

        ``unindexed`` gives, by sort, a key that no index knows in the place of its first column: few rows are
        sorted by it, so that the database does not walk an index of all rows to find them.
        """
        name, falling = self.sort.removeprefix("-"), self.sort.startswith("-")
        columns = [Column(one.name, one.read, falling) for one in self.listing.sorts[name]]
        if unindexed and name in unindexed:
            columns[0] = Column(unindexed[name], columns[0].read, falling)
        return columns
