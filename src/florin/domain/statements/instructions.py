"""What a mailing run of statements must know for all its customers, as the run keeps it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from florin.domain.statements.composing import Period
from florin.domain.statements.models import Type


@dataclass(frozen=True, slots=True)
class Instructions:
    """Which statement everybody gets, and whether it carries a link where something is to be paid."""

    period: Period
    with_link: bool

    def to_json(self) -> dict[str, str | bool | None]:
        """Return a mapping that PostgreSQL can keep and ``from_json`` reads back to an equal value."""
        period = self.period
        return {
            "type": period.type.value,
            "begin_on": period.begin_on.isoformat() if period.begin_on else None,
            "end_on": period.end_on.isoformat(),
            "with_link": self.with_link,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read back what ``to_json`` wrote."""
        begin_on = date.fromisoformat(data["begin_on"]) if data["begin_on"] else None
        period = Period(Type(data["type"]), begin_on, date.fromisoformat(data["end_on"]))
        return cls(period, data["with_link"])
