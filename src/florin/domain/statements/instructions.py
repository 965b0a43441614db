"""What a mailing run of statements must know for all its customers, as the run keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from florin.contracts import snapshots
from florin.domain.statements.composing import Period


@dataclass(frozen=True, slots=True)
class Instructions:
    """Which statement everybody gets, whether with a link if something is to be paid, and a note."""

    period: Period
    with_link: bool
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what the run keeps and ``from_json`` reads back: the period's fields and the others."""
        note = {"note": self.note} if self.note else {}
        return {**snapshots.write(self.period), "with_link": self.with_link, **note}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read back what ``to_json`` wrote."""
        return cls(snapshots.read(Period, kept), kept["with_link"], kept.get("note", ""))
