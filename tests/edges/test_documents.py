"""The documents: what they show, where their button leads, and what they survive."""

import base64
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import segno
from pypdf import PdfReader

from factories.documents import PAY_URL, PNG, invoice, letterhead, line, receipt
from florin.contracts import snapshots
from florin.contracts.demands import Demand
from florin.contracts.documents import InvoiceDocument
from florin.edges.documents import colours, formats, logos, render_invoice, render_receipt


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "\n".join(page.extract_text() for page in pages).replace("\u200b", "")


def links_of(pdf: bytes) -> list[str]:
    pages: Any = PdfReader(io.BytesIO(pdf)).pages
    found = [note.get_object() for page in pages for note in page.get("/Annots", ())]
    return [str(note["/A"]["/URI"]) for note in found if note["/Subtype"] == "/Link"]


def test_an_invoice_shows_who_asks_whom_for_what_and_by_when() -> None:
    text = text_of(render_invoice(invoice(), demand=Demand(12345), pay_url=PAY_URL))

    for said in ("Northwind Flowers", "INV-10023", "SO-2041", "PO 7781", "C-1007", "Net 30 days"):
        assert said in text
    for said in (
        "Rosa's Flower Shop",
        "9 Stevenson Street",
        "Dec 24, 2026",
        "0.3825",
        "$123.45",
        "93-1234567",
    ):
        assert said in text


def test_checks_and_wires_have_their_place_while_something_is_owed() -> None:
    shown = invoice(letterhead=letterhead(remit_to=("PO Box 5",), wire=("Routing 067014822",)))

    owed = text_of(render_invoice(shown, demand=Demand(12345), pay_url=None))
    paid = text_of(render_invoice(shown, demand=Demand(0), pay_url=None))

    assert "Remit checks to\nPO Box 5" in owed
    assert "Pay by wire\nRouting 067014822" in owed
    assert "067014822" not in paid


def test_the_button_leads_to_the_payment_link() -> None:
    pdf = render_invoice(invoice(), demand=Demand(12345), pay_url=PAY_URL)

    assert links_of(pdf) == [PAY_URL]
    assert "Pay $123.45 online" in text_of(pdf)


def test_without_a_payment_link_there_is_nothing_to_press_or_scan() -> None:
    pdf = render_invoice(invoice(), demand=Demand(12345), pay_url=None)

    assert links_of(pdf) == []
    assert "online" not in text_of(pdf)
    assert "Scan" not in text_of(pdf)


def test_a_paid_invoice_says_so_and_cannot_be_paid_again() -> None:
    pdf = render_invoice(invoice(), demand=Demand(0), pay_url=PAY_URL)

    assert "Paid" in text_of(pdf)
    assert links_of(pdf) == []


def test_what_was_already_paid_is_deducted_on_the_document() -> None:
    text = text_of(render_invoice(invoice(), demand=Demand(2345), pay_url=PAY_URL))

    assert "\N{MINUS SIGN}$100.00" in text
    assert "Pay $23.45 online" in text


def test_the_qr_code_holds_the_same_address_as_the_button(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    real = segno.make

    def draw(text: str, **how: Any) -> Any:
        drawn.append(text)
        return real(text, **how)

    monkeypatch.setattr(segno, "make", draw)

    render_invoice(invoice(), demand=Demand(12345), pay_url=PAY_URL)

    assert drawn == [PAY_URL]


def test_an_address_too_long_for_a_qr_code_still_has_its_button() -> None:
    far = f"https://pay.test/{'x' * 4000}"

    assert links_of(render_invoice(invoice(), demand=Demand(1), pay_url=far)) == [far]


def test_documents_are_tagged_and_say_their_language_and_title() -> None:
    for pdf in (render_invoice(invoice(), demand=Demand(1), pay_url=PAY_URL), render_receipt(receipt())):
        reader = PdfReader(io.BytesIO(pdf))
        root: Any = reader.root_object
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert root["/Lang"] == "en"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
        assert reader.metadata is not None
        assert reader.metadata.title in {"Invoice INV-10023", "Receipt RC-501"}


def test_pictures_say_in_words_what_they_are() -> None:
    shown = invoice(letterhead=letterhead(logo=PNG))

    pdf = render_invoice(shown, demand=Demand(1), pay_url=PAY_URL)

    reader = PdfReader(io.BytesIO(pdf))
    things: list[Any] = [reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1)]
    told = [thing.get("/Alt") for thing in things if isinstance(thing, dict)]
    assert "Northwind Flowers" in told
    assert f"QR code that opens the payment link: {PAY_URL}" in told


def test_the_same_snapshot_gives_the_same_bytes_in_another_process() -> None:
    here = render_invoice(invoice(), demand=Demand(12345), pay_url=PAY_URL)
    program = (
        "import sys, django; django.setup(); from factories.documents import *; "
        "from florin.edges.documents import render_invoice; "
        "from florin.contracts.demands import Demand;"
        "sys.stdout.buffer.write(render_invoice(invoice(), demand=Demand(12345), pay_url=PAY_URL))"
    )
    there = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env=_environment()
    )

    assert here == render_invoice(invoice(), demand=Demand(12345), pay_url=PAY_URL)
    assert here == there.stdout


@pytest.mark.parametrize(
    "hostile",
    [
        '#panic("x") $a^2$ *bold* _it_ `raw` <label> @ref // note /* x */ = head - item \\ "quoted" {1} [2]',
        '\\") #panic() \\u{41} \\\\" \\n',
        "-- --- ... ~ 'single' https://a.test/b 1. + / :",
        "Ñandú Łódź Ελλάδα Москва",
    ],
)
def test_what_people_type_is_printed_and_never_obeyed(hostile: str) -> None:
    text = text_of(
        render_invoice(invoice(lines=(line(hostile),), note=hostile), demand=Demand(1), pay_url=PAY_URL)
    )

    flat = "".join(text.split())
    wanted = "".join(hostile.split())
    assert wanted in flat


@pytest.mark.parametrize(
    "odd",
    [
        "🌹 roses 👨\u200d👩\u200d👧",
        "花束",
        "a\x00b\x07\ud800c",
        "\u202egnp\u200b\u200d",
        "x" * 300,
        "é " * 5000,
    ],
    ids=["emoji", "Chinese", "control", "invisible", "one long word", "very long"],
)
def test_no_text_loses_a_document(odd: str) -> None:
    pdf = render_invoice(
        invoice(lines=(line(odd, code=odd[:50]),), note=odd, bill_to=(odd,), terms=odd[:300]),
        demand=Demand(1),
        pay_url=PAY_URL,
    )

    assert "INV-10023" in text_of(pdf)
    assert b"/StructTreeRoot" in pdf or "/StructTreeRoot" in PdfReader(io.BytesIO(pdf)).root_object


@pytest.mark.parametrize(
    "logo",
    [
        "not base64!",
        PNG[:40],
        base64.b64encode(b"<svg broken").decode(),
        base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\x00" * 40).decode(),
    ],
)
def test_a_broken_logo_gives_way_to_the_name(logo: str) -> None:
    pdf = render_invoice(invoice(letterhead=letterhead(logo=logo)), demand=Demand(1), pay_url=PAY_URL)

    assert "Northwind Flowers" in text_of(pdf)


def test_values_that_are_no_numbers_are_shown_as_they_came() -> None:
    absurd = line(quantity="a few", unit_price="NaN")

    text = text_of(render_invoice(invoice(lines=(absurd,), language="!!"), demand=Demand(1), pay_url=None))

    assert "a few stems" in text
    assert "NaN" in text


def test_five_hundred_lines_have_a_heading_and_a_number_on_every_page() -> None:
    long = invoice(lines=tuple(line(f"Rose number {count}") for count in range(500)))

    pages = [
        page.extract_text()
        for page in PdfReader(io.BytesIO(render_invoice(long, demand=Demand(1), pay_url=PAY_URL))).pages
    ]

    assert "Rose number 499" in pages[-1]
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Description" in page


def test_the_total_never_stands_alone_on_a_page() -> None:
    for count in range(18, 40):
        lines = tuple(line(f"Rose number {at}") for at in range(count))
        last = PdfReader(
            io.BytesIO(render_invoice(invoice(lines=lines, note=""), demand=Demand(1), pay_url=PAY_URL))
        ).pages[-1]
        assert f"Rose number {count - 1}" in last.extract_text()


def test_an_invoice_without_lines_is_still_an_invoice() -> None:
    assert "$123.45" in text_of(render_invoice(invoice(lines=()), demand=Demand(12345), pay_url=PAY_URL))


def test_a_later_revision_says_which() -> None:
    assert "Revision 2" in text_of(render_invoice(invoice(revision=2), demand=Demand(1), pay_url=None))
    assert "Revision" not in text_of(render_invoice(invoice(), demand=Demand(1), pay_url=None))


def test_a_receipt_shows_what_each_invoice_got_and_what_is_left() -> None:
    text = text_of(render_receipt(receipt()))

    for said in ("PAID", "PAY-3301", "Dec 20, 2026", "Visa •••• 4242", "$500.00", "$300.00", "$25.00"):
        assert said in text
    assert "open credit" in text
    assert "$50.00" in text


def test_a_receipt_that_left_nothing_over_speaks_of_no_credit() -> None:
    assert "credit" not in text_of(render_receipt(receipt(excess=0)))


def test_a_receipt_tells_a_discount_and_calls_a_pre_payment_by_its_name() -> None:
    text = text_of(render_receipt(receipt(discount=1250, prepayment=True)))
    assert re.search(r"Discount for early\s+payment", text)
    assert "$12.50" in text
    assert "The pre-payment is an open credit" in text


def test_a_receipt_is_the_same_bytes_twice() -> None:
    assert render_receipt(receipt()) == render_receipt(replace(receipt()))


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (123450, "USD", "en", "$1,234.50"),
        (123450, "EUR", "es", "1.234,50\xa0€"),
        (500, "JPY", "en", "¥500"),
        (12345, "KWD", "en", "KWD\xa012.345"),
        (12345, "IQD", "en", "IQD\xa012.345"),
        (-100, "USD", "en", "\N{MINUS SIGN}$1.00"),
    ],
)
def test_amounts_have_their_currencys_decimals(
    minor: int, currency: str, language: str, written: str
) -> None:
    assert formats.money(minor, currency, language) == written


def test_unit_prices_show_more_decimals_only_when_they_have_them() -> None:
    assert formats.unit_price("1.2", "USD", "en") == "1.20"
    assert formats.unit_price("0.3825", "USD", "en") == "0.3825"
    assert formats.unit_price("0.5000", "JPY", "en") == "0.5"
    assert formats.quantity("1200.000", "en") == "1,200"


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#ffe000", "#777777", "#8a2f5f", "#0f0", "red", ""])
def test_whatever_colour_a_company_has_its_words_can_be_read(colour: str) -> None:
    palette = colours.palette(colour)

    assert colours.contrast(palette.on_accent, palette.accent) >= 4.5
    assert colours.contrast(palette.ink, "#ffffff") >= 4.5
    assert colours.contrast(palette.ink_on_dark, "#22262b") >= 4.5


def test_a_png_logo_is_known_as_one_and_drawn() -> None:
    assert logos.png(PNG).startswith(b"\x89PNG")
    assert 'width="1" height="1"' in logos.svg(PNG)
    assert logos.png(base64.b64encode(b"<svg/>").decode()) == b""


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DJANGO_SETTINGS_MODULE": "florin.config.settings",
    }


def test_an_invoice_says_when_it_ships_and_the_customers_tax_id_if_they_are_known() -> None:
    document = invoice(ship_on=date(2026, 12, 2), customer_tax_id="65-0123456")
    text = text_of(render_invoice(document, demand=Demand(12345), pay_url=None))
    assert "Dec 2, 2026" in text
    assert "65-0123456" in text
    assert snapshots.read(InvoiceDocument, snapshots.write(document)) == document
    assert "Ship date" not in text_of(render_invoice(invoice(), demand=Demand(12345), pay_url=None))


def test_an_invoice_that_was_kept_before_it_knew_them_is_read_all_the_same() -> None:
    kept = snapshots.write(invoice())
    del kept["ship_on"], kept["customer_tax_id"]
    assert snapshots.read(InvoiceDocument, kept) == invoice()
