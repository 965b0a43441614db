"""Tables as files: exact, whole, and nothing typed becomes a formula."""

import csv
import io
from datetime import date
from decimal import Decimal
from itertools import product
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest

from florin.edges import spreadsheet_export
from florin.edges.spreadsheet_export import Cell, Worksheet
from florin.kernel.notation import Sign

HEADINGS = ["Text", "Amount", "Day"]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_csv(*rows: list[Cell]) -> list[list[str]]:
    content = b"".join(
        spreadsheet_export.csv_lines(Worksheet("Payments", HEADINGS, rows), sign=Sign.POINT)
    ).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def read_xlsx(*rows: list[Cell]) -> list[tuple[str, str]]:
    """The kind and the text of every cell below the headings; ``f`` would be a formula."""
    with spreadsheet_export.xlsx_file([Worksheet("Payments", HEADINGS, rows)]) as file, ZipFile(file) as book:
        page = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
    assert page.find(f".//{SHEET}f") is None
    return [
        (cell.get("t", "n"), "".join(cell.itertext()))
        for row in list(page.iter(f"{SHEET}row"))[1:]
        for cell in row
    ]


def test_a_csv_file_says_what_it_was_given_exactly() -> None:
    row: list[Cell] = ['Rosa, "the" florist\nMain St', Decimal("-1234567.10"), date(2026, 11, 30)]

    assert read_csv(row) == [HEADINGS, ['Rosa, "the" florist\nMain St', "-1234567.10", "2026-11-30"]]


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_nothing_typed_becomes_a_formula(begins: str) -> None:
    typed = f'{begins}HYPERLINK("https://evil.example")'

    assert read_csv([typed, None, None])[1][0] == f"'{typed}"
    assert read_xlsx([typed, None, None])[0][0] == "inlineStr"


UNSEEN = ["", " ", "\u00a0", "\u200b", "\ufeff", "\u2060", "\u00ad", "\u3164", "\u202e", "\ufe0f", "\x01"]


@pytest.mark.parametrize("separator", ["", ";", ",", "\t", "|", "\n", ';"'])
def test_no_formula_begins_in_a_text_whatever_parts_the_cells(separator: str) -> None:
    for unseen, begins in product(UNSEEN, ["=", "+", "-", "@", "\uff1d"]):
        text = f"Rose{separator}{unseen}{begins}1+1" if separator else f"{unseen}{begins}1+1"
        lines = spreadsheet_export.csv_lines(Worksheet("Notes", ["Note"], [[text]]), sign=Sign.POINT)
        written = b"".join(lines).decode("utf-8-sig").splitlines()

        for part in (*written, *(part for line in written for one in ";,\t|" for part in line.split(one))):
            assert not part.strip('"' + "".join(UNSEEN)).startswith(begins), text


def test_what_begins_no_formula_is_not_touched() -> None:
    text = "Rose 10-12 cm, red; 3 = three | O'Hara"
    assert spreadsheet_export.harmless(text) == text


def test_where_decimals_stand_after_a_comma_a_semicolon_parts_the_cells() -> None:
    row: list[Cell] = ['a;b "c"', Decimal("-1234567.10"), date(2026, 11, 30)]

    lines = list(spreadsheet_export.csv_lines(Worksheet("Payments", HEADINGS, [row]), sign=Sign.COMMA))

    assert lines[1:] == [b'"Text";"Amount";"Day"\r\n', b'"a;b ""c""";-1234567,10;2026-11-30\r\n']


@pytest.mark.parametrize("amount", ["0.10", "-12345678901.23", "1234567890.123", "5000"])
def test_an_amount_is_a_number_in_a_workbook_to_its_last_digit(amount: str) -> None:
    kind, text = read_xlsx(["", Decimal(amount), None])[-1]

    assert kind == "n"
    assert Decimal(text) == Decimal(amount)


def test_an_amount_that_a_spreadsheet_would_round_is_written_as_text() -> None:
    assert ("inlineStr", "92233720368547758.07") in read_xlsx(["", Decimal("92233720368547758.07"), None])


def test_rows_are_asked_for_one_at_a_time() -> None:
    asked: list[int] = []

    def rows() -> list[Cell]:
        asked.append(1)
        return ["a", None, None]

    lines = spreadsheet_export.csv_lines(
        Worksheet("Payments", HEADINGS, (rows() for _row in range(3))), sign=Sign.POINT
    )
    assert [next(lines), next(lines)][1] == b'"Text","Amount","Day"\r\n'
    next(lines)
    assert len(asked) == 1
