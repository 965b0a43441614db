"""The first pass over a file: how much there is, where each document ends, what products are called.

It remembers a few words per document, product and customer, never the rows; so the second pass can stream,
and a document is complete at the line that was its last, even when its rows are far apart.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from florin.flows.importing.rows import Fact, ImportRow
from florin.kernel.folding import fold

_ZERO = Decimal(0)


@dataclass(slots=True)
class Article:
    """A product as the file knows it: how often it is called what, and its latest price that is not zero."""

    names: Counter[str] = field(default_factory=Counter)
    unit_price: Decimal = _ZERO
    priced_at: datetime = datetime.min  # noqa: DTZ901 - the file's times have no zone

    def see(self, fact: Fact) -> None:
        """Take one row into account."""
        if fact.description:
            self.names[fact.description] += 1
        if fact.unit_price and fact.at >= self.priced_at:
            self.unit_price, self.priced_at = fact.unit_price, fact.at

    @property
    def name(self) -> str:
        """The description most used; empty if there never is one."""
        return self.names.most_common(1)[0][0] if self.names else ""


@dataclass(slots=True)
class Survey:
    """What the first pass found; ``last_lines`` is by document, ``countries`` is each customer's latest."""

    rows: int = 0
    last_lines: dict[str, int] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)

    def name_of(self, fact: Fact) -> str:
        """Return what to call a row's product: its own words, else those most used, else the code."""
        article = self.articles.get(fold(fact.code))
        return fact.description or (article.name if article else "") or fact.code


def survey(rows: Iterable[ImportRow]) -> Survey:
    """Look at every row once."""
    found = Survey()
    for row in rows:
        found.rows += 1
        if row.number:
            found.last_lines[row.number] = row.line
        if isinstance(row.fact, Fact):
            found.countries[fold(row.fact.customer)] = row.fact.country
            if row.fact.code:
                found.articles.setdefault(fold(row.fact.code), Article()).see(row.fact)
    return found
