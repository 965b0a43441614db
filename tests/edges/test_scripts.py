"""Documents in other scripts than ours (C07, C09): every letter is drawn, or somebody is told."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from factories.documents import PAY_URL, invoice, letterhead, line, receipt
from florin.contracts.demands import Demand
from florin.edges.documents import faces, render_invoice, render_receipt, typesetter, undrawn
from florin.edges.mail.document_emails import invoice_email, receipt_email
from florin.kernel.directions import isolated, plain

NAMES = {
    "Japanese": "株式会社バラ園",
    "Chinese": "玫瑰 红色",
    "traditional": "鬱金香花店",
    "Korean": "장미 꽃집",
    "Arabic": "شركة الورد",
    "Hebrew": 'פרחים בע"מ',
    "Thai": "ร้านดอกกุหลาบ",
    "Hindi": "गुलाब की दुकान",
    "Tamil": "ரோஜா கடை",
    "emoji": "🌹💐👩‍🌾",
    "European": "Vo\u0302\u0303 Việt Nam Łódź ё ґ Ανθοπωλείο",
    "signs": "₺ ₪ ₦ € ½ ″ \N{MINUS SIGN} №",
}

HEBREW = "פרחים"
IGNORED = set("\u200d")


def is_accessible(pdf: bytes) -> bool:
    root: Any = PdfReader(io.BytesIO(pdf)).root_object
    return b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def typefaces(pdf: bytes) -> set[str]:
    pages: Any = PdfReader(io.BytesIO(pdf)).pages
    fonts = [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]
    return {str(font["/BaseFont"]).split("+")[-1] for font in fonts}


def drawn(pdf: bytes) -> set[str]:
    """Every letter on it; their order is the eye's, not the tongue's, where text runs to the left."""
    return set("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_in_any_script_is_drawn_and_the_document_stays_accessible(name: str) -> None:
    pdf = render_invoice(
        invoice(letterhead=letterhead(name=name), bill_to=(name,), lines=(line(name),)),
        demand=Demand(12345),
        pay_url=PAY_URL,
    )

    assert undrawn(name) == []
    assert is_accessible(pdf)
    assert set("".join(name.split())) <= drawn(pdf) | IGNORED
    assert is_accessible(render_receipt(receipt(customer_name=name)))


def test_what_no_typeface_has_is_named_and_the_document_comes_all_the_same() -> None:
    assert undrawn('Rosa 𓀀 and 𐎠 " \\ ]') == ["𓀀", "𐎠"]
    assert not is_accessible(render_invoice(invoice(note="𓀀"), demand=Demand(1), pay_url=None))


def test_no_more_than_ten_missing_letters_are_looked_for() -> None:
    assert len(undrawn("".join(map(chr, range(0x13000, 0x13400))))) == 10


def test_a_document_in_our_own_letters_opens_no_other_typeface() -> None:
    pdf = render_invoice(invoice(), demand=Demand(12345), pay_url=PAY_URL)

    assert all(face.startswith("SourceSansPro") for face in typefaces(pdf))


@pytest.mark.parametrize(("text", "face"), [("バラ", "JP"), ("장미", "KR"), ("玫瑰", "SC"), ("Rose", "SC")])
def test_shared_characters_are_drawn_as_their_language_draws_them(text: str, face: str) -> None:
    assert f"Noto Sans CJK {face}" in faces.order(text)


def test_the_typefaces_that_are_asked_for_are_there() -> None:
    known = {font.family for font in typesetter._fonts().fonts()}

    assert {face for text in ("バラ", "장미", "") for face in faces.order(text)} <= known


def test_a_name_that_reads_from_right_to_left_turns_nothing_around_it() -> None:
    assert isolated("Rosa & Söhne 花") == "Rosa & Söhne 花"
    assert isolated(f"{HEBREW} 7") == f"\u2068{HEBREW} 7\u2069"
    assert isolated(isolated(HEBREW)) == isolated(HEBREW)


def test_names_are_isolated_in_mails() -> None:
    hebrew = letterhead(name=HEBREW)
    email = invoice_email(invoice(letterhead=hebrew), demand=Demand(12345), pay_url=PAY_URL)
    received = receipt_email(receipt(letterhead=hebrew))

    assert email.subject == f"Invoice INV-10023 from \u2068{HEBREW}\u2069: $123.45 due by Dec 24, 2026"
    for part in (email.html, email.text, received.html, received.text):
        assert part.count(HEBREW) == part.count(f"\u2068{HEBREW}\u2069") > 0


def test_what_turns_the_direction_of_other_text_is_taken_out() -> None:
    assert plain("\u202egpj.exe\u202c \u2067x\u2069") == "gpj.exe x"
    assert isolated("\u202eétat") == "état"
