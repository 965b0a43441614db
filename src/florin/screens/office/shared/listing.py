"""One way to build a list: filters, headings that sort, pages, and an answer that is whole or rows only.

Nothing in an address is believed. A filter that cannot be parsed narrows nothing and has a sentence beside
its field; an unknown choice or an unknown sort reads as none. What was entered is shown again as it was.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from florin.kernel import paging
from florin.kernel.errors import Refusal
from florin.kernel.paging import Column, Slice
from florin.screens.office.shared import parsing
from florin.screens.office.shared.access import StaffRequest, page, wants_part
from florin.screens.office.shared.parsing import InvalidInput

Stored = TypeVar("Stored", bound=Model)


def choice(*known: str) -> Callable[[str], str]:
    """Return a parser for one of ``known``; anything else reads as nothing chosen."""
    return lambda text: text if text in known else ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A kind of list: what it can be sorted by (rising), its usual sort, and its filters by their parameter.

    The sorts of a long list have an index that yields them without sorting everything. ``folded`` names the
    filters that stand behind "More filters", ``span`` those that are the first and the last day of a span,
    ``falls_first`` the sorts that fall when their heading is pressed first.
    """

    sorts: Mapping[str, Sequence[Column]]
    usual: str
    filters: Mapping[str, Callable[[str], object]] = field(default_factory=dict)
    folded: Sequence[str] = ()
    span: tuple[str, str] | None = None
    falls_first: Sequence[str] = ()

    def read(self, query: QueryDict) -> "Filters":
        """Read an address, or the form that was sent in its place.

        Raises:
            Refusal: if a text is too long to search for.
        """
        values = {name: parsing.search(query.get(name, "")) for name in self.filters}
        sort, errors, parsed = query.get("sort", ""), dict[str, str](), dict[str, object]()
        for name, parse in self.filters.items():
            try:
                parsed[name] = parse(values[name])
            except InvalidInput as problem:
                errors[name] = str(problem)
        known = sort if sort.removeprefix("-") in self.sorts else self.usual
        filters = Filters(self, values, parsed, errors, known, query.get("after", ""))
        if self.span is not None:
            first, last = (filters.day(name) for name in self.span)
            if first and last and first > last:
                errors[self.span[1]] = _("This day is before the first one.")
        return filters


@dataclass(frozen=True, slots=True)
class Filters:
    """One address of a list, read: the ``values`` as entered, what is wrong with them, and where to page on.

    ``sort`` is what the list is sorted by, with a minus before it if it falls.
    """

    listing: Listing
    values: Mapping[str, str]
    parsed: Mapping[str, object]
    errors: Mapping[str, str]
    sort: str
    after: str

    def text(self, name: str) -> str:
        """Return a filter that is a text or a choice; empty if it narrows nothing."""
        return str(self.parsed.get(name) or "")

    def day(self, name: str) -> date | None:
        """Return a filter that is a day; nothing if it is empty or was refused."""
        found = self.parsed.get(name)
        return found if isinstance(found, date) else None

    def key(self, name: str) -> UUID | None:
        """Return a filter that is a key; nothing if it is empty or none."""
        found = self.parsed.get(name)
        return found if isinstance(found, UUID) else None

    def check(self) -> None:
        """Refuse what was entered wrongly, where there is no field to say it beside.

        Raises:
            Refusal: if anything was, with all the sentences.
        """
        if self.errors:
            raise Refusal(" ".join(self.errors.values()))

    @property
    def narrowed(self) -> bool:
        """Whether the list is narrowed at all, or was meant to be."""
        return bool(self.errors) or any(self.parsed.values())

    @property
    def unfolded(self) -> bool:
        """Whether one of the filters behind "More filters" is in use."""
        return any(self.values[name] for name in self.listing.folded)

    @property
    def address(self) -> str:
        """The query string of the same list from its beginning."""
        sort = {"sort": self.sort if self.sort != self.listing.usual else ""}
        return urlencode({name: value for name, value in {**self.values, **sort}.items() if value})

    @property
    def page_address(self) -> str:
        """The query string of this very page."""
        return "&".join(filter(None, (self.address, self.after and urlencode({"after": self.after}))))

    @property
    def column(self) -> str:
        """The name of what the list is sorted by."""
        return self.sort.removeprefix("-")

    @property
    def falling(self) -> bool:
        """Whether the largest or latest comes first."""
        return self.sort.startswith("-")

    @property
    def sorts(self) -> dict[str, str]:
        """What pressing each heading sorts by: the other way round the second time."""
        first = {
            name: f"-{name}" if name in self.listing.falls_first else name for name in self.listing.sorts
        }
        turned = self.column if self.falling else f"-{self.column}"
        return {name: turned if self.sort == sort else sort for name, sort in first.items()}

    @property
    def aria_sorts(self) -> dict[str, str]:
        """How the column that the list is sorted by is sorted, in the words of ``aria-sort``."""
        return {self.column: "descending" if self.falling else "ascending"}

    def columns(self, unindexed: Mapping[str, str] | None = None) -> list[Column]:
        """Return what to sort by.

        ``unindexed`` gives, by sort, a key that no index knows in the place of its first column: few rows are
        sorted by it, so that the database does not walk an index of all rows to find them.
        """
        first, *others = self.listing.sorts[self.column]
        name = (unindexed or {}).get(self.column, first.name)
        return [Column(name, first.read), *others]

    def slice(self, found: QuerySet[Stored], unindexed: Mapping[str, str] | None = None) -> Slice[Stored]:
        """Return the page of what was found that the address leads to."""
        return paging.slice_of(found, self.columns(unindexed), self.after, falling=self.falling)


def show(
    request: StaffRequest,
    filters: Filters,
    shown: Slice[Any],
    context: dict[str, Any],
    *,
    whole: str,
    rows: str = "",
) -> HttpResponse:
    """Answer with the template of the whole page, or with that of its rows if only they are wanted."""
    known = {"filters": filters, "after": shown.after, "first": not filters.after}
    return page(request, rows if rows and wants_part(request) else whole, {**known, **context})
