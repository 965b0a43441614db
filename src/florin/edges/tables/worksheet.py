"""Texts and rows out of the elements of a workbook's parts, as they pass by."""

import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from florin.edges.tables.parts import Walker, damaged
from florin.edges.tables.rows import Cell, Line, Unreadable

_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_LONGEST_TEXT = 32_767  # what a cell holds at most


class Texts:
    """The texts of elements, in one style or several, without how they are pronounced."""

    def __init__(self, element: str, take: Callable[[str], object]) -> None:
        self._element, self._take = element, take
        self._kept = _CellText()
        self._reading = self._spoken = False
        self.walker = Walker(start=self._start, end=self._end, text=self._text)

    def _start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name == self._element:
            self._kept.clear()
        self._spoken = self._spoken or name == "rPh"
        self._reading = name == "t" and not self._spoken

    def _end(self, name: str) -> None:
        self._reading = False
        if name == "rPh":
            self._spoken = False
        if name == self._element:
            self._take(self._kept.text.strip())

    def _text(self, text: str) -> None:
        if self._reading:
            self._kept.add(text)


class WorksheetRows:
    """The rows of a sheet; whoever walks takes them out of ``done``.

    ``value`` makes a cell of its kind, style and text. A formula without a saved value is text after "=".
    """

    def __init__(self, value: Callable[[str, str, str], Cell], *, most_columns: int) -> None:
        self.done: list[Line] = []
        self._value, self._most = value, most_columns
        self._number = 0
        self._cells: list[Cell] = []
        self._cell: Mapping[str, str] = {}
        self._parts = {name: _CellText() for name in ("v", "f", "t")}
        self._reading = self._spoken = False
        self.walker = Walker(start=self._start, end=self._end, text=self._text)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "row":
                self._number = _row_number(attributes.get("r", ""), self._number + 1)
                self._cells = []
            case "c":
                self._cell = attributes
                for kept in self._parts.values():
                    kept.clear()
            case "rPh":
                self._spoken = True
            case _:
                pass
        self._reading = name in self._parts and not self._spoken
        self._name = name

    def _text(self, text: str) -> None:
        if self._reading:
            self._parts[self._name].add(text)

    def _end(self, name: str) -> None:
        self._reading = False
        match name:
            case "rPh":
                self._spoken = False
            case "c":
                self._keep()
            case "row":
                if self._cells:
                    texts = (str(cell) for cell in self._cells)
                    self.done.append(Line(self._number, self._cells, ",".join(texts)))
            case _:
                pass

    def _keep(self) -> None:
        place = _place(self._cell.get("r", ""), len(self._cells))
        formula, text = self._parts["f"].text, self._parts["v"].text
        kind = self._cell.get("t", "n")
        value: Cell
        if formula and not text:
            value = f"={formula}"
        elif kind == "inlineStr":
            value = self._parts["t"].text.strip()
        else:
            value = self._value(kind, self._cell.get("s", ""), text)
        if value == "":
            return
        if place >= self._most:
            raise Unreadable(
                _("The file has more than %(most)s columns. Copy those that count into a new file.")
                % {"most": self._most}
            )
        self._cells += [""] * (place - len(self._cells))
        self._cells.append(value)


class _CellText:
    """Text that comes in pieces, as long as a cell may be."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def clear(self) -> None:
        self._pieces, self._length = [], 0

    def add(self, piece: str) -> None:
        self._length += len(piece)
        if self._length > _LONGEST_TEXT:
            raise damaged()
        self._pieces.append(piece)

    @property
    def text(self) -> str:
        return "".join(self._pieces)


def _row_number(text: str, following: int) -> int:
    return max(int(text), following) if text else following


def _place(reference: str, following: int) -> int:
    """Return the column of a cell such as "C7", the first being 0; without one it follows the last."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return following
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return max(place - 1, following)
