"""Payment History as files: what the list shows, to the cent and to the invoice (promise 6)."""

import csv
import io
from decimal import Decimal
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from checkout.pages import link_to
from factories import make_customer, make_invoice
from factories.payments import click_pay
from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company
from florin.domain.payments import queries
from florin.domain.payments.models import Payment
from florin.domain.receipts.models import Receipt
from florin.domain.staff.models import User
from florin.flows import export_payments, settle_payment, undo_payment
from office import signed_in
from office.test_payments import at_the_counter, online
from testing.bank import Bank

EXPORT = "/office/payments/export/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_csv(client: Client, **asked: str) -> list[dict[str, str]]:
    answer = client.get(EXPORT, {"as": "csv", **asked})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    content = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def read_xlsx(client: Client) -> list[list[list[str]]]:
    """The rows of both sheets, as texts."""
    answer = client.get(EXPORT, {"as": "xlsx"})
    assert answer["Content-Type"] == XLSX
    with ZipFile(io.BytesIO(answer.getvalue())) as book:
        pages = [ET.fromstring(book.read(f"xl/worksheets/sheet{place}.xml")) for place in (1, 2)]  # noqa: S314
    return [
        [["".join(cell.itertext()) for cell in row] for row in page.iter(f"{SHEET}row")] for page in pages
    ]


def test_a_payment_by_link_is_told_per_invoice_on_receipt_history_and_export(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    invoices = [make_invoice(owner, amount, customer=customer) for amount in ("12.34", "55.55")]
    wanted = {invoice.number: f"{invoice.total / 100:.2f}" for invoice in invoices}
    attempt = click_pay(link_to(*invoices))
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)
    payment, client = Payment.objects.get(), signed_in(owner)

    receipt = {
        line.invoice_number: f"{line.amount / 100:.2f}" for line in Receipt.objects.get().document.lines
    }
    listed = client.get("/office/payments/").content.decode()
    page = client.get(f"/office/payments/{payment.pk}/").content.decode()
    exported = {row["Invoice"]: row["Amount"] for row in read_csv(client)}

    assert receipt == exported == wanted
    assert all(number in listed and number in page for number in wanted)
    assert all(f"${amount}" in page for amount in wanted.values())


def test_what_was_taken_back_from_an_invoice_is_a_row_of_its_own(owner: User) -> None:
    invoice = make_invoice(owner, "60.00")
    payment = at_the_counter(owner, invoice.customer, "100.00")
    undo_payment.unapply(
        owner.company, payment.pk, item=invoice.item_id, reason="Wrong one", submission="p", by=owner
    )
    rows = read_csv(signed_in(owner))

    assert [(row["What"], row["Invoice"], row["Amount"]) for row in rows] == [
        ("Payment", invoice.number, "60.00"),
        ("Payment", f"Open credit {payment.number}", "40.00"),
        ("Unapplied", invoice.number, "-60.00"),
        ("Unapplied", f"Open credit {payment.number}", "60.00"),
    ]


def test_a_row_for_each_payment_tells_gross_fee_and_net(owner: User) -> None:
    payment = online(owner)
    row = read_csv(signed_in(owner), by_row="payment")[0]

    assert (row["Payment"], row["Customer"]) == (payment.number, payment.customer.name)
    assert (row["Gross"], row["Fee"], row["Net"], row["Refunded"]) == ("100.00", "3.15", "96.85", "0.00")
    assert row["Disputed or returned"] == "0.00"
    assert (row["Currency"], row["State"], row["Processed by"]) == ("USD", "Received", "Online")


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "500"), ("USD", "500.10"), ("KWD", "500.125")])
def test_amounts_are_exact_in_the_decimals_of_their_currency(owner: User, currency: str, amount: str) -> None:
    at_the_counter(owner, make_customer(owner.company, currency=currency), amount)
    client = signed_in(owner)

    assert read_csv(client)[0]["Amount"] == amount
    assert Decimal(read_xlsx(client)[1][1][5]) == Decimal(amount)


def test_an_excel_file_holds_both_tables(owner: User) -> None:
    payment = online(owner)
    allocations, payments = read_xlsx(signed_in(owner))

    assert allocations[0][:2] == payments[0][:2] == ["Payment", "Received"]
    assert allocations[1][0] == payments[1][0] == payment.number
    assert (len(allocations), len(payments)) == (2, 2)


def test_what_is_exported_is_what_is_filtered(owner: User) -> None:
    check = at_the_counter(owner, make_customer(owner.company), "10.00")
    at_the_counter(owner, make_customer(owner.company), "20.00", method=Method.CASH)
    rows = read_csv(signed_in(owner), method="check", q="10.00")

    assert [row["Payment"] for row in rows] == [check.number]


def test_nothing_that_was_typed_becomes_a_formula(owner: User) -> None:
    evil = make_customer(owner.company, name="=cmd|' /C calc'!A0")
    at_the_counter(owner, evil, "10.00", reference="@SUM(1+1)")
    row = read_csv(signed_in(owner))[0]

    assert (row["Customer"], row["Reference"]) == ("'=cmd|' /C calc'!A0", "'@SUM(1+1)")


def test_too_much_for_an_excel_file_is_refused_with_a_way_on(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_payments, "MOST_IN_A_BOOK", 1)
    for amount in ("1.00", "2.00"):
        at_the_counter(owner, make_customer(owner.company), amount)
    client = signed_in(owner)
    answer = client.get(EXPORT, {"as": "xlsx"})

    assert answer.status_code == 422
    assert "take CSV" in answer.content.decode()
    assert len(read_csv(client)) == 2


def test_a_long_export_comes_whole_and_in_parts(
    owner: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(queries, "_AT_ONCE", 4)
    customer = make_customer(owner.company)
    made = [at_the_counter(owner, customer, "1.00").number for _payment in range(10)]
    client = signed_in(owner)

    with django_assert_max_num_queries(3 + 2 * 4):  # who asks; payments and allocations of each part
        rows = read_csv(client)

    assert [row["Payment"] for row in rows] == made[::-1]


def test_an_export_keeps_the_language_in_which_it_was_asked_for(owner: User) -> None:
    online(owner)
    with override("es"):
        spanish = str(Method.CARD.label)
        stream = export_payments.csv_of_payments(owner.company, queries.PaymentFilter())

    with override("en"):
        assert f'"{spanish}"' in b"".join(stream).decode()
    assert spanish != "Card"


def test_a_stranger_exports_nothing_of_ours(owner: User, stranger: User) -> None:
    online(owner)

    assert read_csv(signed_in(stranger)) == []


@pytest.mark.parametrize(
    ("time_zone", "heading", "amount"),
    [("Europe/Madrid", '"Pago";"Recibido"', ";12,34;"), ("America/New_York", '"Pago","Recibido"', ",12.34,")],
)
def test_a_spanish_reader_gets_numbers_as_the_companys_region_writes_them(
    time_zone: str, heading: str, amount: str, owner: User
) -> None:
    Company.objects.update(time_zone=time_zone)
    User.objects.update(language="es")
    owner.company.refresh_from_db()
    at_the_counter(owner, make_customer(owner.company), "12.34")

    content = signed_in(owner).get(EXPORT, {"as": "csv", "by_row": "payment"}).getvalue().decode("utf-8-sig")

    assert content.startswith(heading)
    assert amount in content
