"""Emails that bring documents: both parts complete, the button leads home, nothing typed gets loose."""

import re
from datetime import date
from email.header import Header
from importlib import resources

import pytest

from factories.documents import PAY_URL, PNG, invoice, letterhead, receipt
from florin.contracts.demands import Demand
from florin.contracts.emails import NotCharged
from florin.edges.documents import pictures
from florin.edges.mail.document_emails import invoice_email, payment_notice, receipt_email
from florin.edges.mail.notifications import not_charged
from florin.edges.mail.rendering import RenderedEmail

OFFICE_URL = "https://office.northwind.test/payments/3301"


def all_emails() -> list[RenderedEmail]:
    return [
        invoice_email(invoice(), demand=Demand(12345), pay_url=PAY_URL),
        receipt_email(receipt()),
        payment_notice(receipt(), url=OFFICE_URL, language="en"),
        not_charged(NotCharged(amount=12345, currency="USD"), letterhead(), language="en"),
    ]


def test_the_subject_says_who_asks_for_how_much_by_when() -> None:
    email = invoice_email(invoice(), demand=Demand(12345), pay_url=PAY_URL)

    assert email.subject == "Invoice INV-10023 from Northwind Flowers: $123.45 due by Dec 24, 2026"


def test_the_button_and_the_text_part_both_lead_to_the_payment_link() -> None:
    email = invoice_email(invoice(), demand=Demand(12345), pay_url=PAY_URL)

    assert f'href="{PAY_URL.replace("&", "&amp;")}"' in email.html
    assert "Pay $123.45 online" in email.html
    assert PAY_URL in email.text.splitlines()


def test_both_parts_say_all_that_the_bookkeeper_looks_for() -> None:
    email = invoice_email(invoice(), demand=Demand(12345), pay_url=PAY_URL)

    for said in (
        "INV-10023",
        "SO-2041",
        "PO 7781",
        "C-1007",
        "Dec 24, 2026",
        "Net 30 days",
        "+1 503 555 0147",
    ):
        assert said in email.html
        assert said in email.text


def test_without_a_payment_link_there_is_no_button() -> None:
    email = invoice_email(invoice(), demand=Demand(12345), pay_url=None)

    assert "online" not in email.html + email.text
    assert "button-link" not in email.html.split("<body")[1]


def test_a_paid_invoice_is_mailed_without_a_payment_link() -> None:
    email = invoice_email(invoice(), demand=Demand(0), pay_url=PAY_URL)

    assert email.subject.endswith("Northwind Flowers: paid")
    assert "/pay/" not in email.html + email.text


def test_the_payer_reads_what_each_invoice_got() -> None:
    email = receipt_email(receipt())

    assert email.subject == "Payment received: $500.00 to Northwind Flowers"
    for said in ("INV-10023", "$300.00", "INV-10025", "$25.00", "Visa •••• 4242", "$50.00"):
        assert said in email.html
        assert said in email.text


def test_the_company_reads_who_paid_and_where_to_look() -> None:
    email = payment_notice(receipt(), url=OFFICE_URL, language="en")

    assert email.subject == "Rosa's Flower Shop paid $500.00"
    assert f'href="{OFFICE_URL}"' in email.html
    assert OFFICE_URL in email.text.splitlines()


def test_who_was_not_charged_reads_that_first() -> None:
    email = not_charged(NotCharged(amount=12345, currency="USD"), letterhead(), language="en")

    assert email.subject.startswith("You were not charged")
    for part in (email.html, email.text):
        assert "$123.45" in part


def test_emails_are_made_for_dark_screens_too() -> None:
    for email in all_emails():
        assert "prefers-color-scheme: dark" in email.html
        assert '<meta name="color-scheme" content="light dark">' in email.html


def test_emails_can_be_heard() -> None:
    for email in all_emails():
        assert '<html lang="en"' in email.html
        assert "<h1" in email.html
        layout = re.findall(r"<table[^>]*>", email.html)
        assert all('role="presentation"' in table or "facts" in table or "rows" in table for table in layout)


def test_styles_are_in_the_elements_where_mail_readers_look() -> None:
    button = re.search(
        r"<a[^>]*button-link[^>]*>", invoice_email(invoice(), demand=Demand(1), pay_url=PAY_URL).html
    )

    assert button is not None
    assert "background-color: #8a2f5f" in button[0]
    assert "color: #ffffff" in button[0]


def test_a_light_company_colour_gets_black_words() -> None:
    pale = invoice(letterhead=letterhead(colour="#ffe000"))

    button = re.search(
        r"<a[^>]*button-link[^>]*>", invoice_email(pale, demand=Demand(1), pay_url=PAY_URL).html
    )

    assert button is not None
    assert "color: #000000" in button[0]


def test_a_colour_cannot_carry_styles_into_the_mail() -> None:
    email = invoice_email(
        invoice(letterhead=letterhead(colour="red;}</style><script>")), demand=Demand(1), pay_url=None
    )

    assert "<script>" not in email.html


def test_what_people_typed_is_shown_as_it_was_typed_and_never_as_markup() -> None:
    typed = "Hi <b>Rosa</b> & co, {{ secret }} %(x)s"
    email = invoice_email(invoice(po_number=typed), demand=Demand(1), pay_url=PAY_URL)

    assert "Hi &lt;b&gt;Rosa&lt;/b&gt; &amp; co, {{ secret }} %(x)s" in email.html
    assert typed in email.text


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\u2028", "\x00", "\x0b"])
def test_no_name_can_start_a_header_of_its_own(break_: str) -> None:
    name = f"Evil{break_}Bcc: everybody@example.test"
    emails = [
        invoice_email(
            invoice(number=name, letterhead=letterhead(name=name)), demand=Demand(1), pay_url=PAY_URL
        ),
        payment_notice(receipt(customer_name=name), url=OFFICE_URL, language="en"),
        not_charged(NotCharged(amount=1, currency="USD"), letterhead(name=name), language="en"),
    ]

    for email in emails:
        assert break_ not in email.subject
        assert "\n" not in str(Header(email.subject, maxlinelen=10_000))


def test_a_png_logo_travels_inside_the_mail_and_its_name_is_its_alternative() -> None:
    shown = letterhead(logo=PNG)

    email = invoice_email(invoice(letterhead=shown), demand=Demand(1), pay_url=PAY_URL)

    assert email.logo.startswith(b"\x89PNG")
    assert 'src="cid:logo@florin"' in email.html
    assert 'alt="Northwind Flowers"' in email.html


def test_an_svg_logo_is_drawn_for_the_mail_because_mail_programs_show_none() -> None:
    logo = (resources.files("florin") / "demo_data" / "logo.svg.b64").read_text()

    email = invoice_email(
        invoice(letterhead=letterhead(logo=logo.strip())), demand=Demand(1), pay_url=PAY_URL
    )

    assert pictures.png_size(email.logo) == (180, 180)
    assert 'src="cid:logo@florin"' in email.html


@pytest.mark.parametrize("logo", ["", "PHN2Zw=="])
def test_without_a_logo_that_can_be_drawn_the_name_stands_in_its_place(logo: str) -> None:
    email = invoice_email(invoice(letterhead=letterhead(logo=logo)), demand=Demand(1), pay_url=PAY_URL)

    assert (email.logo, "cid:" in email.html) == (b"", False)


def test_half_a_character_does_not_lose_an_email() -> None:
    email = invoice_email(invoice(po_number="a\ud800b"), demand=Demand(1), pay_url=PAY_URL)

    assert "PO number" in email.html


def test_a_confirmation_says_what_open_credits_paid() -> None:
    email = receipt_email(receipt(credited=1250))

    assert "From your open credits" in email.text
    assert "12.50" in email.text


def test_a_confirmation_tells_a_discount_and_speaks_of_no_excess_for_a_pre_payment() -> None:
    email = receipt_email(receipt(discount=1250, prepayment=True))
    for part in (email.html, email.text):
        assert "Discount for early payment" in part
        assert "More arrived than was owed" not in part
        assert "is an open credit for your next invoices" in part


@pytest.mark.parametrize(("day", "when"), [("2026-12-24", "due by"), ("2026-12-25", "overdue since")])
def test_a_mail_says_overdue_since_once_it_is_late(day: str, when: str) -> None:
    today = date.fromisoformat(day)
    email = invoice_email(invoice(), demand=Demand(12345), pay_url=PAY_URL, today=today)

    assert email.subject.endswith(f"$123.45 {when} Dec 24, 2026")
    assert f"$123.45 {when} Dec 24, 2026." in email.text
    assert f"{when} Dec 24, 2026" in email.html
