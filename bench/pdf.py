"""Typesetting: warm, and no document like another."""

from datetime import date, timedelta
from itertools import count
from pathlib import Path

import typst

import florin
from bench.measures import Measure, milliseconds, of_times, processor_of
from bench.world import World
from florin.contracts.demands import Demand
from florin.contracts.documents import DocumentLine, InvoiceDocument, Letterhead
from florin.edges import documents
from florin.edges.documents import typesetter

_ROUNDS = 3
_SHORT, _LONG = 10, 500
_LOGO = Path(florin.__path__[0]) / "demo_data" / "logo.svg.b64"
_numbers = count(10001)


def measure(_world: World) -> list[Measure]:
    """Typeset short and long invoices, and an empty page beside them."""
    _warm_up()
    short = [[milliseconds(lambda: _typeset(_SHORT)) for _ in range(60)] for _ in range(_ROUNDS)]
    long = [[milliseconds(lambda: _typeset(_LONG)) for _ in range(5)] for _ in range(_ROUNDS)]
    empty = [[_empty_page(number) for number in range(60)] for _ in range(_ROUNDS)]
    contents = "link, QR code, logo, tagged"
    short_work = min(processor_of(lambda: _typeset(_SHORT)) for _ in range(20))
    long_work = min(processor_of(lambda: _typeset(_LONG)) for _ in range(5))
    return [
        of_times(
            short,
            part="pdf",
            what="invoice PDF, one page, ten lines",
            target=10,
            processor=short_work,
            note=contents,
        ),
        of_times(long, part="pdf", what="invoice PDF, 500 lines", target=200, processor=long_work),
        of_times(empty, part="pdf", what="baseline: an empty typst page"),
    ]


def letterhead() -> Letterhead:
    """The demo's wholesaler, logo and all."""
    return Letterhead(
        name="Meadow & Vine Wholesale",
        address=("1450 NW 78th Avenue", "Miami, FL 33126"),
        email="accounts@meadow-vine.example",
        phone="+1 305 555 0142",
        tax_id="59-1234567",
        colour="#2f6f57",
        logo=_LOGO.read_text().strip(),
    )


def _typeset(lines: int) -> bytes:
    document = _invoice(lines)
    url = f"https://pay.example.com/pay/{document.number}-vJ2mXq8RtYw3sLpKd7ZbN4c"
    return documents.render_invoice(document, demand=Demand(document.total), pay_url=url)


def _invoice(lines: int) -> InvoiceDocument:
    number = next(_numbers)
    day = date(2026, 1, 1) + timedelta(days=number % 300)
    rows = tuple(_line(number * 7 + place) for place in range(lines))
    return InvoiceDocument(
        letterhead=letterhead(),
        number=f"INV-{number}",
        revision=1,
        order_number=f"SO-{number}",
        customer_number=f"C-{number % 977}",
        po_number=f"PO-{number * 3}",
        issued_on=day,
        due_on=day + timedelta(days=30),
        terms="Net 30 days",
        bill_to=(f"Corner Florist {number}", f"{number % 90 + 1} Rose Lane", "Springfield"),
        ship_to=(f"Corner Florist {number}", "Back door"),
        currency="USD",
        lines=rows,
        total=sum(row.total for row in rows),
        note="Claims within 24 hours, please.",
        language="en",
    )


def _line(seed: int) -> DocumentLine:
    quantity, cents = 12 + seed % 240, 35 + seed * 13 % 900
    return DocumentLine(
        code=f"R-{seed % 4999}",
        description=f"Rose Freedom {40 + seed % 5 * 10} cm, lot {seed}",
        quantity=str(quantity),
        unit="stems",
        unit_price=f"{cents // 100}.{cents % 100:02}",
        total=quantity * cents,
    )


def _warm_up() -> None:
    for lines in (_SHORT, _LONG, _SHORT, _SHORT):
        _typeset(lines)


def _empty_page(number: int) -> float:
    compiler = _bare_compiler()
    source = f"#set document(title: [{number}])\n".encode()
    return milliseconds(lambda: compiler.compile(input=source, format="pdf"))


_bare: list[typst.Compiler] = []


def _bare_compiler() -> typst.Compiler:
    if not _bare:
        fonts = typesetter._fonts()  # noqa: SLF001 - the same fonts as the product's
        _bare.append(typst.Compiler(font_paths=fonts, ignore_system_fonts=True))
    return _bare[0]
