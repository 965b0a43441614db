"""Numbers are the same whatever their case and width, wherever they are typed or come from."""

from decimal import Decimal
from itertools import pairwise

import pytest
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from factories import make_customer
from florin.domain.catalogue.models import Product
from florin.domain.customers import importing as customers
from florin.domain.customers.models import Customer
from florin.domain.staff.models import User
from florin.kernel.folding import fold
from florin.kernel.frozen import fill_folded
from florin.screens.office.shared import customer_field
from florin.screens.office.shared.parsing import InvalidInput

SAME = ["SN1", "sn1", "ＳＮ１"]  # noqa: RUF001 - wide letters are the point


@pytest.mark.parametrize(("one", "other"), [*pairwise(SAME), ("STRASSE", "straße"), (" 7", "7")])
def test_ways_of_writing_a_number_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_numbers_that_differ_stay_apart() -> None:
    assert len({fold(number) for number in ("001", "1", "1.0", "O1", "01")}) == 5


@pytest.mark.parametrize("other", SAME)
def test_the_database_has_a_customers_number_and_a_products_code_once(other: str, owner: User) -> None:
    make_customer(owner.company, number="SN1")
    Product.objects.create(company=owner.company, code="SN1", description="Rose", unit_price=Decimal(1))

    with pytest.raises(IntegrityError), transaction.atomic():
        make_customer(owner.company, number=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.create(company=owner.company, code=other, description="Rose", unit_price=Decimal(1))


@pytest.mark.parametrize("typed", SAME)
def test_a_customer_is_found_by_number_however_it_is_typed(typed: str, owner: User) -> None:
    customer = make_customer(owner.company, number="sN1")

    assert customer_field.find_customer(owner.company, typed) == customer
    assert list(customers.known(owner.company, [typed]).values()) == [customer]


def test_two_customers_of_one_name_are_asked_about(owner: User) -> None:
    for number in ("A1", "A2"):
        make_customer(owner.company, number=number, name="Same Name Ltd")

    with pytest.raises(InvalidInput, match="Type the number"):
        customer_field.find_customer(owner.company, "Same Name Ltd")


def test_an_update_folds_the_number_anew(owner: User) -> None:
    customer = make_customer(owner.company, number="OLD")
    customer.number = "New"
    customer.save()

    assert Customer.objects.get(folded="new") == customer


def test_a_migration_tells_which_numbers_clash(owner: User) -> None:
    make_customer(owner.company, number="SN1")
    twin = make_customer(owner.company, number="other")
    Customer.objects.filter(pk=twin.pk).update(number="sn1")

    with pytest.raises(CommandError, match="SN1 = sn1"):
        fill_folded(Customer.objects.all(), of="number")

    Customer.objects.filter(pk=twin.pk).update(number="SN2")
    fill_folded(Customer.objects.all(), of="number")
    assert set(Customer.objects.values_list("folded", flat=True)) == {"sn1", "sn2"}
