"""Uploads that made other programs stumble, each with what it must come to (``tests/cases/README.md``)."""

from base64 import b64decode, b64encode
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import make_customer
from florin.domain.credits.models import Credit
from florin.domain.staff.models import User
from office import signed_in

CASES = Path(__file__).parents[1] / "cases"
UPLOAD = "/office/credits/upload/"


@pytest.fixture(autouse=True)
def _customers(owner: User) -> None:
    for number in ("C1", "001", "91001"):
        make_customer(owner.company, number=number, name=f"Florist {number}", currency="USD")


def written(owner: User, name: str, **told: str) -> list[tuple[str, int, str]]:
    """Upload a case, write what is right of it, and return whom it is for, how much and why."""
    client = signed_in(owner)
    file = SimpleUploadedFile(name, (CASES / name).read_bytes())
    preview = client.post(UPLOAD, {"file": file, **told}).text
    packed = preview.split('name="packed" value="')[1].split('"', maxsplit=1)[0]
    client.post(f"{UPLOAD}confirm/", {"packed": packed, "then": "draft"})
    rows = Credit.objects.order_by("pk").values_list("customer__number", "amount", "reason")
    return list(rows)


@pytest.mark.parametrize(
    ("name", "credits_"),
    [
        (
            "q01_semicolon_comma.csv",
            [("C1", 1250, "Wilted roses"), ("C1", 125_050, "Bruised"), ("C1", 125_000, "Crate lost")],
        ),
        ("q04_utf16.csv", [("C1", 700, "Crème brûlée")]),
        (
            "q05_quoted_newline.csv",
            [("C1", 800, 'Wilted roses from the cooler, 12" tall'), ("C1", 900, "One line")],
        ),
        ("q06_sep.csv", [("C1", 910, "sep line")]),
        ("q07_pipe.csv", [("C1", 920, "pipe")]),
        ("q08_title_rows.csv", [("C1", 930, "title above")]),
        (
            "q10_long_num.csv",
            [
                *(("C1", 100, "dollar"), ("C1", 100, "code"), ("001", 100, "leading zero")),
                ("C1", 100, "lower case"),
            ],
        ),
        (
            "q11_dates.xlsx",
            [
                *(("C1", 30, "float 0.3 and late evening"), ("C1", 1010, "d")),
                *(("C1", 500, "serial without format"), ("C1", 1250, "text amount")),
            ],
        ),
        ("q12_customfmt.xlsx", [("C1", 300, "[$-407] german fmt")]),
        ("q12b_1904.xlsx", [("C1", 350, "1904")]),
        (
            "q13_number_customer.xlsx",
            [("91001", 300, "numeric customer number"), ("91001", 300, "float customer")],
        ),
    ],
)
def test_a_file_comes_to_what_it_says(name: str, credits_: list[tuple[str, int, str]], owner: User) -> None:
    assert written(owner, name) == credits_


@pytest.mark.parametrize("name", ["q11_dates.xlsx", "q12_customfmt.xlsx", "q12b_1904.xlsx"])
def test_a_day_in_a_workbook_is_that_day_also_in_the_evening(name: str, owner: User) -> None:
    written(owner, name)

    assert set(Credit.objects.values_list("given_on", flat=True)) == {date(2026, 10, 2)}


def test_dates_of_a_column_that_has_the_year_first_are_all_read_so(owner: User) -> None:
    read = written(owner, "q02_dates.csv")

    assert [reason for *_, reason in read] == ["Excel short", "ISO time", "Compact"]
    assert set(Credit.objects.values_list("given_on", flat=True)) == {date(2026, 10, 2)}


ASKED = b"customer;amount;date;reason\nC1;1.250;10/02/2026;Wilted\n"


def test_what_can_be_read_in_two_ways_is_asked_and_the_file_is_kept(owner: User) -> None:
    client = signed_in(owner)

    asked = client.post(UPLOAD, {"file": SimpleUploadedFile("credits.csv", ASKED)}).text

    assert "How much is 1.250 in row 2?" in asked
    assert "Which day is 10/02/2026 in row 2?" in asked
    assert "Oct 2, 2026" in asked
    assert "Feb 10, 2026" in asked
    kept = asked.split('name="kept" value="')[1].split('"', maxsplit=1)[0]
    assert b64decode(kept) == ASKED
    preview = client.post(UPLOAD, {"kept": kept, "decimals": "comma", "dates": "day-first"}).text
    assert "$1,250.00" in preview
    assert "Feb 10, 2026" in preview


def test_an_answer_is_kept_while_the_next_question_is_asked(owner: User) -> None:
    kept = {"kept": b64encode(ASKED).decode(), "dates": "month-first"}

    asked = signed_in(owner).post(UPLOAD, kept).text

    assert "Which day" not in asked
    assert '<input type="hidden" name="dates" value="month-first">' in asked


def test_a_byte_that_fits_no_letter_costs_its_own_row(owner: User) -> None:
    data = "customer,amount,reason\nC1,1.00,Crème\nC1,2.00,Pen?\nC1,3.00,Brûlée\n".encode()
    file = SimpleUploadedFile("credits.csv", data.replace(b"?", b"\xf2"))

    preview = signed_in(owner).post(UPLOAD, {"file": file}).text

    assert "This line holds a byte that is no letter in UTF-8." in preview
    assert "Brûlée" in preview
    assert "Read as UTF-8." in preview


def test_a_row_with_more_in_it_than_there_are_headings_is_not_guessed(owner: User) -> None:
    file = SimpleUploadedFile("credits.csv", b"customer,amount,reason\nC1,1,250.00,Wilted\n")

    assert "more columns than the headings" in signed_in(owner).post(UPLOAD, {"file": file}).text
