"""Invoices and credits by their balances: what is owed, what was paid before, and whose they are."""

import pytest

from factories import make_customer, make_order
from factories.record_files import Kind, State, bring, refusals, take_in, work
from florin.domain.companies.models import Company
from florin.domain.credits.models import Credit
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.staff.models import User
from florin.flows import confirm_order, import_records, undo_import
from florin.flows.importing.records import ReadingChoices
from florin.kernel.notation import Order

# QuickBooks Online, Open Invoices, exported to CSV.
OPEN_INVOICES = """\
"Fern & Petal, LLC",,,,,,
Open Invoices,,,,,,
"As of September 30, 2026",,,,,,

,Date,Transaction type,Num,Term,Due date,Open balance
Acme Flowers,,,,,,
,09/01/2026,Invoice,5003,Net 30,10/01/2026,"1,100.00"
,09/20/2026,Credit Memo,CM-7,,09/20/2026,-50.00
Total for Acme Flowers,,,,,,"$1,050.00"
Bloom & Co,,,,,,
,09/02/2026,Invoice,5004,Net 30,10/02/2026,20.00
Total for Bloom & Co,,,,,,$20.00
TOTAL,,,,,,"$1,070.00"

" Wednesday, September 30, 2026 01:46 PM GMT-05:00",,,,,,
"""

# Xero, Sales invoices export: a row for each line of an invoice, with the invoice's own columns repeated.
XERO = (
    "ContactName,InvoiceNumber,Reference,InvoiceDate,DueDate,Total,InvoiceAmountPaid,InvoiceAmountDue,"
    "Description,Currency,Type,Status\n"
    """\
Acme Flowers,INV-0001,PO-9,2026-09-01,2026-09-30,300.00,100.00,200.00,Roses,USD,Sales invoice,Awaiting Payment
Acme Flowers,INV-0001,PO-9,2026-09-01,2026-09-30,300.00,100.00,200.00,Tulips,USD,Sales invoice,Awaiting Payment
Acme Flowers,INV-0002,,2026-09-02,2026-09-30,80.00,80.00,0.00,Roses,USD,Sales invoice,Paid
Acme Flowers,INV-0003,,2026-09-02,2026-09-30,80.00,0.00,80.00,Roses,USD,Sales invoice,Voided
"""  # noqa: E501 - as Xero writes it
)


@pytest.fixture(autouse=True)
def _customers(company: Company) -> None:
    make_customer(company, number="1", name="Acme Flowers")
    make_customer(company, number="2", name="Bloom & Co")


def owed() -> dict[str, int]:
    return dict(Item.objects.order_by("number").values_list("number", "balance"))


def test_open_invoices_of_quickbooks_are_owed_by_those_whose_names_stand_above(company: Company) -> None:
    run = take_in(company, Kind.INVOICES, OPEN_INVOICES)

    assert refusals(run) == []
    assert (run.state, run.count("invoices"), run.count("credits"), run.count("own")) == (State.DONE, 2, 1, 6)
    assert owed() == {"5003": 110000, "5004": 2000, "CM-7": -5000}
    invoice = Invoice.objects.get(number="5003")
    assert (invoice.customer.name, str(invoice.due_on)) == ("Acme Flowers", "2026-10-01")
    assert invoice.order.lines.get().description == "Balance brought forward"


def test_only_what_is_left_of_an_invoice_is_owed_and_its_lines_say_why(company: Company) -> None:
    run = take_in(company, Kind.INVOICES, XERO)

    assert (run.count("invoices"), run.count("paid"), run.count("here")) == (1, 1, 1)
    assert refusals(run) == [(5, "It is a draft, or void.")]
    assert owed() == {"INV-0001": 20000, "INV-0002": 0}
    order = Invoice.objects.get(number="INV-0001").order
    assert [line.total for line in order.lines.order_by("position")] == [30000, -10000]
    assert order.po_number == "PO-9"


def test_the_same_file_twice_owes_nothing_twice(company: Company) -> None:
    take_in(company, Kind.INVOICES, OPEN_INVOICES)
    again = take_in(company, Kind.INVOICES, OPEN_INVOICES)

    assert (again.count("new"), again.count("here")) == (0, 3)
    assert sum(owed().values()) == 107000


def test_our_own_series_passes_over_numbers_that_a_file_brought(owner: User) -> None:
    take_in(owner.company, Kind.INVOICES, "Num,Customer,Date,Balance\nINV-10001,1,2026-09-01,5.00\n")

    order = make_order(owner)
    confirm_order.confirm(owner.company, order.pk, by=owner)

    assert Invoice.objects.get(order=order).number == "INV-10002"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("9,Nobody,2026-09-01,,5.00,", "Customer (number or name): No customer has the number or the name"),
        (",1,2026-09-01,,5.00,", "Invoice number: The row has no number."),
        ("9,1,,,5.00,", "Invoice date: The row has no date."),
        ("9,1,2026-09-01,2026-08-01,5.00,", "It is due before its own date."),
        ("9,1,2026-09-01,,,", "Balance: what is still owed: The amount is missing."),
        ("9,1,2026-09-01,,7.00,5.00", "Balance: what is still owed: More is open than the invoice was over."),
        ("9,1,2026-09-01,,5.0012,", "Balance: what is still owed: At most 2 decimals."),
    ],
)
def test_a_row_that_cannot_be_meant_says_what_is_wrong(company: Company, row: str, sentence: str) -> None:
    run = bring(company, Kind.INVOICES, f"Num,Customer,Date,Due date,Balance,Total\n{row}\n")

    [(line, reason)] = refusals(run)
    assert (line, reason[: len(sentence)]) == (2, sentence)


def test_rows_of_one_number_that_differ_are_all_refused(company: Company) -> None:
    rows = "Num,Customer,Date,Amount\n9,1,2026-09-01,5.00\n9,1,2026-09-01,7.00\n"

    run = take_in(company, Kind.INVOICES, rows)

    assert [line for line, _reason in refusals(run)] == [2, 3]
    assert owed() == {}


def test_days_that_can_be_read_in_two_ways_are_asked_about(company: Company) -> None:
    run = bring(company, Kind.INVOICES, "Num,Customer,Date,Balance\n9,1,02/10/2026,5.00\n")
    assert (run.state, run.questions[0]["field"]) == (State.MAPPING, "dates")

    import_records.match(company, run.pk, columns=run.columns, choices=ReadingChoices(dates=Order.DAY))
    import_records.start(company, work(run).pk)
    work(run)

    assert str(Invoice.objects.get().issued_on) == "2026-10-02"


def test_a_credit_limit_holds_unless_somebody_says_why_not(company: Company) -> None:
    make_customer(company, number="3", name="Small", credit_limit=1000)
    rows = "Num,Customer,Date,Balance\n8,3,2026-09-01,6.00\n9,3,2026-09-01,5.00\n"
    run = bring(company, Kind.INVOICES, rows)
    [(line, reason)] = refusals(run)
    assert (line, "credit limit by 1.00" in reason) == (3, True)

    choices = ReadingChoices(over_limit="moved in")
    import_records.match(company, run.pk, columns=run.columns, choices=choices)
    import_records.start(company, work(run).pk)

    assert refusals(work(run)) == []
    assert owed() == {"8": 600, "9": 500}


def test_open_credits_are_positive_and_undone_with_their_run(company: Company) -> None:
    rows = "Credit number,Customer,Date,Balance,Reason\nX1,Acme Flowers,2026-09-01,12.00,Broken stems\n"
    run = take_in(company, Kind.CREDITS, rows)
    assert owed() == {"X1": -1200}
    assert Credit.objects.get().reason == "Broken stems"

    assert undo_import.undo(company, run.key).credits == 1
    assert owed() == {"X1": 0}
    assert take_in(company, Kind.CREDITS, rows).count("new") == 1
