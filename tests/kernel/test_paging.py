"""Paging by where the last page ended: nothing twice, nothing left out, and no mark that does harm."""

import re
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from factories import make_customer
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.orders.models import Order
from florin.kernel import paging
from florin.kernel.paging import Column, by_moment

LONGEST = "𠮷" * 120
NAMES = ["Rosa", "Rosa", "Rosa", "a_b", "a|b%", "Zoë", "Zoë", LONGEST, LONGEST, LONGEST]
BY_NAME = (Column("name", str), Column("pk", UUID))
BY_KEY = (Column("pk", UUID),)


@pytest.mark.parametrize("columns", [BY_NAME, BY_KEY])
@pytest.mark.parametrize("falling", [False, True])
def test_pages_hold_every_row_once_and_in_order(
    company: Company, monkeypatch: pytest.MonkeyPatch, columns: tuple[Column, ...], *, falling: bool
) -> None:
    monkeypatch.setattr(paging, "ROWS", 2)
    for name in NAMES:
        make_customer(company, name=name)
    everybody = Customer.objects.filter(company=company)
    found, after = list[Customer](), ""
    for _page in NAMES:
        page = paging.slice_of(everybody, columns, after, falling=falling)
        found, after = [*found, *page.rows], page.after
        if not after:
            break
    order = [f"-{column.name}" if falling else column.name for column in columns]
    assert found == list(everybody.order_by(*order))


@pytest.mark.parametrize("after", ["x", "_", "%00_x", "a_b_c", "Rosa_%00", "9" * 2900])
def test_what_cannot_be_a_mark_leads_to_the_first_page(company: Company, after: str) -> None:
    customer = make_customer(company)
    assert list(paging.slice_of(Customer.objects.all(), BY_NAME, after).rows) == [customer]


def test_a_moment_without_its_time_zone_is_no_mark() -> None:
    read = by_moment("at")[0].read
    assert read("2026-11-30T10:00:00+00:00")
    with pytest.raises(ValueError, match="time zone"):
        read("2026-11-30T10:00:00")


def test_the_next_page_is_sought_in_the_index(company: Company) -> None:
    columns = (Column("total", int), Column("pk", UUID))
    orders = Order.objects.filter(company=company).order_by("-total", "-pk")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        plan = paging.following(orders, columns, paging.mark([500, uuid4()]), falling=True).explain()

    assert re.search(r"Index Cond: .*ROW\(total, id\) < ROW", plan), plan
