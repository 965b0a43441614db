"""Credits from files: what spreadsheets write, what is wrong row by row, and writing what is right once."""

import io
import itertools
import time
import zipfile
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice
from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.edges.tables.columns import Columns
from florin.edges.tables.reading import from_bytes
from florin.edges.tables.rows import OF_AN_UPLOAD
from florin.flows import apply_credit, give_credit, upload_credits
from florin.kernel import clock
from office import signed_in

UPLOAD = "/office/credits/upload/"
HEAD = "customer number,amount,currency,date,reason,number"


@pytest.fixture
def customer(owner: User) -> Customer:
    return make_customer(owner.company, number="1001", name="Tulip House")


def send(client: Client, data: bytes | str, name: str = "credits.csv") -> str:
    """Upload a file; return the page that comes of it."""
    body = data.encode() if isinstance(data, str) else data
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, body)}).text


def confirm(client: Client, preview: str, then: str = "draft") -> str:
    packed = preview.split('name="packed" value="')[1].split('"', maxsplit=1)[0]
    return client.post(f"{UPLOAD}confirm/", {"packed": packed, "then": then}, follow=True).text


def workbook(*rows: tuple[Any, ...], day_format: str = "yyyy-mm-dd") -> bytes:
    """An XLSX file as Excel writes it."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    page, days = book.add_worksheet(), book.add_format({"num_format": day_format})
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                page.write_datetime(place, column, cell, days)
            else:
                page.write(place, column, cell)
    book.close()
    return file.getvalue()


def written() -> list[tuple[str, int, date, str, str]]:
    rows = Credit.objects.order_by("pk").values_list(
        "customer__number", "amount", "given_on", "reason", "state"
    )
    return list(rows)


def test_nothing_is_saved_before_the_preview_is_confirmed(owner: User, customer: Customer) -> None:
    client = signed_in(owner)
    preview = send(client, f"{HEAD}\n1001,30.00,USD,2026-02-01,Wilted,\n")
    assert "Tulip House · 1001" in preview
    assert written() == []

    page = confirm(client, preview)

    assert "1 credit is written." in page
    assert written() == [("1001", 3_000, date(2026, 2, 1), "Wilted", "draft")]


def test_all_can_be_submitted_in_one_go_and_only_once(owner: User, customer: Customer) -> None:
    client = signed_in(owner)
    preview = send(client, f"{HEAD}\n1001,30,,,Wilted,\n1001,1.5,,,Broken,X-1\n")

    pages = [confirm(client, preview, "submit") for _ in range(2)]

    assert all("2 credits are written." in page for page in pages)
    assert [(minor, state) for _, minor, _, _, state in written()] == [
        (3_000, "submitted"),
        (150, "submitted"),
    ]
    assert Credit.objects.filter(number="X-1").count() == 1


def test_an_excel_file_is_read_with_its_numbers_and_dates(owner: User, customer: Customer) -> None:
    data = workbook(
        ("Customer Number", "Amount", "Date", "Reason"),
        (1001, 0.1 + 0.2, date(2026, 2, 1), "Wilted"),
        ("1001", 1234.5, "2026-02-02", "Brökén"),
        (1001.0, "12.00", "", "Text"),
    )
    client = signed_in(owner)

    confirm(client, send(client, data, "credits.xlsx"))

    today = clock.today(owner.company.time_zone)
    assert [row[1:4] for row in written()] == [
        (30, date(2026, 2, 1), "Wilted"),
        (123_450, date(2026, 2, 2), "Brökén"),
        (1_200, today, "Text"),
    ]


@pytest.mark.parametrize("day_format", ["m/d/yy", 'dd". "mmmm yyyy', "[$-409]d-mmm-yy;@", "d/m/yyyy h:mm"])
def test_a_date_is_a_date_however_it_is_shown(owner: User, customer: Customer, day_format: str) -> None:
    data = workbook(
        ("customer", "amount", "date", "reason"), (1001, 5, date(2026, 2, 1), "Wilted"), day_format=day_format
    )
    client = signed_in(owner)
    confirm(client, send(client, data))
    assert written()[0][2] == date(2026, 2, 1)


def test_a_formula_counts_with_its_value_and_not_without(owner: User, customer: Customer) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    page = book.add_worksheet()
    for column, heading in enumerate(("customer", "amount", "reason")):
        page.write(0, column, heading)
    for place, value in ((1, 7), (2, "")):
        page.write(place, 0, 1001)
        page.write_formula(place, 1, "=3+4", None, value)
        page.write(place, 2, "Wilted")
    book.close()

    preview = send(signed_in(owner), file.getvalue())

    assert "$7.00" in preview
    assert "formulas count only with their value" in preview


@pytest.mark.parametrize(
    "data",
    [
        "customer number;amount;reason\r\n1001;30,00;Größe\r\n".encode(),
        "customer number;amount;reason\r\n1001;30,00;Größe\r\n".encode("cp1252"),
        "customer number\tamount\treason\r\n1001\t30.00\tGröße\r\n".encode("utf-16"),
        "\ufeffCUSTOMER_NUMBER,Amount,Reason\n1001,$30.00,Größe".encode(),
        'sep=;\nreason;amount;customer no.\n"Größe";"30";1001\n'.encode(),
        "\n,,\ncustomer,amount,reason\n\n1001, 30 ,Größe\n,,\n".encode(),
    ],
    ids=["semicolons", "windows", "unicode text", "mark", "sep", "empty rows"],
)
def test_what_spreadsheets_call_csv_is_read(owner: User, customer: Customer, data: bytes) -> None:
    client = signed_in(owner)
    confirm(client, send(client, data))
    assert [(row[1], row[3]) for row in written()] == [(3_000, "Größe")]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("9999,30,,,Wilted,", "No customer has the number 9999."),
        (",30,,,Wilted,", "The customer&#39;s number is missing."),
        ("1001,,,,Wilted,", "The amount is missing."),
        ("1001,many,,,Wilted,", "This is no number"),
        ("1001,-5,,,Wilted,", "Give an amount above zero."),
        ("1001,1.005,,,Wilted,", "At most 2 decimals."),
        ("1001,=1+1,,,Wilted,", "The amount is not a number"),
        ("1001,30,EUR,,Wilted,", "The customer is kept in USD."),
        ("1001,30,,2026-02-30,Wilted,", "This is no date"),
        ("1001,30,,2099-01-01,Wilted,", "This day is yet to come."),
        ("1001,30,,,,", "Say what it is for."),
        ("1001,30,,,4242424242424242,", "This looks like a card number."),
        ("1001,30,,,Wilted,CR-7", "Numbers that begin with CR- are given by Florin itself"),
        ("1001,30,,,Wilted,A-123456789012345678901", "At most 20 characters."),
        ("1001,30,,,<script>alert(1)</script>" + "x" * 200 + ",", "At most 200 characters."),
    ],
)
def test_a_wrong_row_says_why_and_the_others_are_written(
    owner: User, customer: Customer, row: str, sentence: str
) -> None:
    client = signed_in(owner)
    preview = send(client, f"{HEAD}\n{row}\n1001,1.00,,,Right,\n")
    assert sentence in preview
    assert "<script>alert" not in preview
    assert "One row cannot be written" in preview

    confirm(client, preview)

    assert [row[3] for row in written()] == ["Right"]


def test_numbers_are_given_once_in_the_file_and_in_the_company(owner: User, customer: Customer) -> None:
    client = signed_in(owner)
    confirm(client, send(client, f"{HEAD}\n1001,1,,,Right,A-1\n"))

    preview = send(client, f"{HEAD}\n1001,2,,,Old,A-1\n1001,3,,,Twice,A-2\n1001,4,,,Twice,A-2\n")

    assert "3 rows cannot be written" in preview


def test_a_number_that_is_taken_between_preview_and_press_writes_nothing(
    owner: User, customer: Customer
) -> None:
    client, file = signed_in(owner), f"{HEAD}\n1001,1,,,One,\n1001,1,,,Two,A-1\n"
    previews = [send(client, file) for _ in range(2)]
    confirm(client, previews[0])

    assert "There is a credit A-1 already." in confirm(client, previews[1])
    assert Credit.objects.count() == 2


def test_a_file_that_was_uploaded_before_is_warned_of(owner: User, customer: Customer) -> None:
    client, file = signed_in(owner), f"{HEAD}\n1001,30.00,,2026-02-01,Wilted,\n"
    confirm(client, send(client, file))

    preview = send(client, file)

    assert "Was the file uploaded before?" in preview
    assert f"{Credit.objects.get().number} is just like it." in preview


def test_columns_that_mean_nothing_are_named(owner: User, customer: Customer) -> None:
    preview = send(signed_in(owner), "customer,amount,reason,colour\n1001,1,Wilted,red\n")
    assert "Not used: colour." in preview


def archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, part in parts.items():
            zipped.writestr(name.replace("__", "/") + (".rels" if "rels" in name else ".xml"), part)
    return file.getvalue()


def with_worksheet(part: bytes) -> bytes:
    """An otherwise good XLSX file with this as its sheet."""
    good, file = workbook(("customer",)), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, part if "sheet1" in name else old.read(name))
    return file.getvalue()


_NAMESPACE = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The first row must name the columns"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "This is neither an XLSX nor a CSV file."),
        (b"%PDF-1.7 and so on", "The first row must name the columns"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is an old or a protected Excel file."),
        (b"PK\x03\x04 and no more", "The file is damaged"),
        (archive(word__document=b"<w/>"), "The file is damaged"),
        (archive(xl__workbook=b"<workbook/>"), "The file is damaged"),
        (with_worksheet(b"<worksheet"), "The file is damaged"),
        (with_worksheet(b'<!DOCTYPE x [<!ENTITY a "aa">]><worksheet/>'), "The file is damaged"),
        (
            with_worksheet(_NAMESPACE + b'<row r="1"><c t="s"><v>99</v></c></row></sheetData></worksheet>'),
            "damaged",
        ),
        (with_worksheet(_NAMESPACE + b" " * 9_000_000), "unpacks to more than 8 MB"),
        (b"x" * 1_000_001, "The file is larger than 1 MB."),
        (b"customer,amount,reason\n", "There is nothing below the headings."),
        (b"customer,amount\n1001,5\n", "The first row must name the columns"),
        (b"customer,amount,reason\n" + b"1001,1,Wilted\n" * 1001, "more than 1,000 rows"),
        (with_worksheet(_NAMESPACE + b"<row>" + b"<c/>" * 500_000), "more than 200,000 elements"),
    ],
    ids=range(16),
)
def test_what_cannot_be_read_is_said_in_a_sentence(owner: User, data: bytes, sentence: str) -> None:
    answer = signed_in(owner).post(UPLOAD, {"file": SimpleUploadedFile("credits.xlsx", data)})
    assert (answer.status_code, sentence in answer.text) == (422, True), answer.text


def test_a_value_in_a_far_cell_costs_nothing_and_is_not_lost(owner: User, customer: Customer) -> None:
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    data = with_worksheet(_NAMESPACE + rows + b"</sheetData></worksheet>")
    assert "The file has more than 256 columns." in send(signed_in(owner), data)


def test_without_a_file_one_is_asked_for(owner: User) -> None:
    assert "Choose a file first." in signed_in(owner).post(UPLOAD).text


def test_a_preview_is_only_of_use_to_whoever_uploaded_it(
    owner: User, colleague: User, stranger: User, customer: Customer
) -> None:
    preview = send(signed_in(owner), f"{HEAD}\n1001,30,,,Wilted,\n")
    for other in (colleague, stranger):
        assert "is not yours" in confirm(signed_in(other), preview)
    changed = preview.replace('name="packed" value="', 'name="packed" value="x')
    assert "is not yours" in confirm(signed_in(owner), changed)
    assert written() == []


def test_another_companys_customer_is_nobody(stranger: User, customer: Customer) -> None:
    assert "No customer has the number 1001." in send(signed_in(stranger), f"{HEAD}\n1001,30,,,Wilted,\n")


@pytest.mark.parametrize(
    ("language", "heads"), [("en", "customer number|amount"), ("es", "número de cliente|importe")]
)
def test_the_template_speaks_the_readers_language_and_is_what_the_upload_reads(
    owner: User, customer: Customer, language: str, heads: str
) -> None:
    User.objects.update(language=language)
    client = signed_in(owner)
    template = b"".join(client.get(f"{UPLOAD}template/"))

    any_column = Columns(names={"any": tuple(heads.split("|"))}, needed=[["any"]])
    named = from_bytes(template, any_column, limits=OF_AN_UPLOAD).headings

    assert "|".join(named).startswith(heads)
    for head in heads.split("|"):
        assert f"<b>{head}</b>" in client.get(UPLOAD).text
    User.objects.update(language="en")
    row = ["1001", 30, "USD", date(2026, 2, 1), "Wilted", ""]
    confirm(client, send(client, workbook(tuple(named), tuple(row)), "credits.xlsx"))
    assert written() == [("1001", 3_000, date(2026, 2, 1), "Wilted", "draft")]


def test_a_preview_costs_the_same_for_one_row_as_for_a_thousand(
    owner: User, customer: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    for count in (1, upload_credits.MOST_ROWS):
        with django_assert_num_queries(3 + 2):  # who asks; customers, and credits just like these
            send(client, f"{HEAD}\n" + "1001,30,,,Wilted,\n" * count)


def runs(page: str) -> list[str]:
    return [part.split('"', maxsplit=1)[0] for part in page.split('name="run" value="')[1:]]


def test_the_largest_upload_is_judged_written_and_undone_within_two_seconds_each(
    owner: User, customer: Customer
) -> None:
    client = signed_in(owner)
    rows = [
        f"1001,{place}.25,USD,2026-02-01,Wilted roses of a whole week {'x' * 60},C{place}"
        for place in range(1000)
    ]
    marks = [time.process_time()]
    preview = send(client, "\n".join([HEAD, *rows]))
    marks.append(time.process_time())
    confirm(client, preview)
    marks.append(time.process_time())
    [run] = runs(client.get(UPLOAD).text)
    client.post(f"{UPLOAD}undo/", {"run": run})
    marks.append(time.process_time())
    took = [after - before for before, after in itertools.pairwise(marks)]
    assert Credit.objects.filter(state="void").count() == 1000
    assert max(took) < 2, took


def test_an_upload_is_undone_as_a_whole_and_can_come_again(owner: User, customer: Customer) -> None:
    client, file = signed_in(owner), f"{HEAD}\n1001,30,,,Wilted,A-1\n1001,1.5,,,Broken,\n"
    confirm(client, send(client, file), "submit")
    approved, _other = Credit.objects.order_by("pk")
    give_credit.approve(owner.company, approved.pk, by=owner)
    [run] = runs(client.get(UPLOAD).text)

    page = client.post(f"{UPLOAD}undo/", {"run": run}, follow=True).text

    assert "2 credits are void." in page
    assert runs(page) == []
    assert {state for *_, state in written()} == {"void"}
    approved.refresh_from_db()
    assert approved.item
    assert approved.item.balance == 0
    assert "2 credits are written." in confirm(client, send(client, file))


def test_an_upload_of_which_a_credit_is_used_stays_whole(owner: User, customer: Customer) -> None:
    client, invoice = signed_in(owner), make_invoice(owner, "40.00", customer=customer)
    confirm(client, send(client, f"{HEAD}\n1001,30,,,Wilted,\n1001,1.5,,,Broken,\n"), "submit")
    credit = Credit.objects.order_by("pk")[0]
    item = give_credit.approve(owner.company, credit.pk, by=owner).item
    assert item
    apply_credit.apply(owner.company, item.pk, {invoice.item_id: 1000}, submission="a", by=owner)
    [run] = runs(client.get(UPLOAD).text)

    answer = client.post(f"{UPLOAD}undo/", {"run": run})

    assert answer.status_code == 422
    assert "Take that back first" in answer.text
    assert {state for *_, state in written()} == {"approved", "submitted"}


def test_an_approved_credit_is_undone_only_by_who_may_approve(
    owner: User, colleague: User, stranger: User, customer: Customer
) -> None:
    client = signed_in(owner)
    confirm(client, send(client, f"{HEAD}\n1001,30,,,Wilted,\n"), "submit")
    give_credit.approve(owner.company, Credit.objects.get().pk, by=owner)
    [run] = runs(client.get(UPLOAD).text)
    User.objects.filter(pk=colleague.pk).update(roles=[Role.SALES])
    colleague.refresh_from_db()

    answers = [
        signed_in(user).post(f"{UPLOAD}undo/", {"run": run}).status_code for user in (colleague, stranger)
    ]

    assert answers == [403, 404]
