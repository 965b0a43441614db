"""Statements on paper and by mail: what they say, where their button leads, that they can be read aloud."""

import io
from dataclasses import replace
from datetime import date, timedelta
from time import process_time
from typing import Any

import pytest
from pypdf import PdfReader

from factories.documents import LETTERHEAD, PAY_URL
from florin.contracts.documents import Aging, StatementDocument, StatementLine
from florin.edges.documents import render_statement
from florin.edges.mail.document_emails import statement_email

TYPES = ["balance_forward", "open_items", "all_transactions"]


def line(kind: str = "invoice", **changes: Any) -> StatementLine:
    plain = StatementLine(
        on=date(2026, 11, 2),
        due_on=date(2026, 12, 2) if kind == "invoice" else None,
        kind=kind,
        number="INV-10023" if kind == "invoice" else "PAY-3301",
        reference="PO 7781" if kind == "invoice" else "Visa •••• 4242",
        amount=12345,
        balance=22345,
        item="INV-10023",
    )
    return replace(plain, **changes)


def statement(**changes: Any) -> StatementDocument:
    """A balance forward from $100.00 to $200.00, of which $50.00 is late."""
    plain = StatementDocument(
        letterhead=LETTERHEAD,
        number="ST-10001",
        type="balance_forward",
        customer_number="C-1007",
        bill_to=("Rosa's Flower Shop", "88 Mission Street"),
        begin_on=date(2026, 11, 1),
        end_on=date(2026, 11, 30),
        currency="USD",
        opening=10000,
        lines=(line(), line("payment", amount=-2345, balance=20000)),
        aging=Aging(16000, 5000, 0, 0, 0, -1000),
        balance=20000,
        language="en",
        due_on=date(2026, 11, 20),
    )
    return replace(plain, **changes)


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "\n".join(page.extract_text() for page in pages).replace("\u200b", "")


def links_of(pdf: bytes) -> list[str]:
    pages: Any = PdfReader(io.BytesIO(pdf)).pages
    found = [note.get_object() for page in pages for note in page.get("/Annots", ())]
    return [str(note["/A"]["/URI"]) for note in found if note["/Subtype"] == "/Link"]


def test_a_statement_shows_who_asks_whom_for_what_and_how_late_it_is() -> None:
    text = text_of(render_statement(statement(), pay_url=PAY_URL, payable=20000))

    for said in ("Northwind Flowers", "ST-10001", "Rosa's Flower Shop", "C-1007", "Nov 30, 2026"):
        assert said in text
    for said in (
        "Balance forward",
        "100.00",
        "INV-10023",
        "PO 7781",
        "PAY-3301",
        "\N{MINUS SIGN}23.45",
        "200.00",
    ):
        assert said in text
    for said in (
        "$160.00",
        "$50.00",
        "\N{MINUS SIGN}$10.00",
        "of which $50.00 is past due",
        "Over 90 days late",
    ):
        assert said in text


def test_the_button_leads_to_the_payment_link_and_says_how_much() -> None:
    pdf = render_statement(statement(), pay_url=PAY_URL, payable=20000)

    assert links_of(pdf) == [PAY_URL]
    assert "Pay $200.00 online" in text_of(pdf)
    assert "when this was sent" not in text_of(pdf)


def test_where_less_is_left_to_pay_the_button_asks_for_less_and_says_so() -> None:
    text = text_of(render_statement(statement(), pay_url=PAY_URL, payable=15000))

    assert "Pay $150.00 online" in text
    assert "when this was sent, that was $150.00" in text.replace("\n", " ")


@pytest.mark.parametrize("balance", [0, -500])
def test_over_nothing_or_a_credit_there_is_nothing_to_press_or_scan(balance: int) -> None:
    pdf = render_statement(statement(balance=balance), pay_url=PAY_URL, payable=0)

    assert links_of(pdf) == []
    assert "Nothing to pay" in text_of(pdf)
    assert "Scan" not in text_of(pdf)


def test_without_a_link_there_is_nothing_to_press() -> None:
    pdf = render_statement(statement(), pay_url=None, payable=20000)

    assert links_of(pdf) == []
    assert "online" not in text_of(pdf)


def test_an_items_open_amount_stands_once_beside_its_last_line() -> None:
    told = statement(
        type="all_transactions",
        lines=(line(balance=99911), line("payment", balance=22233), line(item="INV-2", balance=7777)),
    )

    text = text_of(render_statement(told, pay_url=None, payable=0))

    assert "999.11" not in text
    assert "222.33" in text
    assert "77.77" in text


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_tagged_and_the_same_bytes_each_time(kind: str) -> None:
    one, other = (render_statement(statement(type=kind), pay_url=PAY_URL, payable=1) for _ in range(2))

    reader = PdfReader(io.BytesIO(one))
    root: Any = reader.root_object
    assert one == other
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Statement ST-10001"


@pytest.mark.parametrize("kind", TYPES)
def test_a_statement_with_no_lines_says_that_nothing_happened(kind: str) -> None:
    empty = statement(type=kind, lines=(), opening=0, balance=0, aging=Aging(0, 0, 0, 0, 0, 0), due_on=None)

    assert "Nothing happened in this period." in text_of(render_statement(empty, pay_url=None, payable=0))


def long_one(kind: str, number: str = "ST-1") -> StatementDocument:
    lines = tuple(
        line(number=f"INV-{place}", item=f"I-{place // 3}", on=date(2026, 11, 1) + timedelta(place // 17))
        for place in range(500)
    )
    return statement(type=kind, lines=lines, number=number)


@pytest.mark.parametrize("kind", TYPES)
def test_five_hundred_lines_repeat_the_heading_and_number_the_pages(kind: str) -> None:
    pdf = render_statement(long_one(kind), pay_url=PAY_URL, payable=20000)

    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) > 8
    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert "Reference" in text
        assert f"Page {number} of {len(pages)}" in text
    assert "Balance on Nov 30, 2026" in pages[-1].extract_text()
    assert "INV-499" in pages[-1].extract_text()


def test_five_hundred_lines_take_a_moment_and_not_a_minute() -> None:
    render_statement(long_one("balance_forward"), pay_url=PAY_URL, payable=20000)

    before = process_time()
    render_statement(long_one("balance_forward", "ST-2"), pay_url=PAY_URL, payable=20000)

    assert process_time() - before < 2  # some 200 ms; the machine of the tests may be busy


@pytest.mark.parametrize(
    ("currency", "language", "said"),
    [("EUR", "es", "200,00"), ("JPY", "en", "¥20,000"), ("KWD", "en", "20.000"), ("USD", "xx", "$200.00")],
)
def test_amounts_are_written_as_the_reader_writes_them(currency: str, language: str, said: str) -> None:
    told = statement(currency=currency, language=language)

    assert said in text_of(render_statement(told, pay_url=None, payable=0))
    assert said in statement_email(told, pay_url=None, payable=0).html.replace("\u00a0", " ")


def test_what_people_typed_is_set_as_text_whatever_it_is() -> None:
    odd = statement(
        bill_to=("#set page(fill: red)", "\\ $x$ \x00 \ud800"),
        lines=(line(reference="*bold* " + "x" * 400, kind="something new"),),
    )

    text = text_of(render_statement(odd, pay_url=None, payable=0))

    assert "#set page(fill: red)" in text
    assert "Adjustment" in text


def test_the_mail_says_what_is_owed_how_late_where_to_pay_and_whom_to_call() -> None:
    email = statement_email(statement(), pay_url=PAY_URL, payable=20000)

    assert email.subject == "Statement ST-10001 from Northwind Flowers: $200.00 due"
    assert f'href="{PAY_URL.replace("&", "&amp;")}"' in email.html
    assert PAY_URL in email.text.splitlines()
    for said in ("$200.00", "of which $50.00 is past due", "Nov 30, 2026", "C-1007", "+1 503 555 0147"):
        assert said in email.html
        assert said in email.text


def test_a_mail_about_nothing_late_says_by_when() -> None:
    told = statement(aging=Aging(20000, 0, 0, 0, 0, 0), due_on=date(2026, 12, 5))

    email = statement_email(told, pay_url=PAY_URL, payable=20000)

    assert email.subject.endswith("$200.00 due by Dec 5, 2026")
    assert "$200.00 by Dec 5, 2026." in email.text


def test_a_mail_about_nothing_to_pay_has_no_button() -> None:
    email = statement_email(statement(balance=-500), pay_url=PAY_URL, payable=0)

    assert email.subject == "Statement ST-10001 from Northwind Flowers: nothing to pay"
    assert "/pay/" not in email.html + email.text
    assert "Nothing to pay." in email.text


def test_nothing_typed_gets_out_of_its_place_in_a_mail() -> None:
    email = statement_email(
        statement(customer_number="<b>C</b>", number="<script>alert(1)</script>"), pay_url=None, payable=0
    )

    assert "<script>" not in email.html
    assert "<b>C</b>" not in email.html
    assert "<b>C</b>" in email.text


@pytest.mark.parametrize(
    ("credits_", "balance", "said"),
    [(-4_000, 1_000, "overdue since Nov 20, 2026"), (-1_000, 20_000, "of which $50.00 is past due")],
)
def test_what_is_past_due_is_never_more_than_all_that_is_owed(credits_: int, balance: int, said: str) -> None:
    told = statement(aging=Aging(balance - 5_000 - credits_, 5_000, 0, 0, 0, credits_), balance=balance)

    assert said in text_of(render_statement(told, pay_url=None, payable=0))
    assert said in statement_email(told, pay_url=None, payable=0).text
