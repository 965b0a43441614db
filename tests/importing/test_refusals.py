"""What cannot be booked is refused with a sentence; nothing raises, nothing is lost."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import make_customer
from factories.import_files import HEADER, file_line, import_file, reasons, write
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
    (file_line(customer=""), Reason.NO_CUSTOMER),
    (file_line(quantity="two"), Reason.BAD_QUANTITY),
    (file_line(quantity="NaN"), Reason.BAD_QUANTITY),
    (file_line(quantity="1e5"), Reason.BAD_QUANTITY),
    (file_line(quantity="0.0001"), Reason.QUANTITY_TOO_FINE),
    (file_line(quantity="1000000000"), Reason.QUANTITY_TOO_LARGE),
    (file_line(price="Infinity"), Reason.BAD_PRICE),
    (file_line(price=""), Reason.BAD_PRICE),
    (file_line(price="-1"), Reason.BELOW_ZERO),
    (file_line(price="0.00001"), Reason.PRICE_TOO_FINE),
    (file_line(price="10000000000"), Reason.PRICE_TOO_LARGE),
    (file_line(quantity="999999999", price="9999999999"), Reason.AMOUNT_TOO_LARGE),
    (file_line(quantity="-1"), Reason.BELOW_ZERO),
    (file_line(quantity="(3)"), Reason.BELOW_ZERO),
    (file_line("8.10132E+05"), Reason.SHORTENED),
    (file_line(customer="1.785E+04"), Reason.SHORTENED),
    (file_line("C1", quantity="1"), Reason.POSITIVE_IN_CREDIT),
    (file_line("C1", quantity="-1", price="0"), Reason.NO_CREDIT),
    (file_line(""), Reason.NO_NUMBER),
    (file_line("INV-10001"), Reason.OURS),
    (file_line("9" * 19), Reason.TOO_LONG),
    (file_line(date=""), Reason.NO_DATE),
    (file_line(date="1/12/2010 8:26"), Reason.BAD_DATE),
    (file_line(date="2010-02-30"), Reason.BAD_DATE),
    (file_line(date="9999-12-31"), Reason.BAD_DATE),
    (file_line(code="", name=""), Reason.NOTHING_NAMED),
    (file_line(name="X" * 201), Reason.TOO_LONG),
    (file_line(name="X" * 20_000), Reason.TOO_LONG),
    (file_line(name="nul\0"), Reason.BYTES),
    (file_line(name="bell\a"), Reason.UNPRINTABLE),
    (file_line(name='"open'), Reason.QUOTES),
    (file_line(name="a,b"), Reason.COLUMNS),
    ("1,2", Reason.COLUMNS),
]


@pytest.mark.parametrize(("text", "reason"), _BAD_ROWS)
def test_a_bad_row_is_refused_with_its_line_and_a_sentence(
    text: str, reason: Reason, company: Company, tmp_path: Path
) -> None:
    summary = import_file(write(tmp_path, file_line("77"), text), company, tmp_path)

    assert (summary.invoices, summary.refused) == (1, {reason: 1})
    assert reasons(tmp_path) == [(3, reason.value)]


def test_an_invoice_is_booked_whole_or_not_at_all(company: Company, tmp_path: Path) -> None:
    import_file(write(tmp_path, file_line(), file_line(price="?"), file_line("2")), company, tmp_path)

    assert [invoice.number for invoice in Invoice.objects.all()] == ["2"]
    assert sorted(reasons(tmp_path)) == [(2, f"{Reason.ITS_OTHER_ROW} 3."), (3, Reason.BAD_PRICE)]


def test_two_customers_on_one_invoice_are_both_named(company: Company, tmp_path: Path) -> None:
    import_file(write(tmp_path, file_line(customer="1"), file_line(customer="2")), company, tmp_path)

    assert {reason for _, reason in reasons(tmp_path)} == {f"{Reason.TWO_CUSTOMERS} 1, 2."}


def test_a_discount_line_is_fine_while_something_is_owed(company: Company, tmp_path: Path) -> None:
    import_file(write(tmp_path, file_line(), file_line(quantity="-1", price="0.50")), company, tmp_path)

    assert Invoice.objects.get().total == 250


def test_a_number_that_is_here_with_another_total_is_not_passed_over(
    company: Company, tmp_path: Path
) -> None:
    import_file(write(tmp_path, file_line()), company, tmp_path)

    summary = import_file(write(tmp_path, file_line(), file_line()), company, tmp_path)

    assert summary.refused == {Reason.DIFFERENT: 2}
    assert reasons(tmp_path)[0] == (2, f"{Reason.DIFFERENT} customer 17850, 3.00.")


def test_a_customer_kept_in_another_currency_is_refused(company: Company, tmp_path: Path) -> None:
    make_customer(company, number="17850", currency="EUR")

    import_file(write(tmp_path, file_line()), company, tmp_path)

    assert reasons(tmp_path) == [(2, f"{Reason.OTHER_CURRENCY} EUR.")]


def test_a_file_that_is_not_utf_8_is_read_as_windows_writes(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    line = file_line(name="CAFÉ \N{NO-BREAK SPACE}SET \N{EURO SIGN}")
    path.write_bytes(f"{HEADER}\n{line}\n".encode("cp1252"))

    assert import_file(path, company, tmp_path).how.startswith("Windows-1252")
    assert OrderLine.objects.get().description == "CAFÉ SET \N{EURO SIGN}"


def test_a_refused_row_is_no_formula_in_a_spreadsheet(company: Company, tmp_path: Path) -> None:
    import_file(write(tmp_path, "=1+1"), company, tmp_path)

    assert ',"\'=1+1"' in (tmp_path / "report.csv").read_text()


def test_a_broken_download_imports_nothing(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "half.csv.gz"
    path.write_bytes(gzip.compress(f"{HEADER}\n{file_line()}\n".encode())[:-9])

    with pytest.raises(Refusal, match="not a whole gzip file"):
        import_file(path, company, tmp_path)


def test_a_file_of_something_else_is_refused(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("name,phone\n")

    with pytest.raises(Refusal, match="must name these columns"):
        import_file(path, company, tmp_path)


def test_the_report_never_overwrites_the_file(company: Company, tmp_path: Path) -> None:
    path = write(tmp_path, file_line()).rename(tmp_path / "report.csv")

    with pytest.raises(Refusal, match="overwrite"):
        import_file(path, company, tmp_path)


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
    assert sorted(booked + refused) == [file_line.line for file_line in read(file)]
    assert len({*booked, *refused}) == found.rows


@given(content=_files)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_whatever_the_file_holds_the_database_takes_it(
    content: bytes, company: Company, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.csv"
    path.write_bytes(HEADER.encode() + b"\n" + content)

    summary = import_file(path, company, tmp_path, told=_TOLD)

    assert summary.lines + summary.here_already_rows + summary.refused_rows == summary.rows
    assert len(reasons(tmp_path)) == summary.refused_rows


def test_a_report_says_nothing_about_rows_that_were_booked(company: Company, tmp_path: Path) -> None:
    import_file(write(tmp_path, file_line(date=f"{datetime.now(UTC):%Y-%m-%d}")), company, tmp_path)

    assert reasons(tmp_path) == []
