"""Writing orders: exact totals, and nobody overwrites what they have not seen."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from factories import make_company, make_customer, make_draft, make_order
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.orders import queries, services
from florin.domain.orders.lifecycle import OrderState
from florin.domain.orders.models import Order
from florin.domain.orders.queries import OrderFilter
from florin.domain.orders.services import LineDraft, OrderDraft
from florin.domain.staff.models import User
from florin.kernel.errors import Conflict, NotFound, Refusal


@pytest.fixture
def customer(company: Company) -> Customer:
    """A florist who buys here."""
    return make_customer(company)


def line(quantity: str, price: str) -> LineDraft:
    return LineDraft(
        code="R1", description="Roses", quantity=Decimal(quantity), unit="stem", unit_price=Decimal(price)
    )


def draft(customer: Customer, *lines: LineDraft) -> OrderDraft:
    return replace(make_draft(customer), lines=lines)


@transaction.atomic
def create(customer: Customer, *lines: LineDraft) -> Order:
    return services.create(customer.company, draft(customer, *lines), by=None)


@transaction.atomic
def change(order: Order, new: OrderDraft, version: int) -> Order:
    return services.change(order.company, order.pk, new, version=version)


def test_each_line_is_rounded_half_to_even_and_the_total_is_their_sum(customer: Customer) -> None:
    order = create(customer, line("1", "0.125"), line("1", "0.135"), line("300", "0.3333"))

    assert list(order.lines.values_list("total", flat=True)) == [12, 14, 9_999]
    assert order.total == 12 + 14 + 9_999


def test_a_return_within_an_order_counts_negative(customer: Customer) -> None:
    assert create(customer, line("10", "2.00"), line("-3", "2.00")).total == 1_400


def test_2000_lines_are_an_order_and_2001_are_two(customer: Customer) -> None:
    many = [line("1", "0.01")] * 2_000

    assert create(customer, *many).lines.count() == 2_000
    with pytest.raises(Refusal, match="at most 2,000 lines"):
        create(customer, *many, line("1", "0.01"))
    assert Order.objects.count() == 1


def test_an_order_never_totals_less_than_nothing(customer: Customer) -> None:
    assert create(customer, line("1", "5"), line("-1", "5")).total == 0
    assert create(customer, line("1", "10"), line("1", "-10")).total == 0
    with pytest.raises(Refusal, match="cannot be negative"):
        create(customer, line("1", "5"), line("-1", "5.01"))


@pytest.mark.parametrize(
    ("quantity", "price"), [("999999999", "9999999999"), ("1e20", "1e20"), ("1e999999", "1e9")]
)
def test_a_line_beyond_all_measure_is_a_sentence_and_not_an_error(
    customer: Customer, quantity: str, price: str
) -> None:
    with pytest.raises(Refusal, match="“Roses” is too large"):
        create(customer, line(quantity, price))


def test_a_total_beyond_all_measure_is_a_sentence_and_not_an_error(customer: Customer) -> None:
    with pytest.raises(Refusal, match="total of this order is too large"):
        create(customer, *[line("90000000", "1000000000")] * 2)


def test_a_refused_order_uses_up_no_number(customer: Customer) -> None:
    first = create(customer, line("1", "1"))
    with pytest.raises(Refusal):
        create(customer, line("-1", "1"))

    assert create(customer, line("1", "1")).number == f"SO-{int(first.number[3:]) + 1}"


def test_lines_find_the_companys_own_products_only(customer: Customer) -> None:
    ours = Product.objects.create(company=customer.company, code="R1", description="Roses", unit_price=1)
    theirs = make_company(slug="elsewhere")
    Product.objects.create(company=theirs, code="R1", description="Roses", unit_price=1)

    assert create(customer, line("1", "1")).lines.get().product == ours
    assert create(make_customer(theirs), line("1", "1")).lines.get().product != ours


def test_nobody_overwrites_what_they_have_not_seen(customer: Customer) -> None:
    order = create(customer, line("1", "1"))
    change(order, draft(customer, line("2", "1")), version=1)

    with pytest.raises(Conflict, match="Somebody else has changed"):
        change(order, draft(customer, line("9", "1")), version=1)
    order.refresh_from_db()
    assert (order.total, order.version, order.lines.count()) == (200, 2, 1)


def test_a_void_order_stays_as_it_was(customer: Customer) -> None:
    order = create(customer, line("1", "1"))
    Order.objects.filter(pk=order.pk).update(state=OrderState.VOID)

    with pytest.raises(Refusal, match="void order cannot be changed"):
        change(order, draft(customer), version=1)


def test_a_draft_may_change_its_customer_and_takes_their_currency(customer: Customer) -> None:
    order = create(customer, line("1", "1000"))
    in_yen = make_customer(customer.company, currency="JPY")

    changed = change(order, draft(in_yen, line("1", "1000")), version=1)

    assert (changed.currency, changed.total) == ("JPY", 1_000)


def test_a_confirmed_order_stays_with_its_customer(customer: Customer) -> None:
    order = create(customer, line("1", "1"))
    Order.objects.filter(pk=order.pk).update(state=OrderState.CONFIRMED)

    with pytest.raises(Refusal, match="stays with its customer"):
        change(order, draft(make_customer(customer.company)), version=1)


def test_an_order_takes_no_customer_of_another_company(customer: Customer) -> None:
    stranger = make_customer(make_company(slug="elsewhere"))
    order = create(customer, line("1", "1"))

    with pytest.raises(NotFound, match="no such customer"):
        services.create(customer.company, draft(stranger), by=None)
    with pytest.raises(NotFound, match="no such customer"):
        change(order, draft(stranger), version=1)


@pytest.mark.parametrize("key", [None, uuid4()])
def test_another_companys_order_is_as_unknown_as_none(customer: Customer, key: UUID | None) -> None:
    order = create(customer, line("1", "1"))

    with transaction.atomic(), pytest.raises(NotFound, match="no such order"):
        services.lock(make_company(slug="elsewhere"), key or order.pk)


def test_an_impossible_move_is_refused_with_the_number(owner: User) -> None:
    order = make_order(owner)
    services.move(order, OrderState.VOID)

    with pytest.raises(Refusal, match=f"Order {order.number} is void"):
        services.move(order, OrderState.CONFIRMED)


@pytest.mark.parametrize("words", ["SO-10001", " so-10001 ", "PO-77", "corner", "\x00", ""])
def test_an_order_is_found_by_number_po_number_or_customer(owner: User, words: str) -> None:
    order = make_order(owner, po_number="PO-77-A")

    assert list(queries.search(owner.company_id, OrderFilter(words=words)).orders) == [order]
    assert not queries.search(make_company(slug="elsewhere").pk, OrderFilter(words=words)).orders.exists()


@pytest.mark.parametrize("words", ["O-10001", "%", "_", "nobody", "'; DROP TABLE orders_order; --"])
def test_what_fits_nothing_finds_nothing(owner: User, words: str) -> None:
    make_order(owner)

    assert not queries.search(owner.company_id, OrderFilter(words=words)).orders.exists()
