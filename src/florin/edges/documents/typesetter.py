"""One warm typesetter per thread: a template and its data in, a PDF out.

Data reaches a template as JSON inside one string and is only ever set as strings, so nothing that
people typed is read as markup. Fonts come from packages and those built into typst; the machine's own
are ignored, so that a document looks the same everywhere.
"""

import contextlib
import json
import re
import threading
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import font_source_sans_pro
import manimgx_fonts
import manimgx_fonts_cjk
import typst

from florin.edges.documents import faces

_TEMPLATES = Path(__file__).parent / "templates"
_ENOUGH = 10
_ON_SCREEN = 110  # dots an inch
_NOT_DISPLAYED = re.compile(r'the text `"(.+?)"` could not be displayed')
_warm = threading.local()


def typeset(template: str, data: dict[str, Any], *, made_on: date) -> bytes:
    """Set a template with its data; the same data and date give the same bytes.

    The PDF is tagged for accessibility (PDF/UA-1). When it cannot be so, a document is better than
    none: a logo that typst cannot draw gives way to the company's name, and text that no font can
    draw shows boxes in a PDF that is tagged but no longer claims PDF/UA-1.

    Raises:
        typst.TypstError: if the template itself is wrong.
    """
    data = {**data, "faces": faces.order(json.dumps(data, ensure_ascii=False))}
    plain = {**data, "logo": ""}
    with contextlib.suppress(typst.TypstError):
        return _compile(template, data, "ua-1", made_on)
    with contextlib.suppress(typst.TypstError):
        return _compile(template, plain, "ua-1", made_on)
    with contextlib.suppress(typst.TypstError):
        return _compile(template, data, "1.7", made_on)
    return _compile(template, plain, "1.7", made_on)


def draw(template: str, data: dict[str, Any]) -> bytes:
    """Return the first page of what ``typeset`` sets, as a PNG; without the logo if it cannot be drawn."""
    data = {**data, "faces": faces.order(json.dumps(data, ensure_ascii=False))}
    try:
        drawn = _compiler().compile(input=_call(template, data), format="png", ppi=_ON_SCREEN)
    except typst.TypstError:
        drawn = _compiler().compile(input=_call(template, {**data, "logo": ""}), format="png", ppi=_ON_SCREEN)
    page = drawn[0] if isinstance(drawn, list) else drawn
    if page is None:
        raise TypeError("typst gave no picture")
    return page


def undrawn(text: str) -> list[str]:
    """Return the letters of a text that no typeface has, at most ten: documents show boxes in their place.

    The typesetter itself is asked, so it costs a few milliseconds, but nothing for text in ASCII.
    """
    words = " ".join(dict.fromkeys(word for word in text.split() if not word.isascii()))
    missing: list[str] = []
    while words and len(missing) < _ENOUGH:
        try:
            _compile("letters", {"text": words, "faces": faces.order(text)}, "ua-1", date(2000, 1, 1))
        except typst.TypstError as problem:
            found = _NOT_DISPLAYED.search(str(problem))
            if found is None or found[1] not in words:
                raise
            missing.append(found[1])
            words = words.replace(found[1], "")
        else:
            break
    return missing


def _compile(template: str, data: dict[str, Any], standard: Literal["ua-1", "1.7"], made_on: date) -> bytes:
    pdf = _compiler().compile(
        input=_call(template, data),
        format="pdf",
        pdf_standards=[standard],
        timestamp=datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave something that is not one PDF")
    return pdf


def _call(template: str, data: dict[str, Any]) -> bytes:
    """Return the document's source: one call of the template, so that the template itself stays warm."""
    # JSON in ASCII holds no character that a typst string reads specially but these two.
    literal = json.dumps(data).replace("\\", "\\\\").replace('"', '\\"')
    return f'#import "{template}.typ": paper\n#paper(json(bytes("{literal}")))'.encode()


def _compiler() -> typst.Compiler:
    if not hasattr(_warm, "compiler"):
        _warm.compiler = typst.Compiler(root=_TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True)
    compiler: typst.Compiler = _warm.compiler
    return compiler


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Know where the fonts are; each is read when a document first needs it."""
    packages = (manimgx_fonts, manimgx_fonts_cjk)
    found = [font_source_sans_pro.font_directory, *(Path(each.__file__).parent for each in packages)]
    return typst.Fonts(include_system_fonts=False, font_paths=found)
