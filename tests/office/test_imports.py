"""Setup > Import: a file, its columns, its preview, what is refused and comes back, and undoing it."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories import make_order
from factories.record_files import CONTACTS, Kind, State, bring, refusals, take_in, work
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.import_runs.models import ImportRun
from florin.domain.staff.models import User
from florin.flows import import_records, save_customer
from office import signed_in

PLACE = "/office/setup/import/"


def send(client: Client, text: str, kind: str = "customers") -> str:
    """Upload a file; the address of its page."""
    file = SimpleUploadedFile("my customers.csv", text.encode())
    return client.post(f"{PLACE}upload/", {"kind": kind, "file": file})["Location"]


def test_an_admin_uploads_looks_and_imports(owner: User) -> None:
    client = signed_in(owner)
    place = send(client, CONTACTS)
    assert "Reading the file" in client.get(place).text
    work(ImportRun.objects.get())

    assert "Import 3 rows" in client.get(place).text
    client.post(f"{place}start/")
    client.post(f"{place}start/")
    run = work(ImportRun.objects.get())

    assert (run.state, run.content, Customer.objects.count()) == (State.DONE, None, 3)
    assert "my customers.csv" in client.get(PLACE).text


def test_columns_matched_by_hand_are_remembered(owner: User) -> None:
    client = signed_in(owner)
    strange = "Shop;Ort\nRosa;Wien\n"
    run = bring(owner.company, Kind.CUSTOMERS, strange)
    assert run.state == State.MAPPING
    answer = client.post(f"{PLACE}{run.pk}/columns/", {"column-0": "name", "column-1": "bill_city"})
    assert answer.status_code == 302
    assert work(run).state == State.CHECKED

    again = bring(owner.company, Kind.CUSTOMERS, strange)

    assert (again.state, again.columns) == (State.CHECKED, ["name", "bill_city"])


def test_a_column_that_rows_need_is_asked_for_and_nothing_chosen_is_lost(owner: User) -> None:
    run = bring(owner.company, Kind.CUSTOMERS, "Shop;Ort\nRosa;Wien\n")

    answer = signed_in(owner).post(f"{PLACE}{run.pk}/columns/", {"column-1": "bill_city"})

    assert answer.status_code == 422
    assert "Choose the column for “Name”." in answer.text
    assert answer.text.count('value="bill_city" selected') == 1


def test_what_is_refused_comes_back_as_a_file_that_loads_once_it_is_right(owner: User) -> None:
    rows = "Number,Name,Phone,Terms\n1,=Rosa,+1 305 555 0100,soon\n2,Lily,,30\n"
    run = take_in(owner.company, Kind.CUSTOMERS, rows)
    file = signed_in(owner).get(f"{PLACE}{run.pk}/refused.csv").getvalue().decode("utf-8-sig")
    [headings, row] = csv.reader(io.StringIO(file))
    assert row[:3] == ["1", "'=Rosa", "'+1 305 555 0100"]
    assert (headings[-1], row[-1][:12]) == ("Florin: why it was refused", "Terms (days)")

    again = take_in(owner.company, Kind.CUSTOMERS, file.replace("soon", "30"))

    assert refusals(again) == []
    assert Customer.objects.get(number="1").name == "=Rosa"
    assert Customer.objects.get(number="1").phone == "+1 305 555 0100"


def test_an_import_is_undone_but_for_whom_somebody_used_or_changed(owner: User) -> None:
    company = owner.company
    run = take_in(company, Kind.CUSTOMERS, "Number,Name\n1,Rosa\n2,Lily\n3,Iris\n")
    rosa, lily = Customer.objects.get(number="1"), Customer.objects.get(number="2")
    make_order(owner, customer=rosa)
    change(lily, owner)

    page = signed_in(owner).post(f"{PLACE}{run.pk}/undo/", follow=True).text

    assert "What was used meanwhile stays: 2." in page
    assert set(Customer.objects.values_list("number", flat=True)) == {"1", "2"}
    assert take_in(company, Kind.CUSTOMERS, "Number,Name\n3,Iris\n").count("new") == 1


def change(customer: Customer, owner: User) -> None:
    """Give a customer a phone number by the form's way."""
    from dataclasses import fields, replace  # noqa: PLC0415

    from florin.domain.customers import services  # noqa: PLC0415

    names = [field.name for field in fields(services.CustomerDraft)]
    draft = services.CustomerDraft(**{name: getattr(customer, name) for name in names})
    seen = services.mark(customer)
    save_customer.change(owner.company, customer.pk, replace(draft, phone="1"), seen=seen, by=owner)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "This file is empty."), (b"\xd0\xcf\x11\xe0" * 9, "an old or a protected Excel file")],
)
def test_a_file_that_cannot_be_read_says_why(owner: User, data: bytes, sentence: str) -> None:
    client = signed_in(owner)
    file = SimpleUploadedFile("x.xls", data)
    answer = client.post(f"{PLACE}upload/", {"kind": "customers", "file": file}, follow=True)
    if run := ImportRun.objects.first():
        answer = client.get(f"{PLACE}{work(run).pk}/")

    assert sentence in answer.text


def test_the_file_lies_sealed_and_a_stranger_finds_nothing(owner: User, stranger: User) -> None:
    run = bring(owner.company, Kind.CUSTOMERS, CONTACTS)
    assert b"Acme" not in bytes(run.content or b"")

    client = signed_in(stranger)

    assert client.get(f"{PLACE}{run.pk}/").status_code == 404
    for door in ("columns", "start", "undo"):
        assert client.post(f"{PLACE}{run.pk}/{door}/").status_code == 404
    assert client.get(f"{PLACE}{run.pk}/refused.csv").status_code == 404


def test_a_lost_job_is_found_by_the_next_round(owner: User, company: Company) -> None:
    run = import_records.receive(company, Kind.CUSTOMERS, file_name="a.csv", data=CONTACTS.encode(), by="Ada")
    ImportRun.objects.update(worked_at="2020-01-01T00:00:00Z")

    import_records.sweep()

    assert ImportRun.objects.get(pk=run.pk).state == State.CHECKED
