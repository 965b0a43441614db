"""Cleaning a logo that somebody uploads, so that nothing but its shapes or pixels is kept, and drawing it.

An SVG goes through the allow-list of ``svg-hush`` (elements, attributes, styles, addresses), and what that
leaves and a logo does not need is refused: pictures within it, effects, text that each program sets in
another typeface, and addresses of any kind. A PNG is drawn anew: its pixels stay, and no chunk of the file.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _

from florin.kernel.errors import Refusal

MOST_SVG, MOST_PNG, MOST_KEPT = 100_000, 1_000_000, 300_000
MOST_PIXELS = 4_000
BOX = (732, 180)  # what documents show at 300 dots an inch: 62 by 15 millimetres

_PNG = b"\x89PNG\r\n\x1a\n"
_HEADER = 33  # the signature and the chunk that tells the size (PNG specification, 5.2 and 11.2.1)
_SVG = "http://www.w3.org/2000/svg"
_DRAWN = frozenset(
    {"svg", "g", "defs", "title", "desc", "style", "symbol", "use", "path", "rect", "circle", "ellipse"}
    | {"line", "polyline", "polygon", "linearGradient", "radialGradient", "stop", "clipPath"}
)
_DROPPED = frozenset({"metadata", "a", "animate", "animateTransform", "animateMotion", "set", "view"})
_TO_A_PLACE = re.compile(r"url\(\s*(?![\"']?#[\w.:-]+[\"']?\s*\))|@|\\|:\s*//", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(?:px)?")
_DIGITS_AT_MOST = 7
_DEEPEST = 60
_SECONDS = 10
_DRAW = """
import sys, typst
source, folder = sys.argv[1].encode(), sys.argv[2]
typst.compile(source, root=folder, format="pdf", ignore_system_fonts=True)
drawn = typst.compile(source, root=folder, format="png", ppi=72, ignore_system_fonts=True)
sys.stdout.buffer.write(drawn)
"""


class UnusableLogo(Refusal):
    """A file cannot be a logo."""


def clean(data: bytes) -> bytes:
    """Return a logo's file as it is kept: an SVG of shapes, or a PNG of at most ``BOX`` pixels.

    Raises:
        UnusableLogo: if it is neither, too large, cannot be drawn, or holds what a logo must not.
    """
    cleaned = _clean_png(data) if data.startswith(_PNG) else _clean_svg(data)
    if len(cleaned) > MOST_KEPT:
        raise UnusableLogo(_("The logo has too many details. Choose a simpler one, best as an SVG."))
    return cleaned


def png_size(data: bytes) -> tuple[int, int]:
    """Return the width and height of a PNG, or zeros if it has no such header."""
    if len(data) < _HEADER or not data.startswith(_PNG) or data[12:16] != b"IHDR":
        return 0, 0
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def svg_size(text: str) -> tuple[float, float]:
    """Return the width and height of a cleaned SVG, in units of its own; a square if it tells neither."""
    try:
        root = ET.fromstring(text)  # noqa: S314 - cleaned
        box = [float(part) for part in root.get("viewBox", "").replace(",", " ").split()]
    except (ET.ParseError, ValueError):
        return 1, 1
    return (box[2], box[3]) if len(box) == 4 and box[2] > 0 and box[3] > 0 else (1, 1)  # noqa: PLR2004


@lru_cache(maxsize=32)
def png_of_svg(text: str) -> bytes:
    """Return an SVG drawn as a PNG that fills ``BOX`` one way, or nothing if it cannot be drawn."""
    try:
        return _draw(text.encode(), "svg", _within_box(*svg_size(text), enlarge=True))
    except UnusableLogo:
        return b""


def _clean_png(data: bytes) -> bytes:
    width, height = png_size(data)
    if len(data) > MOST_PNG or not 0 < width <= MOST_PIXELS or not 0 < height <= MOST_PIXELS:
        raise UnusableLogo(_("A PNG can have at most 1 MB and 4,000 by 4,000 pixels. Choose a smaller one."))
    return _draw(data, "png", _within_box(width, height, enlarge=False))


def _clean_svg(data: bytes) -> bytes:
    if len(data) > MOST_SVG:
        raise UnusableLogo(_("An SVG can have at most 100 KB. Simplify it, or choose a PNG."))
    if b"\x00" in data or b"<svg" not in data:
        raise UnusableLogo(_("This is neither a PNG nor an SVG. Choose another file."))
    if b"<!ENTITY" in data:
        raise UnusableLogo(_("This SVG holds entities. Save it as plain SVG, and choose it again."))
    from py_svg_hush import filter_svg  # noqa: PLC0415 - nobody else needs it, and an upload is rare

    try:
        _refuse_deep(data)
        root = ET.fromstring(filter_svg(data))  # noqa: S314 - what the filter writes has no entities
    except (ValueError, ET.ParseError) as problem:
        raise UnusableLogo(
            _("This SVG cannot be read. Save it as plain SVG, and choose it again.")
        ) from problem
    _drop(root)
    _refuse_unsafe(root)
    _give_view_box(root)
    ET.register_namespace("", _SVG)
    cleaned = ET.tostring(root)
    _draw(cleaned, "svg", _within_box(*svg_size(cleaned.decode()), enlarge=True))
    return cleaned


def _refuse_deep(data: bytes) -> None:
    """Refuse elements in elements in elements: the filter indents each, and others recurse."""
    parser = ET.XMLPullParser(["start", "end"])
    parser.feed(data)
    depth = 0
    for event in parser.read_events():
        depth += 1 if event[0] == "start" else -1
        if depth > _DEEPEST:
            raise UnusableLogo(_("This SVG has groups within groups, too many. Ungroup its shapes."))


def _drop(parent: ET.Element) -> None:
    """Take out what draws nothing; what stands within a link stays."""
    for place, child in reversed(list(enumerate(parent))):
        _drop(child)
        if _name(child) in _DROPPED:
            inner = list(child) if _name(child) == "a" else []
            parent[place : place + 1] = inner


def _refuse_unsafe(root: ET.Element) -> None:
    for element in root.iter():
        name = _name(element)
        if name in {"text", "tspan", "textPath"}:
            raise UnusableLogo(
                _("This SVG holds text as text. Convert it to paths, so that it looks the same everywhere.")
            )
        if name not in _DRAWN:
            raise UnusableLogo(
                _("This SVG holds “%(element)s”, which a logo cannot have. Use plain shapes and gradients.")
                % {"element": name[:40]}
            )
        for text in _texts(element):
            if _TO_A_PLACE.search(text):
                raise UnusableLogo(_("This SVG refers to other files or addresses. Save it without them."))


def _texts(element: ET.Element) -> Iterator[str]:
    """Return what a renderer could follow: styles and attributes, a reference in the form ``url(…)``."""
    if _name(element) == "style":
        yield element.text or ""
    for name, value in element.attrib.items():
        yield f"url({value})" if name.rpartition("}")[2] in {"href", "src"} else value


def _give_view_box(root: ET.Element) -> None:
    if svg_size(ET.tostring(root, encoding="unicode")) != (1, 1) or root.get("viewBox"):
        return
    sizes = [_NUMBER.fullmatch(root.get(side, "").strip()[:_DIGITS_AT_MOST]) for side in ("width", "height")]
    if not all(sizes):
        raise UnusableLogo(_("This SVG does not say how large it is. Give it a view box."))
    width, height = (found[1] for found in sizes if found)
    root.set("viewBox", f"0 0 {width} {height}")


def _name(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _within_box(width: float, height: float, *, enlarge: bool) -> tuple[int, int]:
    """Return the largest size of these proportions in the box."""
    scale = min(BOX[0] / width, BOX[1] / height)
    scale = scale if enlarge else min(scale, 1)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _draw(data: bytes, kind: str, size: tuple[int, int]) -> bytes:
    """Return the picture as a PNG of this size, a pixel a point, once it could be put into a PDF as well.

    A process of its own draws it, for a few lines of SVG can keep a renderer busy for hours, or break it.

    Raises:
        UnusableLogo: if it cannot be drawn, or takes longer than ten seconds.
    """
    width, height = size
    source = (
        f"#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: none)\n"
        f'#image("/logo.{kind}", width: 100%, height: 100%, fit: "stretch")'
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"logo.{kind}").write_bytes(data)
        command = [sys.executable, "-I", "-c", _DRAW, source, folder]
        try:
            ended = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - ours
        except subprocess.TimeoutExpired as problem:
            raise UnusableLogo(_("This picture takes too long to draw. Choose a simpler one.")) from problem
    if ended.returncode or not ended.stdout:
        raise UnusableLogo(
            _("This picture cannot be drawn. Save it again from your drawing program, and choose it.")
        )
    return ended.stdout
