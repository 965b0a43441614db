"""Everything that belongs to a company as one archive: whole, of one instant, described, no secrets."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from threading import Thread
from typing import Any, cast
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import connection, models

from factories import make_customer, make_invoice, make_link, make_order
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.flows import export_company
from florin.flows.exporting.tables import LEFT_OUT, LEFT_OUT_APPS, TABLES, options, path_to_company, tables

csv.field_size_limit(10_000_000)
MODELS = list(apps.get_models(include_auto_created=True))


def archive(company: Company) -> ZipFile:
    file = io.BytesIO()
    export_company.write(company, file)
    return ZipFile(file)


def rows(found: ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.read(f"data/{name}.csv").decode())))


def described(found: ZipFile) -> dict[str, Any]:
    return {one["name"]: one for one in json.loads(found.read("datapackage.json"))["resources"]}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_table_goes_along_or_is_named_with_the_reason_why_not(model: type[models.Model]) -> None:
    label = f"{options(model).app_label}.{model.__name__}"
    stays = label in LEFT_OUT or options(model).app_label in LEFT_OUT_APPS
    assert (model in TABLES.values()) != stays, f"say in flows/exporting/tables.py what becomes of {label}"


@pytest.mark.parametrize("name", TABLES)
def test_no_column_that_goes_along_is_named_like_a_secret(name: str) -> None:
    told = {field.name for table in tables() if table.name == name for field in table.columns}
    assert not [one for one in told for word in ("password", "token", "secret", "fingerprint") if word in one]


def test_every_row_is_there_once_and_none_of_another_company(owner: User, stranger: User) -> None:
    ours, theirs = make_invoice(owner, "12.3456", "99.00"), make_invoice(stranger)
    found = archive(owner.company)
    assert [row["id"] for row in rows(found, "invoices")] == [str(ours.pk)]
    assert len(rows(found, "order_lines")) == 2
    assert [row["email"] for row in rows(found, "people")] == [owner.email]
    everything = b"".join(found.read(name) for name in found.namelist())
    assert not any(str(key).encode() in everything for key in (theirs.pk, theirs.company_id, stranger.pk))


def test_no_secret_goes_along(owner: User) -> None:
    link = make_link(owner)
    found = archive(owner.company)
    everything = b"".join(found.read(name) for name in found.namelist())
    fingerprint = bytes(Link.objects.get(pk=link.pk).fingerprint)
    assert str(link.pk).encode() in everything
    assert owner.password.encode() not in everything
    assert fingerprint not in everything
    assert fingerprint.hex().encode() not in everything
    assert b"people.password: A hash" in found.read("README.txt")


def test_values_come_back_exactly_as_they_are_stored(owner: User) -> None:
    name = '=HYPERLINK("x"), "Rosa"\nÄö'
    customer = make_customer(owner.company, name=name, credit_limit=150050, invoice_emails=["a@x.example"])
    Product.objects.create(company=owner.company, code="R", description="R", unit_price=Decimal("0.4275"))
    found = archive(owner.company)
    (row,) = rows(found, "customers")
    assert (row["name"], row["credit_limit"], row["links_enabled"]) == (name, "150050", "true")
    assert json.loads(row["invoice_emails"]) == ["a@x.example"]
    assert rows(found, "products")[0]["unit_price"] == "0.4275"
    assert customer.tax_id == row["tax_id"] == ""


def test_the_description_is_that_of_the_files(owner: User) -> None:
    make_link(owner)
    found = archive(owner.company)
    package = described(found)
    assert [f"data/{name}.csv" for name in TABLES] == found.namelist()[: len(TABLES)]
    for name, resource in package.items():
        data = found.read(resource["path"])
        heading = next(csv.reader(io.StringIO(data.decode())))
        assert [field["name"] for field in resource["schema"]["fields"]] == heading, name
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert resource["bytes"] == len(data)
        assert resource["description"]
        assert all(field["description"] for field in resource["schema"]["fields"])


def test_every_key_of_another_row_leads_to_a_row_that_is_there(owner: User) -> None:
    make_link(owner)
    found = archive(owner.company)
    keys = {name: {row.get("id") for row in rows(found, name)} for name in TABLES}
    seen = 0
    for name, resource in described(found).items():
        for foreign in resource["schema"]["foreignKeys"]:
            (column,), target = foreign["fields"], foreign["reference"]["resource"] or name
            values = {row[column] for row in rows(found, name)} - {""}
            assert values <= keys[target], (name, column)
            seen += len(values)
    assert seen > 20


def test_the_readme_counts_the_rows_and_says_what_stays_behind(owner: User) -> None:
    make_order(owner)
    text = archive(owner.company).read("README.txt").decode()
    assert "data/orders.csv (1 row)" in text
    assert all(f"{name}: " in text for name in (*LEFT_OUT, *LEFT_OUT_APPS))


def test_it_tells_of_one_instant_whatever_happens_meanwhile(owner: User) -> None:
    make_customer(owner.company, number="before")

    def disturb() -> Iterator[None]:
        worker = Thread(target=add)
        worker.start()
        worker.join()
        yield

    def add() -> None:
        make_customer(owner.company, number="meanwhile")
        connection.close()

    file, meanwhile = io.BytesIO(), disturb()
    export_company.write(owner.company, file, progress=lambda _written: next(meanwhile, None))
    assert Customer.objects.filter(number="meanwhile").exists()
    assert [row["number"] for row in rows(ZipFile(file), "customers")] == ["before"]


def test_each_table_leads_to_its_company_by_a_key_that_every_row_has() -> None:
    paths = {model: path_to_company(model) for model in TABLES.values()}
    assert paths[Customer] == "company"
    for model, path in paths.items():
        current = model
        for part in path.removesuffix("company").split("__")[:-1]:
            field = options(current).get_field(part)
            assert not field.null, (model, path)  # type: ignore[union-attr]  # no relation back
            current = cast("type[models.Model]", field.related_model)
