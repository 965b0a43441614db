"""The XML parts of an XLSX file, walked element by element while they unpack; nothing in them is believed.

What is counted together over all parts of a file: bytes, however small they were packed, and elements. There
are no entities, no DOCTYPE, and no element with more attributes or letters than spreadsheets write.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from florin.edges.tables.rows import Limits, Unreadable

_CHUNK = 1 << 16
_MOST_ATTRIBUTES = 60
_LONGEST_ATTRIBUTE = 32_767
_DEEPEST = 60
_MOST_PARTS = 5_000
_LONGEST_TOKEN = 1_000_000

Start = Callable[[str, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """What is told of each element, by its name without its namespace, and of the text within."""

    start: Start
    end: Callable[[str], None] = lambda _name: None
    text: Callable[[str], None] = lambda _text: None


class Package:
    """An open XLSX file; ``spent`` are the bytes and elements seen so far.

    Raises:
        Unreadable: from everything here, if it is damaged or beyond the limits.
    """

    def __init__(self, data: io.BufferedIOBase, limits: Limits) -> None:
        self._limits = limits
        self.spent = (0, 0)
        try:
            self._archive = zipfile.ZipFile(data)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as problem:
            raise damaged() from problem
        self.names = set(self._archive.namelist())
        if len(self._archive.infolist()) > _MOST_PARTS:
            raise damaged()

    def walk(self, name: str, walker: Walker) -> None:
        """Walk through a part."""
        for _some in self.stroll(name, walker):
            pass

    def stroll(self, name: str, walker: Walker) -> Iterator[None]:
        """Walk through a part, and stop now and then, so that what was found can be taken away."""
        parser = self._parser(walker)
        fed = 0
        try:
            with self._archive.open(name) as part:
                while chunk := part.read(_CHUNK):
                    fed += len(chunk)
                    self._count_bytes(len(chunk))
                    parser.Parse(chunk, False)
                    if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                        raise damaged()
                    yield
                parser.Parse(b"", True)
        except _FAULTS as problem:
            raise damaged() from problem
        yield

    def _count_bytes(self, count: int) -> None:
        unpacked, elements = self.spent
        self.spent = (unpacked + count, elements)
        if unpacked + count > self._limits.unpacked:
            raise Unreadable(
                _("The file unpacks to more than %(most)s MB. Copy the rows into a new file, and take that.")
                % {"most": self._limits.unpacked // 1_000_000}
            )

    def _count_element(self) -> None:
        unpacked, elements = self.spent
        self.spent = (unpacked, elements + 1)
        if elements >= self._limits.elements:
            raise Unreadable(
                _("The file holds more than %(most)s elements. Copy the rows into a new file, and take that.")
                % {"most": f"{self._limits.elements:,}"}
            )

    def _parser(self, walker: Walker) -> Any:
        parser = expat.ParserCreate(namespace_separator=" ")
        depth = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            self._count_element()
            if depth > _DEEPEST or len(attributes) > _MOST_ATTRIBUTES:
                raise damaged()
            if any(len(value) > _LONGEST_ATTRIBUTE for value in attributes.values()):
                raise damaged()
            walker.start(_local(name), attributes)

        def end(name: str) -> None:
            nonlocal depth
            depth -= 1
            walker.end(_local(name))

        def doctype(*_about: object) -> None:
            raise damaged()

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = walker.text
        parser.StartDoctypeDeclHandler = doctype
        parser.buffer_text = True
        return parser


# A ZIP file may be packed in ways that Python does not know, or be locked.
_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, ValueError, IndexError, OverflowError),
    *(RuntimeError, NotImplementedError, EOFError, ArithmeticError),
)


def damaged() -> Unreadable:
    """Return what is said of a file that no spreadsheet program wrote, or not to its end."""
    return Unreadable(_("The file is damaged, or is no XLSX file. Save it again, or as CSV."))


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
