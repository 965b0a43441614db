"""A credit pays what it is applied to, no more than it has and for nobody else."""

from uuid import UUID, uuid4

import pytest
from django.db import transaction

from domain.world import make_credit, pay_by_credit, usd
from factories import make_company, make_customer, make_invoice, make_user
from florin.domain.credits import services
from florin.domain.credits.models import Credit
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Entry, Item
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.kernel.errors import Refusal
from florin.kernel.money import Money


@pytest.fixture
def invoice(owner: User) -> Invoice:
    """An open invoice of 100.00."""
    return make_invoice(owner)


@transaction.atomic
def apply(credit: Credit, invoice: Invoice, amount: Money) -> Entry:
    return services.apply(
        invoice.company, credit=item_of(credit), invoice=invoice.item_id, amount=amount, by="a test"
    )


def item_of(credit: Credit) -> UUID:
    assert credit.item
    return credit.item.pk


def balances() -> list[int]:
    return sorted(Item.objects.values_list("balance", flat=True))


def test_an_applied_credit_lowers_both_sides(invoice: Invoice) -> None:
    apply(make_credit(invoice.customer, 4_000), invoice, usd(3_000))

    assert balances() == [-1_000, 7_000]


@pytest.mark.parametrize("minor", [4_001, 0, -1])
def test_no_more_than_a_credit_has_and_no_less_than_something(invoice: Invoice, minor: int) -> None:
    with pytest.raises(Refusal, match="more than the credit or the invoice has open"):
        apply(make_credit(invoice.customer, 4_000), invoice, usd(minor))
    assert balances() == [-4_000, 10_000]


def test_no_more_than_the_invoice_owes(invoice: Invoice) -> None:
    with pytest.raises(Refusal, match="more than the credit or the invoice has open"):
        apply(make_credit(invoice.customer, 20_000), invoice, usd(10_001))


def test_a_credit_in_another_currency_is_a_refusal_and_not_an_error(invoice: Invoice) -> None:
    credit = make_credit(invoice.customer, 4_000)

    with pytest.raises(Refusal, match="same customer and currency"):
        apply(credit, invoice, Money(100, "EUR"))


def test_a_credit_in_the_customers_former_currency_does_not_pay_this_invoice(invoice: Invoice) -> None:
    customer = invoice.customer
    customer.currency = "EUR"
    customer.save()

    with pytest.raises(Refusal, match="same customer and currency"):
        apply(make_credit(customer, 4_000), invoice, Money(100, "EUR"))


def test_a_credit_pays_no_other_customers_invoice(owner: User, invoice: Invoice) -> None:
    with pytest.raises(Refusal, match="same customer"):
        apply(make_credit(make_customer(owner.company), 100), invoice, usd(100))


def test_another_companys_credit_is_as_unknown_as_none(owner: User, invoice: Invoice) -> None:
    stranger = make_user(make_company(slug="elsewhere"), Role.ADMIN)
    theirs = make_credit(make_customer(stranger.company), 100)

    for credit in (theirs, Credit(item_id=uuid4())):
        with pytest.raises(Refusal, match="same customer"):
            apply(credit, invoice, usd(100))


def test_another_company_cannot_apply_our_credit_to_our_invoice(invoice: Invoice) -> None:
    credit = make_credit(invoice.customer, 100)

    with transaction.atomic(), pytest.raises(Refusal, match="same customer"):
        services.apply(
            make_company(slug="elsewhere"),
            credit=item_of(credit),
            invoice=invoice.item_id,
            amount=usd(100),
            by="a stranger",
        )


def test_an_invoice_cannot_pay_another(owner: User, invoice: Invoice) -> None:
    other = make_invoice(owner, customer=invoice.customer)

    with pytest.raises(Refusal, match="has open"):
        apply(Credit(item_id=other.item_id), invoice, usd(100))


def test_a_credit_that_is_used_up_pays_nothing_more(invoice: Invoice) -> None:
    pay_by_credit(invoice, 2_500)

    with pytest.raises(Refusal, match="has open"):
        apply(Credit.objects.get(), invoice, usd(1))
    assert balances() == [0, 7_500]
