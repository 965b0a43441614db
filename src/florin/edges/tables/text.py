"""Text files of rows: how their bytes are written, decided once for the file, and one record after the other.

A byte that does not fit marks its own line and no other. A line break within quotation marks belongs to its
field; quotation marks that do not close cost their own line only.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from florin.edges.tables.rows import Flaw, Line

SEPARATORS = ",;\t|"
_UNFIT = "\udcff"  # stands where a byte fits no letter; no file that is decoded can hold it otherwise
_LONGEST = 10_000
_MOST_LINES_OF_A_RECORD = 50
_CHUNK = 1 << 20
_HEAD = 4096
_OUTSIDE_ASCII = re.compile(r"[^\x00-\x7f]")
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_NAMES = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}


def _mark_unfit(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    return _UNFIT, problem.end


codecs.register_error("florin.unfit", _mark_unfit)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file are letters; ``label`` is what people call it."""

    codec: str

    @property
    def label(self) -> str:
        """Its name, as spreadsheet programs offer it."""
        return _NAMES.get(self.codec, "UTF-16")

    @property
    def wide(self) -> bool:
        """Whether every letter takes two bytes or four."""
        return self.codec not in _NAMES


def encoding_of(source: Callable[[], IO[bytes]]) -> Encoding:
    """Decide how a whole file is written: UTF-8 or UTF-16, with a mark or without, else Windows-1252.

    It is UTF-8 while what fits is not less than what does not: text that is written otherwise hardly ever
    looks like UTF-8, and a file of UTF-8 may well hold a byte that somebody broke.
    """
    with source() as file:
        head = file.read(_HEAD)
        for mark, codec in _MARKS.items():
            if head.startswith(mark):
                return Encoding(codec)
        if without_mark := _wide(head):
            return Encoding(without_mark)
        decoder = codecs.getincrementaldecoder("utf-8")("florin.unfit")
        fit = unfit = 0
        while head:
            text = decoder.decode(head)
            if not text.isascii():
                wrong = text.count(_UNFIT)
                unfit, fit = unfit + wrong, fit + len(_OUTSIDE_ASCII.findall(text)) - wrong
            head = file.read(_CHUNK)
        unfit += decoder.decode(b"", final=True).count(_UNFIT)
    return Encoding("utf-8-sig" if fit >= unfit else "cp1252")


def lines(file: IO[bytes], encoding: Encoding, separator: str) -> Iterator[Line]:
    """Yield every record with its cells, stripped, but for lines without a letter."""
    text = io.TextIOWrapper(file, encoding=encoding.codec, errors="florin.unfit")
    return _Records(text, separator).read()


class _Records:
    """The records of a text; ``_again`` holds lines that a quotation mark had swallowed wrongly."""

    def __init__(self, text: io.TextIOWrapper, separator: str) -> None:
        self._text, self._separator = text, separator
        self._again: list[str] = []
        self._number = 0

    def read(self) -> Iterator[Line]:
        while (line := self._next()) is not None:
            number = self._number
            if line.isspace():
                continue
            if len(line) >= _LONGEST and _cut(line):
                yield self._too_long(number, line)
            elif '"' in line:
                yield self._quoted(number, line)
            else:
                yield self._line(number, line.split(self._separator), line)

    def _quoted(self, number: int, first: str) -> Line:
        taken = [first]

        def feed() -> Iterator[str]:
            yield first
            while len(taken) < _MOST_LINES_OF_A_RECORD and sum(map(len, taken)) < _LONGEST:
                following = self._next()
                if following is None:
                    return
                taken.append(following)
                yield following

        try:
            cells = next(csv.reader(feed(), delimiter=self._separator, strict=True, skipinitialspace=True))
        except csv.Error:
            self._again = taken[1:] + self._again
            self._number = number
            return Line(number, (), _plain(first), Flaw.QUOTES)
        if _cut(taken[-1]):
            return self._too_long(number, first)
        return self._line(number, cells, "".join(taken))

    def _too_long(self, number: int, line: str) -> Line:
        while (more := self._text.readline(_LONGEST)) and not more.endswith("\n"):
            pass
        return Line(number, (), _plain(line), Flaw.TOO_LONG)

    def _line(self, number: int, cells: list[str], text: str) -> Line:
        flaw = Flaw.BYTES if _UNFIT in text or "\x00" in text else None
        return Line(number, [cell.strip() for cell in cells], _plain(text), flaw)

    def _next(self) -> str | None:
        line = self._again.pop(0) if self._again else self._text.readline(_LONGEST)
        self._number += bool(line)
        return line or None


def _cut(line: str) -> bool:
    """Whether a line is only the beginning of one that is too long."""
    return len(line) >= _LONGEST and not line.endswith("\n")


def _plain(text: str) -> str:
    return text.removesuffix("\n").replace(_UNFIT, "\N{REPLACEMENT CHARACTER}")


def _wide(head: bytes) -> str:
    """Return which UTF-16 it is that has no mark: every other byte of most letters is empty then."""
    if len(head) < len("ab") or b"\x00" not in head:
        return ""
    pairs = len(head) // 2
    first, second = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if max(first, second) * 2 < pairs or min(first, second) * 10 > pairs:
        return ""
    return "utf-16-be" if first > second else "utf-16-le"
