"""Aging: the buckets end where they should, in the company's days, for many customers in one query."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice
from factories.credits import make_credit
from florin.contracts.documents import Aging
from florin.domain.invoices.models import Invoice
from florin.domain.ledger import aging
from florin.domain.ledger.models import Item
from florin.domain.staff.models import User
from florin.kernel import clock

TODAY = date(2026, 6, 30)


def make_due(owner: User, late: int, price: str = "1.00") -> Invoice:
    invoice = make_invoice(owner, price)
    due_on = clock.today(owner.company.time_zone) - timedelta(days=late)
    Item.objects.filter(pk=invoice.item_id).update(due_on=due_on)
    return invoice


@pytest.mark.parametrize(
    ("late", "name"),
    [
        (-400, "current"),
        (0, "current"),
        (1, "to_30"),
        (30, "to_30"),
        (31, "to_60"),
        (60, "to_60"),
        (61, "to_90"),
        (90, "to_90"),
        (91, "over_90"),
        (4000, "over_90"),
    ],
)
def test_a_bucket_ends_on_its_last_day_for_the_page_and_for_the_document(
    owner: User, late: int, name: str
) -> None:
    make_due(owner, late)

    row = aging.by_customer(owner.company)[0]

    assert getattr(row.aging, name) == row.aging.total == 100
    assert aging.bucket(TODAY - timedelta(days=late), TODAY) == name


def test_credits_have_a_column_of_their_own_however_old(owner: User) -> None:
    invoice = make_due(owner, 45, "10.00")
    make_credit(invoice.customer, 400)

    row = aging.by_customer(owner.company)[0]

    assert row.aging == Aging(0, 0, 1000, 0, 0, -400)
    assert row.aging.total == 600


def test_document_and_page_sort_the_same_balances_alike(owner: User) -> None:
    customer = make_invoice(owner, "5.00").customer
    make_credit(customer, 100)
    items = Item.objects.filter(customer=customer).values_list("due_on", "balance")

    today = clock.today(owner.company.time_zone)

    assert aging.sort_balances(items, today) == aging.by_customer(owner.company)[0].aging


def test_a_day_begins_where_the_company_is(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = make_invoice(owner)
    Item.objects.filter(pk=invoice.item_id).update(due_on=date(2026, 6, 30))
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 7, 1, 3, tzinfo=UTC))
    owner.company.time_zone = "Pacific/Kiritimati"
    assert aging.by_customer(owner.company)[0].aging.to_30 == 10000

    owner.company.time_zone = "America/New_York"

    assert aging.by_customer(owner.company)[0].aging.current == 10000


def test_each_currency_has_its_own_row_and_its_own_total(owner: User) -> None:
    make_invoice(owner, "10.00")
    make_invoice(owner, "30.00")
    make_invoice(owner, "500", customer=make_customer(owner.company, currency="JPY"))

    rows = aging.by_customer(owner.company)

    assert {currency: each.total for currency, each in aging.totals(rows).items()} == {
        "JPY": 500,
        "USD": 4000,
    }
    assert aging.by_currency(owner.company) == aging.totals(rows)


def test_a_search_finds_by_the_beginning_of_a_number_or_a_part_of_a_name(owner: User) -> None:
    florist = make_customer(owner.company, number="F-100", name="Rosa's Roses")
    make_invoice(owner, customer=florist)
    make_invoice(owner)

    for words in ("F-1", "f-100", "rosa", " ROSES ", "ro\x00sa"):
        assert [row.number for row in aging.by_customer(owner.company, words)] == ["F-100"]
    assert aging.by_customer(owner.company, "-100") == []


def test_who_owes_nothing_and_who_is_elsewhere_is_not_in_the_table(owner: User, stranger: User) -> None:
    make_customer(owner.company)
    make_invoice(stranger)

    assert aging.by_customer(owner.company) == []


def test_the_table_takes_one_query_for_many_customers(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _customer in range(5):
        make_invoice(owner)

    with django_assert_num_queries(1):
        assert len(aging.by_customer(owner.company)) == 5
