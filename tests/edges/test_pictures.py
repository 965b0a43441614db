"""Logos that somebody uploads: what is kept of them, and what is refused."""

import os
import struct
import zlib

import pytest

from florin.edges.documents import pictures
from florin.edges.documents.pictures import UnusableLogo

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 5">'
DOT = '<rect width="3" height="3" fill="#123456"/>'


def svg(inner: str) -> bytes:
    return f"{SVG}{inner}</svg>".encode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, pixels: bytes = b"", more: bytes = b"") -> bytes:
    """Write a PNG as its specification says (third edition, 5 and 11), red if nothing else is said."""
    pixels = pixels or (b"\0" + bytes([200, 30, 30, 128] * width)) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = [_chunk(b"IHDR", header), more, _chunk(b"IDAT", zlib.compress(pixels)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    "sly",
    [
        "<script>alert(1)</script>",
        '<rect width="1" height="1" onclick="alert(1)"/>',
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">alert(1)</p></foreignObject>',
        '<a href="javascript:alert(1)"><rect width="1" height="1"/></a>',
        '<rect width="1" height="1"><set attributeName="href" to="alert(1)"/></rect>',
        "<metadata>alert(1)</metadata><!-- alert(1) --><?go alert(1)?>",
    ],
)
def test_what_draws_nothing_is_taken_out_and_the_shapes_stay(sly: str) -> None:
    cleaned = pictures.clean(svg(sly + DOT))

    assert b"alert" not in cleaned
    assert b'fill="#123456"' in cleaned


@pytest.mark.parametrize(
    ("inner", "sentence"),
    [
        ('<use xlink:href="/office/#a"/>', "other files"),
        ('<rect width="1" height="1" style="fill:url(https://evil.example/x)"/>', "other files"),
        ("<style>.a{fill:url(https://evil.example/#a)}</style>", "other files"),
        ('<image href="data:image/png;base64,AA"/>', "“image”"),
        ('<filter id="a"/>', "“filter”"),
        ('<mask id="a"/>', "“mask”"),
        ("<text>Bloom</text>", "Convert it to paths"),
        ("<g>" * 70 + "</g>" * 70, "Ungroup"),
        ("<g>", "cannot be read"),
        (" " * pictures.MOST_SVG, "100 KB"),
    ],
)
def test_what_a_logo_must_not_hold_is_refused(inner: str, sentence: str) -> None:
    with pytest.raises(UnusableLogo, match=sentence):
        pictures.clean(svg(inner))


def test_an_svg_with_entities_is_refused() -> None:
    with pytest.raises(UnusableLogo, match="entities"):
        pictures.clean(b'<!DOCTYPE svg [<!ENTITY a "x">]>' + svg("<desc>&a;</desc>"))


def test_shapes_that_multiply_each_other_are_refused_in_bounded_time() -> None:
    uses = [f'<use href="#a{below}"/>' * 10 for below in range(8)]
    layers = "".join(f'<g id="a{above}">{ten}</g>' for above, ten in enumerate(uses, 1))
    with pytest.raises(UnusableLogo, match=r"cannot be drawn|too long"):
        pictures.clean(svg(f'<g id="a0">{DOT}</g>{layers}'))


def test_of_a_png_only_the_pixels_stay() -> None:
    cleaned = pictures.clean(png(100, 50, more=_chunk(b"tEXt", b"Comment\0secret")))

    assert pictures.png_size(cleaned) == (100, 50)
    assert b"secret" not in cleaned


def test_a_large_png_is_scaled_down_to_what_documents_show() -> None:
    assert pictures.png_size(pictures.clean(png(1464, 100))) == (732, 50)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (png(10, 10).replace(struct.pack(">II", 10, 10), struct.pack(">II", 60_000, 10)), "4,000 by 4,000"),
        (png(10, 10) + b"\0" * pictures.MOST_PNG, "1 MB"),
        (png(300, 200)[:-60], "cannot be drawn"),
        (png(100, 50, pixels=b"\0" * 10), "cannot be drawn"),
        (png(460, 180, pixels=b"".join(b"\0" + os.urandom(1840) for _ in range(180))), "too many details"),
        (b"\xff\xd8\xff\xe0 a JPEG", "neither a PNG nor an SVG"),
        (svg(DOT).decode().encode("utf-16"), "neither a PNG nor an SVG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', "view box"),
    ],
)
def test_a_file_that_cannot_be_a_logo_is_refused_with_the_reason(data: bytes, sentence: str) -> None:
    with pytest.raises(UnusableLogo, match=sentence):
        pictures.clean(data)
