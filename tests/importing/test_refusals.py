"""What cannot be booked is refused with a sentence; nothing raises, nothing is lost."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import make_customer
from factories.import_files import HEADER, reasons, row, take, write
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.orders.models import OrderLine
from florin.flows.importing.invoices import ImportedDocument, check_document, complete
from florin.flows.importing.refusals import Reason
from florin.flows.importing.rows import ReadingChoices, read, understand
from florin.flows.importing.survey import survey
from florin.kernel.errors import Refusal
from florin.kernel.notation import Order, Sign

_BAD_ROWS = [
    (row(customer=""), Reason.NO_CUSTOMER),
    (row(quantity="two"), Reason.BAD_QUANTITY),
    (row(quantity="NaN"), Reason.BAD_QUANTITY),
    (row(quantity="1e5"), Reason.BAD_QUANTITY),
    (row(quantity="0.0001"), Reason.QUANTITY_TOO_FINE),
    (row(quantity="1000000000"), Reason.QUANTITY_TOO_LARGE),
    (row(price="Infinity"), Reason.BAD_PRICE),
    (row(price=""), Reason.BAD_PRICE),
    (row(price="-1"), Reason.BELOW_ZERO),
    (row(price="0.00001"), Reason.PRICE_TOO_FINE),
    (row(price="10000000000"), Reason.PRICE_TOO_LARGE),
    (row(quantity="999999999", price="9999999999"), Reason.AMOUNT_TOO_LARGE),
    (row(quantity="-1"), Reason.BELOW_ZERO),
    (row(quantity="(3)"), Reason.BELOW_ZERO),
    (row("8.10132E+05"), Reason.SHORTENED),
    (row(customer="1.785E+04"), Reason.SHORTENED),
    (row("C1", quantity="1"), Reason.POSITIVE_IN_CREDIT),
    (row("C1", quantity="-1", price="0"), Reason.NO_CREDIT),
    (row(""), Reason.NO_NUMBER),
    (row("INV-10001"), Reason.OURS),
    (row("9" * 19), Reason.TOO_LONG),
    (row(date=""), Reason.NO_DATE),
    (row(date="1/12/2010 8:26"), Reason.BAD_DATE),
    (row(date="2010-02-30"), Reason.BAD_DATE),
    (row(date="9999-12-31"), Reason.BAD_DATE),
    (row(code="", name=""), Reason.NOTHING_NAMED),
    (row(name="X" * 201), Reason.TOO_LONG),
    (row(name="X" * 20_000), Reason.TOO_LONG),
    (row(name="nul\0"), Reason.BYTES),
    (row(name="bell\a"), Reason.UNPRINTABLE),
    (row(name='"open'), Reason.QUOTES),
    (row(name="a,b"), Reason.COLUMNS),
    ("1,2", Reason.COLUMNS),
]


@pytest.mark.parametrize(("text", "reason"), _BAD_ROWS)
def test_a_bad_row_is_refused_with_its_line_and_a_sentence(
    text: str, reason: Reason, company: Company, tmp_path: Path
) -> None:
    summary = take(write(tmp_path, row("77"), text), company, tmp_path)

    assert (summary.invoices, summary.refused) == (1, {reason: 1})
    assert reasons(tmp_path) == [(3, reason.value)]


def test_an_invoice_is_booked_whole_or_not_at_all(company: Company, tmp_path: Path) -> None:
    take(write(tmp_path, row(), row(price="?"), row("2")), company, tmp_path)

    assert [invoice.number for invoice in Invoice.objects.all()] == ["2"]
    assert sorted(reasons(tmp_path)) == [(2, f"{Reason.ITS_OTHER_ROW} 3."), (3, Reason.BAD_PRICE)]


def test_two_customers_on_one_invoice_are_both_named(company: Company, tmp_path: Path) -> None:
    take(write(tmp_path, row(customer="1"), row(customer="2")), company, tmp_path)

    assert {reason for _, reason in reasons(tmp_path)} == {f"{Reason.TWO_CUSTOMERS} 1, 2."}


def test_a_discount_line_is_fine_while_something_is_owed(company: Company, tmp_path: Path) -> None:
    take(write(tmp_path, row(), row(quantity="-1", price="0.50")), company, tmp_path)

    assert Invoice.objects.get().total == 250


def test_a_number_that_is_here_with_another_total_is_not_passed_over(
    company: Company, tmp_path: Path
) -> None:
    take(write(tmp_path, row()), company, tmp_path)

    summary = take(write(tmp_path, row(), row()), company, tmp_path)

    assert summary.refused == {Reason.DIFFERENT: 2}
    assert reasons(tmp_path)[0] == (2, f"{Reason.DIFFERENT} customer 17850, 3.00.")


def test_a_customer_kept_in_another_currency_is_refused(company: Company, tmp_path: Path) -> None:
    make_customer(company, number="17850", currency="EUR")

    take(write(tmp_path, row()), company, tmp_path)

    assert reasons(tmp_path) == [(2, f"{Reason.OTHER_CURRENCY} EUR.")]


def test_a_file_that_is_not_utf_8_is_read_as_windows_writes(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    line = row(name="CAFÉ \N{NO-BREAK SPACE}SET \N{EURO SIGN}")
    path.write_bytes(f"{HEADER}\n{line}\n".encode("cp1252"))

    assert take(path, company, tmp_path).how.startswith("Windows-1252")
    assert OrderLine.objects.get().description == "CAFÉ SET \N{EURO SIGN}"


def test_a_refused_row_is_no_formula_in_a_spreadsheet(company: Company, tmp_path: Path) -> None:
    take(write(tmp_path, "=1+1"), company, tmp_path)

    assert ',"\'=1+1"' in (tmp_path / "report.csv").read_text()


def test_a_broken_download_imports_nothing(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "half.csv.gz"
    path.write_bytes(gzip.compress(f"{HEADER}\n{row()}\n".encode())[:-9])

    with pytest.raises(Refusal, match="not a whole gzip file"):
        take(path, company, tmp_path)


def test_a_file_of_something_else_is_refused(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("name,phone\n")

    with pytest.raises(Refusal, match="must name these columns"):
        take(path, company, tmp_path)


def test_the_report_never_overwrites_the_file(company: Company, tmp_path: Path) -> None:
    path = write(tmp_path, row()).rename(tmp_path / "report.csv")

    with pytest.raises(Refusal, match="overwrite"):
        take(path, company, tmp_path)


_TOLD = ReadingChoices(decimals=Sign.POINT, dates=Order.MONTH)
_numbers = st.sampled_from(["1", "2", "C3", "C4", "", "INV-1", " 5 ", "x" * 18])
_decimals = st.sampled_from(
    ["1", "-1", "0", "-0.0", "2.5", ".5", "(3)", "1,5", "$1", "1e9", "999999999.999", "nan", "٣", "1_0", ""]
)
_words = st.one_of(
    st.sampled_from(["", "ROSE", '"', "\0", "a\tb", "\u202e", "1", "2.0"]), st.text(max_size=12)
)
_dates = st.sampled_from(["2010-12-01 08:26:00", "2100-12-31", "2010-13-01", "0001-01-01", "", "2010-W01-1"])
_lines = st.one_of(
    st.tuples(_numbers, _words, _words, _decimals, _dates, _decimals, _words, _words).map(",".join),
    st.text(max_size=60),
)
_files = st.one_of(
    st.lists(_lines, max_size=12).map(lambda lines: "\n".join(lines).encode("utf-8", "replace")),
    st.binary(max_size=200),
)


@given(content=_files)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_the_file_holds_every_row_is_judged_once(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "hostile.csv"
    path.write_bytes(HEADER.encode() + b"\n" + content)
    file = understand(path, _TOLD, currency="GBP")
    found = survey(read(file))

    judged = [check_document(rows, "GBP") for rows in complete(read(file), found.last_lines)]

    booked = [line.row.line for one in judged if isinstance(one, ImportedDocument) for line in one.lines]
    refused = [bad.line for one in judged if not isinstance(one, ImportedDocument) for bad in one]
    assert sorted(booked + refused) == [row.line for row in read(file)]
    assert len({*booked, *refused}) == found.rows


@given(content=_files)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_whatever_the_file_holds_the_database_takes_it(
    content: bytes, company: Company, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.csv"
    path.write_bytes(HEADER.encode() + b"\n" + content)

    summary = take(path, company, tmp_path, told=_TOLD)

    assert summary.lines + summary.here_already_rows + summary.refused_rows == summary.rows
    assert len(reasons(tmp_path)) == summary.refused_rows


def test_a_report_says_nothing_about_rows_that_were_booked(company: Company, tmp_path: Path) -> None:
    take(write(tmp_path, row(date=f"{datetime.now(UTC):%Y-%m-%d}")), company, tmp_path)

    assert reasons(tmp_path) == []
