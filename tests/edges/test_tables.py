"""The reader of tables: what it makes of files, and what a hostile file may cost."""

# ruff: noqa: DTZ001 - a file's times have no zone
# ruff: noqa: RUF001 - files have other minuses and apostrophes

import io
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from florin.edges.tables import days, numbers, reading, styles
from florin.edges.tables.columns import Columns
from florin.edges.tables.reading import Table
from florin.edges.tables.rows import OF_AN_UPLOAD, Flaw
from florin.kernel.errors import Refusal
from florin.kernel.notation import Order, Sign

COLUMNS = Columns(names={"name": ("who",), "sum": ("amount",)}, needed=[["name"], ["sum"]])
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def opened(data: bytes | str) -> Table:
    body = data.encode() if isinstance(data, str) else data
    return reading.from_bytes(body, COLUMNS, limits=OF_AN_UPLOAD)


def cells(table: Table) -> list[tuple[object, object]]:
    return [(table.cell(line, "name"), table.cell(line, "sum")) for line in table.rows()]


def workbook(*, sheet: str = "", styles_: str = "") -> bytes:
    """A small good XLSX file, with parts of it replaced."""
    good, file = io.BytesIO(), io.BytesIO()
    book = xlsxwriter.Workbook(good, {"in_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, ["name", "sum"])
    page.write_row(1, 0, ["Rose", 1.5])
    book.close()
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = {"xl/worksheets/sheet1.xml": sheet, "xl/styles.xml": styles_}.get(name, "")
            new.writestr(name, part or old.read(name))
    return file.getvalue()


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_text_is_read_however_it_is_written(codec: str, separator: str, end: str) -> None:
    rows = ["name{0}sum", '"Grün, weiß; | rot"{0}1', "Ärger é{0}2"]
    text = end.join(row.format(separator) for row in rows).replace("\t", "\t")

    assert cells(opened(text.encode(codec))) == [("Grün, weiß; | rot", "1"), ("Ärger é", "2")]


def test_the_rows_know_their_lines_also_after_a_line_break_in_quotation_marks() -> None:
    table = opened('Title; with, signs\n\nname;sum\n"a\r\nb";1\n\nc;2\n')

    assert [(line.number, table.cell(line, "name")) for line in table.rows()] == [(4, "a\nb"), (7, "c")]


def test_an_open_quotation_mark_swallows_no_other_row() -> None:
    table = opened('name,sum\n"a,1\nb,2\nc,3\n"d",4\n')

    assert [line.flaw for line in table.rows()] == [Flaw.QUOTES, None, None, None]
    assert cells(table)[1:] == [("b", "2"), ("c", "3"), ("d", "4")]


def test_a_line_of_ten_thousand_letters_and_more_is_marked_and_the_next_is_read() -> None:
    table = opened(f"name,sum\n{'x' * 50_000},1\nb,2\n")

    assert [line.flaw for line in table.rows()] == [Flaw.TOO_LONG, None]
    assert cells(table)[1] == ("b", "2")


@given(st.binary(max_size=400))
def test_whatever_bytes_come_they_are_rows_or_a_refusal(noise: bytes) -> None:
    for begin in (b"name,sum\n", b"PK\x03\x04", b"\xff\xfe", b""):
        with suppress(Refusal):
            cells(opened(begin + noise))


@pytest.mark.parametrize(
    ("text", "sign", "number"),
    [
        *(("1.250", Sign.COMMA, "1250"), ("1.250", Sign.POINT, "1.250"), ("12,50", Sign.COMMA, "12.50")),
        *(("1.250,50", Sign.COMMA, "1250.50"), ("1,250.50", Sign.POINT, "1250.50")),
        *(("1 250,5", Sign.COMMA, "1250.5"), ("1’250.5", Sign.POINT, "1250.5"), (".5", Sign.POINT, "0.5")),
        *(("(3)", Sign.POINT, "-3"), ("3-", Sign.POINT, "-3"), ("−3", Sign.POINT, "-3")),
        *(("$-3", Sign.POINT, "-3"), ("-$3", Sign.POINT, "-3"), ("USD 1.00", Sign.POINT, "1.00")),
        *(("1.00 US$", Sign.POINT, "1.00"), ("$ 5", Sign.POINT, "5"), ("+7", Sign.POINT, "7")),
    ],
)
def test_a_number_is_read_in_the_way_of_its_column(text: str, sign: Sign, number: str) -> None:
    assert numbers.read(text, sign, currency="USD") == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        *("", "1e3", "1.2.3", "12.50.1", "1,25.0", "--3", "(-3)", "(3", "3)", "0x1F", "1_0", "٣", "12 50"),
        *("NaN", "$", "USD", "$1 USD", "1,250,5", "0.125,5", "9" * 41),
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        numbers.read(text, Sign.POINT, currency="USD")


@pytest.mark.parametrize("text", ["€3", "3 EUR", "A$3", "GBP 3"])
def test_a_number_in_another_currency_is_refused(text: str) -> None:
    with pytest.raises(numbers.OtherCurrencyError):
        numbers.read(text, Sign.POINT, currency="USD")


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("10/02/2026", Order.MONTH, datetime(2026, 10, 2)),
        ("02.10.2026 7:05", Order.DAY, datetime(2026, 10, 2, 7, 5)),
        ("12/1/2010 8:26 PM", Order.MONTH, datetime(2010, 12, 1, 20, 26)),
        ("2026-10-02T08:26:05", None, datetime(2026, 10, 2, 8, 26, 5)),
        ("2-Oct-26", None, datetime(2026, 10, 2)),
        ("2 dic. 2026", None, datetime(2026, 12, 2)),
    ],
)
def test_a_day_is_read_in_the_order_of_its_column(text: str, order: Order | None, day: datetime) -> None:
    assert days.read(text, order) == day


@pytest.mark.parametrize(
    "text",
    [
        *("46297", "2026-02-30", "2026-10-02T08:26:00Z", "2026-10-02 08:26:00.000", "10/02/26", "1/2-2026"),
        *("13/13/2026", "2026-10-02 25:00", "1/1/2026 13:00 PM", "tomorrow", "", "31-Feb-2026"),
    ],
)
def test_what_is_no_day_is_none(text: str) -> None:
    with pytest.raises(days.NotADayError):
        days.read(text, Order.MONTH)


@pytest.mark.parametrize(
    ("code", "day"),
    [
        *(("dd.mm.yyyy", True), ("[$-407]d. mmmm yyyy;@", True), ("m/d/yy h:mm", True), ("0.00", False)),
        *(('0 "days"', False), ("[Red]0", False), (r"0\d", False), ("_y0*d", False), ("h:mm:ss", False)),
        *(('"', False), ("[", False), ("\\", False)),
    ],
)
def test_a_format_that_shows_a_day_is_told_from_others(code: str, *, day: bool) -> None:
    assert styles.shows_day(200, {200: code}) is day


ROW = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>{1}</t></is></c><c r="B{0}"{2}><v>{3}</v></c></row>'
HEADINGS = ROW.format(1, "name", ' t="str"', "sum")


def with_rows(rows: str) -> str:
    return f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{HEADINGS}{rows}</sheetData></worksheet>'


def with_formats(*codes: str) -> str:
    formats = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(codes))
    return f'<styleSheet xmlns="{SPREADSHEET}"><numFmts>{formats}</numFmts></styleSheet>'


NESTED = "<a>" * 1000 + "</a>" * 1000
ENTITIES = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 30))
# Files that are small, or take small room on the wire, and are meant to cost much.
COSTLY: dict[str, Callable[[], bytes | str]] = {
    "a format of brackets": lambda: workbook(styles_=with_formats("[" * 5_000_000)),
    "a format of quotation marks": lambda: workbook(styles_=with_formats("\\_*&quot;" * 500_000)),
    "a format as long as it may be": lambda: workbook(styles_=with_formats("[" * 30_000)),
    "many formats": lambda: workbook(styles_=with_formats(*["[[[[["] * 150_000)),
    "a huge attribute": lambda: workbook(sheet=with_rows(f'<row x="{"y" * 7_000_000}"/>')),
    "many attributes": lambda: workbook(
        sheet=with_rows("<row " + " ".join(f'a{n}=""' for n in range(300_000)) + "/>")
    ),
    "many cells": lambda: workbook(sheet=with_rows("<row>" + "<c/>" * 1_000_000 + "</row>")),
    "many rows": lambda: workbook(sheet=with_rows("<row/>" * 1_000_000)),
    "deep": lambda: workbook(sheet=with_rows(NESTED)),
    "entities": lambda: workbook(sheet=f'<!DOCTYPE x [<!ENTITY a0 "ha">{ENTITIES}]><x>&a29;</x>'),
    "a far cell": lambda: workbook(sheet=with_rows('<row r="9999999"><c r="XFD1"><v>1</v></c></row>')),
    "a long number": lambda: workbook(sheet=with_rows(ROW.format(2, "x", "", "9" * 5_000_000))),
    "a bomb": lambda: workbook(sheet=" " * 100_000_000),
    "open quotation marks": lambda: "name,sum\n" + '"a""\n' * 200_000,
    "quotation marks": lambda: "name,sum\n" + '"' * 1_000_000,
    "one long line": lambda: "name,sum\n" + "x," * 500_000,
    "many columns": lambda: "name,sum" + ",x" * 490_000 + "\n",
    "many separators": lambda: ",;\t|" * 250_000,
    "many lines": lambda: "name,sum\n" + "\n" * 900_000 + "a,1\n",
    "signs": lambda: "name,sum\na," + "." * 9_000 + "\n" + "a,1" + ",1" * 4000 + "\n",
}


@pytest.mark.parametrize("name", COSTLY)
def test_no_upload_costs_more_than_two_seconds(name: str) -> None:
    data = COSTLY[name]()
    begun = time.process_time()
    with suppress(Refusal):
        evidence = numbers.Evidence()
        for place, (_name, cell) in enumerate(cells(opened(data))):
            evidence.see(str(cell), place)
    assert time.process_time() - begun < 2


def test_a_small_number_and_a_large_one_are_what_they_are() -> None:
    rows = ROW.format(2, "a", "", "0.30000000000000004") + ROW.format(3, "b", "", "1E+3")
    assert cells(opened(workbook(sheet=with_rows(rows)))) == [("a", Decimal("0.3")), ("b", Decimal(1000))]
