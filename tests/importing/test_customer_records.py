"""Customers from other programs' files: read by the rules of the form, made once, told apart by row."""

import pytest

from factories import make_customer
from factories.record_files import CONTACTS, XERO_CONTACTS, Kind, State, bring, refusals, take_in
from florin.domain.activity.models import Activity
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.import_runs import services as import_runs


def test_a_contact_list_of_quickbooks_becomes_customers(company: Company) -> None:
    run = take_in(company, Kind.CUSTOMERS, CONTACTS)

    assert (run.state, run.counts["customers"], run.count("refused")) == (State.DONE, 3, 0)
    acme = Customer.objects.get(name="Acme Flowers")
    assert acme.bill_to == "1 Main St\nMiami, FL 33101"
    assert (acme.phone, acme.note) == ("(305) 555-0100", "Mobile: (305) 555-0101")
    bloom = Customer.objects.get(name="Bloom & Co, Inc.")
    assert bloom.invoice_emails == ["ann@bloom.example", "joe@bloom.example"]
    assert (bloom.terms_days, bloom.currency, bloom.links_enabled) == (company.terms_days, "USD", True)


def test_contacts_of_xero_keep_number_addresses_and_terms(company: Company) -> None:
    take_in(company, Kind.CUSTOMERS, XERO_CONTACTS)

    rosa = Customer.objects.get(number="RV-1")
    assert rosa.bill_to == "12 High St\nUnit 4\nAustin, TX 78701\nUSA"
    assert rosa.ship_to == "Dock 2\nDallas"
    assert (rosa.terms_days, rosa.tax_id, rosa.phone) == (14, "12-345", "+1 512 555 0100")
    assert Activity.objects.get(subjects__contains=[rosa.pk]).actor == "Ada"


def test_nothing_is_written_before_somebody_has_looked(company: Company) -> None:
    run = bring(company, Kind.CUSTOMERS, CONTACTS)

    assert (run.state, run.counts["customers"], run.count("own")) == (State.CHECKED, 3, 1)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("file", [CONTACTS, XERO_CONTACTS])
def test_the_same_file_twice_changes_nothing_and_says_so(company: Company, file: str) -> None:
    first = take_in(company, Kind.CUSTOMERS, file)
    again = take_in(company, Kind.CUSTOMERS, file)

    assert (again.count("new"), again.count("here")) == (0, first.count("new"))
    assert Customer.objects.count() == first.count("customers")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("1,,,30,", "Give a name."),
        (f"1,{'x' * 121},,30,", "Name: At most 120 characters."),
        ("1,Rosa,no-address,30,", "Send invoices to: "),
        ("1,Rosa,,400,", "Terms (days): Give a number of days from 0 to 365."),
        ("1,Rosa,,2% 10 Net 30,", "Terms (days): Terms like “2% 10 Net 30” cannot be kept"),
        ("1,Rosa,,30,-5.00", "Credit limit: A credit limit cannot be negative."),
        ("1,Rosa,,30,0.123", "Credit limit: At most 2 decimals."),
        ("1,4242 4242 4242 4242,,30,", "Name: This looks like a card number."),
        ("8.10132E+05,Rosa,,30,", "Number: A spreadsheet has shortened this number."),
    ],
)
def test_a_row_that_the_form_would_refuse_is_refused_here(company: Company, row: str, sentence: str) -> None:
    run = take_in(company, Kind.CUSTOMERS, f"Number,Name,Email,Terms,Credit limit\n{row}\n2,Good,,Net 15,\n")

    [(line, reason)] = refusals(run)
    assert (line, reason[: len(sentence)]) == (2, sentence)
    assert Customer.objects.get().terms_days == 15


def test_no_card_number_stays_with_a_refused_row(company: Company) -> None:
    run = take_in(company, Kind.CUSTOMERS, "Number,Name\n1,4242 4242 4242 4242\n")

    assert "4242" not in str(run.refused_rows.get().cells)
    assert "4242" not in str(run.samples)


def test_no_card_number_stays_in_headings_or_the_name_of_a_file(company: Company) -> None:
    run = take_in(company, Kind.CUSTOMERS, "Number,Name,4242 4242 4242 4242\n1,Tulip House,x\n")
    named = import_runs.open_run(
        company, Kind.CUSTOMERS, file_name="4242424242424242.csv", content=None, by=""
    )

    assert "4242 4242" not in str(run.headings)
    assert "42424242" not in named.file_name


def test_a_customer_who_is_here_with_other_data_is_refused_and_stays(company: Company) -> None:
    make_customer(company, number="7", name="Tulip House")

    run = take_in(company, Kind.CUSTOMERS, "Number,Name,Phone\n7,Tulip House,555-0100\n")

    assert refusals(run) == [(2, "Customer 7 is here already and differs: Phone.")]
    assert Customer.objects.get().phone == ""


def test_two_rows_of_one_customer_that_differ_are_not_both_taken(company: Company) -> None:
    run = take_in(company, Kind.CUSTOMERS, "Number,Name\n7,Rosa\n7,Rosa\n7,Rose\n")

    assert run.count("here") == 1
    assert refusals(run) == [(4, "Line 2 says something else about 7.")]


def test_numbers_that_a_file_brings_are_not_given_twice(company: Company) -> None:
    take_in(company, Kind.CUSTOMERS, "Number,Name\nC-10001,Rosa\n,Lily\n")

    assert Customer.objects.get(name="Lily").number == "C-10002"


def test_columns_that_nobody_knows_wait_for_a_hand(company: Company) -> None:
    run = bring(company, Kind.CUSTOMERS, "Shop,Kontakt\nRosa,rosa@shop.example\n")

    assert run.state == State.MAPPING
    assert run.columns == ["", "invoice_emails"]
