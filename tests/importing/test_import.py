"""What is in the file is in the books, once, and nothing else is."""

import os
from pathlib import Path

import pytest
from django.db.models import Sum

from factories import make_company, make_customer
from factories.import_files import file_line, import_file, reasons, reckoned, write
from florin.domain.activity.models import Activity
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.invoices import services as invoices
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Entry, Item
from florin.domain.orders.models import Order, OrderLine
from florin.flows.import_invoices import SAMPLE

HALF_YEAR = Path(__file__).parents[3] / "shared/data/online-retail-2010-12-to-2011-06.csv.gz"


def test_every_balance_is_what_the_file_comes_to(company: Company, tmp_path: Path) -> None:
    import_file(SAMPLE, company, tmp_path)

    assert dict(Item.objects.values_list("number", "balance")) == reckoned(SAMPLE)


def test_rows_booked_and_rows_refused_are_all_rows(company: Company, tmp_path: Path) -> None:
    summary = import_file(SAMPLE, company, tmp_path)

    assert (summary.invoices, summary.credits, summary.rows) == (258, 29, 5217)
    assert summary.lines + summary.refused_rows == summary.rows
    assert len(reasons(tmp_path)) == summary.refused_rows == 1205


def test_importing_twice_books_once(company: Company, tmp_path: Path) -> None:
    import_file(SAMPLE, company, tmp_path)
    entries = Entry.objects.count()

    again = import_file(SAMPLE, company, tmp_path)

    assert (again.invoices, again.credits, again.customers, again.products) == (0, 0, 0, 0)
    assert again.here_already == 258 + 29
    assert Entry.objects.count() == entries


def test_an_invoice_keeps_its_number_its_date_and_its_lines(company: Company, tmp_path: Path) -> None:
    import_file(SAMPLE, company, tmp_path)

    invoice = Invoice.objects.get(number="536365")
    document = invoices.current_revision(invoice.pk).document
    assert (str(document.issued_on), str(document.due_on)) == ("2010-12-01", "2010-12-31")
    assert (document.customer_number, document.bill_to) == ("17850", ("Customer 17850", "United Kingdom"))
    assert document.total == sum(line.total for line in document.lines) == 13912
    first = document.lines[0]
    assert (len(document.lines), first.code, first.unit_price) == (7, "85123A", "2.55")


def test_the_document_is_what_order_entry_would_have_written(company: Company, tmp_path: Path) -> None:
    import_file(write(tmp_path, file_line(), file_line(quantity="3.5", price="0.0125")), company, tmp_path)

    invoice, order = Invoice.objects.get(), Order.objects.get()
    assert order.state == Order.State.CONFIRMED
    assert order.number == "W-1"
    assert invoices.current_revision(invoice.pk).document == invoices.describe(
        invoice, order, order.lines.all()
    )


def test_a_customer_can_be_mailed_and_is_kept_when_known(company: Company, tmp_path: Path) -> None:
    make_customer(company, number="99", name="Known Florist")

    import_file(
        write(tmp_path, file_line("1", customer="99"), file_line("2", customer="100.0")), company, tmp_path
    )

    assert Customer.objects.get(number="99").name == "Known Florist"
    assert Customer.objects.get(number="100").invoice_emails == ["accounts@customer-100.example"]


def test_a_product_has_its_commonest_name_and_latest_price(company: Company, tmp_path: Path) -> None:
    rows = [
        file_line("1", name="LANTERN", price="1.10"),
        file_line("3", name="LANTERN", price="1.30", date="2010-12-03 09:00:00"),
        file_line("2", name="LANTRN", price="1.20", date="2010-12-02 09:00:00"),
    ]
    import_file(write(tmp_path, *rows), company, tmp_path)

    product = Product.objects.get()
    assert (product.description, str(product.unit_price)) == ("LANTERN", "1.3000")
    assert OrderLine.objects.filter(product=product).count() == 3


def test_a_credit_stays_open(company: Company, tmp_path: Path) -> None:
    import_file(write(tmp_path, file_line("C7", quantity="-3")), company, tmp_path)

    credit = Credit.objects.select_related("item").get()
    assert credit.item
    assert (credit.number, credit.amount, credit.item.balance) == ("C7", 450, -450)
    assert credit.reason == "3 x WHITE LANTERN"


def test_an_invoice_of_nothing_is_kept_and_nothing_is_booked(company: Company, tmp_path: Path) -> None:
    import_file(write(tmp_path, file_line(price="0")), company, tmp_path)

    assert Invoice.objects.get().total == 0
    assert not Entry.objects.exists()


def test_the_timeline_begins_when_the_invoice_was_written(database: None, tmp_path: Path) -> None:
    company = make_company(time_zone="America/New_York")

    import_file(write(tmp_path, file_line(date="2010-12-01 22:30:00")), company, tmp_path)

    assert Activity.objects.get().at.isoformat() == "2010-12-02T03:30:00+00:00"
    assert str(Invoice.objects.get().issued_on) == "2010-12-01"


def test_a_number_that_comes_back_later_is_one_invoice(company: Company, tmp_path: Path) -> None:
    summary = import_file(
        write(tmp_path, file_line("1"), file_line("2"), file_line("1", quantity="5")), company, tmp_path
    )

    assert summary.invoices == 2
    assert Invoice.objects.get(number="1").total == 1050


def test_two_companies_may_have_the_same_numbers(company: Company, tmp_path: Path) -> None:
    path = write(tmp_path, file_line())

    import_file(path, company, tmp_path)
    summary = import_file(path, make_company(slug="other"), tmp_path)

    assert (summary.invoices, summary.customers, summary.here_already) == (1, 1, 0)


@pytest.mark.skipif(
    not (HALF_YEAR.exists() and os.environ.get("FLORIN_SLOW_TESTS")),
    reason="set FLORIN_SLOW_TESTS and have the half-year file at hand (it takes about a minute)",
)
def test_half_a_year_of_real_trade_balances(company: Company, tmp_path: Path) -> None:
    summary = import_file(HALF_YEAR, company, tmp_path)

    assert (summary.invoices, summary.credits, summary.refused_rows) == (8803, 1902, 69014)
    assert Item.objects.aggregate(total=Sum("balance"))["total"] == sum(reckoned(HALF_YEAR).values())
