"""Which columns are looked for, what each may be called, and where the headings are found to stand."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from florin.edges.tables.rows import Cell
from florin.kernel.errors import Refusal

_BETWEEN_WORDS = re.compile(r"[\s_.#:*-]+")


@dataclass(frozen=True)
class Columns:
    """Columns by our own name for each, with what people's files call it.

    Without one of each group of ``needed`` a row is no heading.
    """

    names: Mapping[str, Sequence[str]]
    needed: Sequence[Sequence[str]]

    @cached_property
    def _known(self) -> dict[str, str]:
        return {plain(word): name for name, words in self.names.items() for word in (name, *words)}

    def find(self, cells: Sequence[Cell]) -> dict[str, int]:
        """Return in which column each stands; of two that mean the same the first counts."""
        places: dict[str, int] = {}
        for place, cell in enumerate(cells):
            name = self._known.get(plain(cell)) if isinstance(cell, str) else None
            if name:
                places.setdefault(name, place)
        return places

    def are_in(self, places: Mapping[str, int]) -> bool:
        """Whether every column is there that has to be."""
        return all(any(name in places for name in group) for group in self.needed)


@dataclass(frozen=True)
class AnyColumns:
    """Columns whose headings may say anything: somebody maps them by hand where ``known`` does not help.

    The headings are the row near the top with most of the known words, else with most texts.
    """

    known: Collection[str]

    def find(self, cells: Sequence[Cell]) -> dict[str, int]:
        """Return where a known heading stands, by the heading; of two that are the same the first counts."""
        places: dict[str, int] = {}
        for place, cell in enumerate(cells):
            if isinstance(cell, str) and plain(cell) in self.known:
                places.setdefault(plain(cell), place)
        return places

    def likeness(self, cells: Sequence[Cell]) -> tuple[int, int]:
        """Return how much a row is like headings, to be compared with other rows."""
        found = len(self.find(cells))
        texts = sum(isinstance(cell, str) and bool(cell) for cell in cells)
        return (found if found > 1 else 0), texts  # one such word may stand in any row


class NoHeadings(Refusal):
    """No row near the top names the columns; ``nearest`` is the row that comes nearest to it."""

    def __init__(self, nearest: Sequence[str]) -> None:
        super().__init__("No row near the top names the columns.")
        self.nearest = nearest


def plain(heading: str) -> str:
    """Return a heading without what does not matter: "Customer ID" and "customer_id" are one."""
    return _BETWEEN_WORDS.sub("", heading).casefold()
