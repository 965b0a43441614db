"""Reading the fields of one row, and collecting everything that is wrong, with the column's name."""

from collections.abc import Callable
from typing import TypeVar

from florin.flows.importing.record_fields import KINDS
from florin.flows.importing.records import Reader, Record
from florin.kernel.errors import Refusal

Value = TypeVar("Value")


class RowReading:
    """One row while it is read; what cannot be meant is noted, so that people hear of all at once."""

    def __init__(self, reader: Reader, record: Record) -> None:
        self._reader, self._record = reader, record
        self._problems = [record.flaw] if record.flaw else []

    def read(self, name: str, meaning: Callable[[str], Value], *, nothing: Value) -> Value:
        """Return what a field of one line means; ``nothing`` if it is empty or cannot be meant."""
        return self.attempt(name, lambda: self._meaning(name, meaning, nothing), nothing=nothing)

    def attempt(self, name: str, read: Callable[[], Value], *, nothing: Value) -> Value:
        """Return what ``read`` makes of a field; ``nothing``, and a problem noted, if it cannot be meant."""
        try:
            return read()
        except Refusal as problem:
            self._problems.append(f"{KINDS[self._reader.kind].by_name[name].label}: {problem}")
            return nothing

    def demand(self, *, holds: bool, sentence: str) -> None:
        """Note a problem unless something holds."""
        if not holds:
            self._problems.append(sentence)

    def finish(self) -> None:
        """Let the row pass.

        Raises:
            Refusal: with every problem, if there is one.
        """
        if self._problems:
            raise Refusal(" ".join(self._problems))

    def _meaning(self, name: str, meaning: Callable[[str], Value], nothing: Value) -> Value:
        text = self._reader.text(self._record, name)
        return meaning(text) if text else nothing
