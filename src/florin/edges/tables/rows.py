"""What the reader of tables says: lines, what is wrong with a line, and how much it reads at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto

from florin.kernel.errors import Refusal

# Text files hold only texts. In a workbook numbers are exact decimals, and days are datetimes without a zone.
Cell = str | Decimal | datetime


class Flaw(Enum):
    """What can be wrong with a line as a whole, so that nobody should guess what it says."""

    BYTES = auto()
    QUOTES = auto()
    TOO_LONG = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One row that is not empty: ``number`` is the line (text) or row (workbook) where it begins, from 1.

    ``text`` is the row as it stands in the file, for reports. A line with a flaw has no cells to rely on.
    """

    number: int
    cells: Sequence[Cell]
    text: str = ""
    flaw: Flaw | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is written in it."""
        return self.flaw is None and not any(cell != "" for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a file is read; whatever is beyond refuses the file and names the limit.

    ``unpacked`` are the bytes of an XLSX file's parts together, ``elements`` their XML elements.
    """

    rows: int
    columns: int
    unpacked: int
    elements: int


# So that a web thread is done within two seconds, whatever somebody uploads.
OF_AN_UPLOAD = Limits(rows=1_000, columns=256, unpacked=8_000_000, elements=200_000)
# For the worker, which reads what somebody uploaded to be imported in the background.
OF_AN_IMPORT = Limits(rows=50_000, columns=256, unpacked=100_000_000, elements=10_000_000)
# For the command, which may take its time: what one worksheet holds at most, and a file of that size.
OF_A_FILE = Limits(rows=100_000_000, columns=256, unpacked=2_000_000_000, elements=200_000_000)


class Unreadable(Refusal):
    """The file is none of the kinds that can be read, is damaged, or is too long."""


class TwoWaysError(Exception):
    """Nobody can say how a column is written; ``first`` and ``second`` are lines with what shows it.

    Without a ``second`` the first can be read in two ways; with one, the two contradict each other.
    """

    def __init__(self, first: tuple[int, str], second: tuple[int, str] | None = None) -> None:
        super().__init__(first, second)
        self.first, self.second = first, second
