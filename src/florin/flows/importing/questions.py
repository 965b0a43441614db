"""What a file leaves open, such as whether 02/10/2026 is in February: shown to a person, who says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from florin.edges.tables import days, numbers
from florin.edges.tables.rows import TwoWaysError
from florin.kernel.notation import Order, Sign


@dataclass(frozen=True, slots=True)
class Question:
    """A column that can be read in two ways: what shows it, with the row where it stands.

    ``field`` names what the answer is kept under. ``readings`` are what can be answered, each with what the
    first of the texts would then be, if it has both.
    """

    field: str
    shown: Sequence[tuple[int, str]]
    readings: Sequence[tuple[str, Decimal | None] | tuple[str, datetime | None]]


def decimals(evidence: numbers.Evidence, told: Sign | None, questions: list[Question]) -> Sign:
    """Return the decimal sign that a column shows; what cannot be known becomes a question."""
    try:
        return evidence.decided(told)
    except TwoWaysError as problem:
        text = "" if problem.second else problem.first[1]
        readings = [(sign.name.lower(), numbers.plain(text, sign) if text else None) for sign in Sign]
        questions.append(Question("decimals", _shown(problem), readings))
        return Sign.POINT


def dates(evidence: days.Evidence, told: Order | None, questions: list[Question]) -> Order | None:
    """Return what stands first in the days of a column; what cannot be known becomes a question."""
    try:
        return evidence.decided(told)
    except TwoWaysError as problem:
        both = (None if problem.second else days.both(problem.first[1])) or (None, None)
        questions.append(Question("dates", _shown(problem), list(zip(Order, both, strict=True))))
        return None


def _shown(problem: TwoWaysError) -> list[tuple[int, str]]:
    return [one for one in (problem.first, problem.second) if one is not None]
