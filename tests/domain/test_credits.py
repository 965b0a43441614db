"""A credit counts once it is approved, and pays what it is applied to, no more than it has."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from factories import make_company, make_customer, make_invoice, make_user
from factories.credits import make_credit, pay_by_credit
from factories.database import sql
from factories.ledger import A_DAY, usd
from florin.domain.companies.models import Company
from florin.domain.credits import services
from florin.domain.credits.models import Credit
from florin.domain.credits.services import CreditDraft, Exceeded
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Entry, Item
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.kernel.errors import Conflict, Refusal
from florin.kernel.money import Money


@pytest.fixture
def invoice(owner: User) -> Invoice:
    """An open invoice of 100.00."""
    return make_invoice(owner)


@pytest.fixture
def customer(owner: User) -> Customer:
    return make_customer(owner.company)


@transaction.atomic
def apply(credit: Item, invoice: Invoice, minor: int, *, company: Company | None = None) -> None:
    services.apply(
        company or invoice.company,
        credit=credit.pk,
        amounts={invoice.item_id: minor},
        key=uuid4().hex,
        by="a test",
    )


@transaction.atomic
def write(customer: Customer, minor: int = 3_000, *, number: str = "", reason: str = "Wilted") -> Credit:
    draft = CreditDraft(
        customer_id=customer.pk,
        amount=Money(minor, customer.currency),
        given_on=A_DAY,
        reason=reason,
        number=number,
    )
    return services.create(customer.company, draft, by="Ann")


@transaction.atomic
def change(credit: Credit, do: Callable[[Credit], object]) -> Credit:
    fresh = services.lock(credit.company, credit.pk)
    do(fresh)
    return fresh


def submit(credit: Credit) -> Credit:
    return change(credit, lambda fresh: services.move(fresh, Credit.State.SUBMITTED))


def approve(credit: Credit, by: str = "Bea") -> Credit:
    return change(credit, lambda fresh: services.approve(fresh, by=by))


def void(credit: Credit, held: int = 0) -> Credit:
    return change(credit, lambda fresh: services.void(fresh, reason="Wrong customer", by="Bea", held=held))


def balances() -> list[int]:
    return sorted(Item.objects.values_list("balance", flat=True))


def test_only_an_approved_credit_is_in_the_books(customer: Customer) -> None:
    credit = submit(write(customer))
    assert (Item.objects.count(), Entry.objects.count()) == (0, 0)

    approved = approve(credit)

    assert (approved.state, approved.decided_by, balances()) == (Credit.State.APPROVED, "Bea", [-3_000])
    assert Item.objects.get().number == approved.number


def test_a_draft_cannot_be_approved_and_an_approved_one_not_submitted_again(customer: Customer) -> None:
    credit = write(customer)
    with pytest.raises(Conflict, match="is a draft; submit it first"):
        approve(credit)
    approve(submit(credit))
    with pytest.raises(Conflict, match="was approved by Bea meanwhile"):
        submit(credit)


def test_a_rejected_credit_says_why_and_becomes_a_draft_again(customer: Customer) -> None:
    credit = submit(write(customer))
    rejected = change(credit, lambda fresh: services.reject(fresh, reason="Too much", by="Bea"))
    assert (rejected.state, rejected.refusal) == (Credit.State.REJECTED, "Too much")

    again = change(credit, lambda fresh: services.move(fresh, Credit.State.DRAFT))

    assert (again.state, again.refusal, again.decided_by) == (Credit.State.DRAFT, "", "")


def test_a_voided_credit_leaves_nothing_open(customer: Customer) -> None:
    void(approve(submit(write(customer))))

    assert balances() == [0]
    assert Entry.objects.filter(kind=Entry.Kind.VOID).count() == 1


def test_a_credit_of_which_something_was_used_is_not_voided(invoice: Invoice) -> None:
    credit = approve(submit(write(invoice.customer)))
    assert credit.item
    apply(credit.item, invoice, 1)

    with pytest.raises(Refusal, match="Take that back first"):
        void(credit)
    assert balances() == [-2_999, 9_999]


def test_a_credit_that_a_payment_counts_on_is_not_voided(customer: Customer) -> None:
    credit = approve(submit(write(customer)))
    with pytest.raises(Refusal, match="A payment that is under way"):
        void(credit, held=1)


def test_what_somebody_else_changed_is_not_overwritten(customer: Customer) -> None:
    credit = write(customer)
    draft = CreditDraft(customer_id=customer.pk, amount=usd(5), given_on=A_DAY, reason="Late")
    seen = services.mark(credit)
    change(credit, lambda fresh: services.change(fresh, draft, seen=seen))

    with pytest.raises(Conflict, match="Somebody else has changed"):
        change(credit, lambda fresh: services.change(fresh, draft, seen=seen))


def test_a_number_that_an_import_took_is_passed_over(customer: Customer) -> None:
    first = write(customer)
    following = f"CR-{int(first.number.removeprefix('CR-')) + 1}"
    write(customer, number=following)

    assert write(customer).number == f"CR-{int(first.number.removeprefix('CR-')) + 2}"
    with pytest.raises(Conflict, match="already"):
        write(customer, number=following)


def test_an_amount_in_a_currency_that_the_customer_left_is_a_conflict(customer: Customer) -> None:
    Customer.objects.update(currency="EUR")
    with pytest.raises(Conflict, match="is kept in EUR by now"):
        write(customer)


def test_the_database_lets_no_credit_skip_its_approval(customer: Customer) -> None:
    write(customer)
    with pytest.raises(IntegrityError, match="draft cannot become approved"):
        sql("UPDATE credits_credit SET state = 'approved'")


def test_an_applied_credit_lowers_both_sides(invoice: Invoice) -> None:
    apply(make_credit(invoice.customer, 4_000), invoice, 3_000)

    assert balances() == [-1_000, 7_000]


@pytest.mark.parametrize("minor", [0, -1])
def test_no_less_than_something_is_applied(invoice: Invoice, minor: int) -> None:
    with pytest.raises(Refusal, match="above zero"):
        apply(make_credit(invoice.customer, 4_000), invoice, minor)


def test_no_more_than_a_credit_has(invoice: Invoice) -> None:
    credit = make_credit(invoice.customer, 4_000)
    with pytest.raises(Exceeded, match=r"CR-\w+ has only \$40.00 open now"):
        apply(credit, invoice, 4_001)
    assert balances() == [-4_000, 10_000]


def test_no_more_than_the_invoice_owes(invoice: Invoice) -> None:
    with pytest.raises(Exceeded, match=r"INV-\d+ has only \$100.00 open now"):
        apply(make_credit(invoice.customer, 20_000), invoice, 10_001)


def test_a_credit_in_the_customers_former_currency_does_not_pay_this_invoice(invoice: Invoice) -> None:
    customer = invoice.customer
    customer.currency = "EUR"
    customer.save()

    with pytest.raises(Refusal, match="same customer and currency"):
        apply(make_credit(customer, 4_000), invoice, 100)


def test_a_credit_pays_no_other_customers_invoice(owner: User, invoice: Invoice) -> None:
    with pytest.raises(Refusal, match="same customer"):
        apply(make_credit(make_customer(owner.company), 100), invoice, 100)


def test_another_companys_credit_is_as_unknown_as_none(owner: User, invoice: Invoice) -> None:
    stranger = make_user(make_company(slug="elsewhere"), Role.ADMIN)
    theirs = make_credit(make_customer(stranger.company), 100)

    for credit in (theirs, Item(pk=uuid4())):
        with pytest.raises(Refusal, match="same customer"):
            apply(credit, invoice, 100)


def test_another_company_cannot_apply_our_credit_to_our_invoice(invoice: Invoice) -> None:
    credit = make_credit(invoice.customer, 100)

    with pytest.raises(Refusal, match="same customer"):
        apply(credit, invoice, 100, company=make_company(slug="elsewhere"))


def test_an_invoice_cannot_pay_another_nor_a_credit_a_credit(owner: User, invoice: Invoice) -> None:
    other = make_invoice(owner, customer=invoice.customer)
    credit = make_credit(invoice.customer, 100)

    with pytest.raises(Refusal, match="can only be applied to an invoice"):
        apply(other.item, invoice, 100)
    with transaction.atomic(), pytest.raises(Refusal, match="can only be applied to an invoice"):
        services.apply(owner.company, credit=credit.pk, amounts={credit.pk: 100}, key="k", by="a test")


def test_a_credit_that_is_used_up_pays_nothing_more(invoice: Invoice) -> None:
    pay_by_credit(invoice, 2_500)

    with pytest.raises(Exceeded, match=r"only \$0.00"):
        apply(Item.objects.get(kind=Item.Kind.CREDIT), invoice, 1)
    assert balances() == [0, 7_500]
