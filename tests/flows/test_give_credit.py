"""Credits from draft to use: who decides, what is told, what a payer sees at once, and what ends by it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from checkout.pages import address, statement_link
from factories import make_customer, make_invoice, make_link, make_user
from factories.attempts import open_attempt, report_card_payment
from factories.credits import make_credit
from factories.payments import click_pay
from florin.contracts.processor import Outcome
from florin.domain.activity.models import Activity
from florin.domain.attempts import bill
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.credits.models import Credit
from florin.domain.credits.services import CreditDraft, Exceeded
from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Application, Entry, Item
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import apply_credit, give_credit, settle_payment
from florin.kernel.errors import Conflict, Forbidden, NotFound, Refusal
from florin.kernel.money import Money
from testing.bank import Bank

Kind = Activity.Kind


def write(
    owner: User, customer: Customer | None = None, amount: str = "30.00", submission: str = ""
) -> Credit:
    buyer = customer or make_customer(owner.company)
    draft = CreditDraft(
        customer_id=buyer.pk,
        amount=Money.parse(amount, buyer.currency),
        given_on=date(2026, 2, 1),
        reason="Wilted",
    )
    return give_credit.create(owner.company, draft, by=owner, submission=submission)


def approved(owner: User, customer: Customer | None = None, amount: str = "30.00") -> Credit:
    credit = write(owner, customer, amount)
    give_credit.submit(owner.company, credit.pk, by=owner)
    return give_credit.approve(owner.company, credit.pk, by=owner)


def item_of(credit: Credit) -> Item:
    assert credit.item
    return credit.item


def apply(owner: User, credit: Item, *parts: tuple[Item, int], submission: str = "") -> int:
    amounts = {item.pk: minor for item, minor in parts}
    return len(
        apply_credit.apply(owner.company, credit.pk, amounts, submission=submission or uuid4().hex, by=owner)
    )


def unapply(owner: User, credit: Item, invoice: Item, submission: str = "") -> Any:
    return apply_credit.unapply(
        owner.company,
        credit.pk,
        invoice.pk,
        reason="Wrong one",
        submission=submission or uuid4().hex,
        by=owner,
    )


def balance(item: Item) -> int:
    return Item.objects.get(pk=item.pk).balance


def timeline_of(subject: UUID) -> list[str]:
    """What the timeline of one object tells, the first first."""
    return list(
        Activity.objects.filter(subjects__contains=[subject]).order_by("pk").values_list("kind", flat=True)
    )


def test_a_press_of_save_writes_one_credit(owner: User) -> None:
    customer = make_customer(owner.company)
    first, second = (write(owner, customer, submission="p") for _ in range(2))

    assert first.pk == second.pk
    assert timeline_of(customer.pk) == [Kind.CREDIT_CREATED]


def test_each_step_is_told_once_however_often_it_is_pressed(owner: User) -> None:
    credit = write(owner)
    for step in (give_credit.submit, give_credit.submit, give_credit.approve, give_credit.approve):
        step(owner.company, credit.pk, by=owner)

    assert timeline_of(credit.pk) == [Kind.CREDIT_CREATED, Kind.CREDIT_SUBMITTED, Kind.CREDIT_APPROVED]
    assert Entry.objects.filter(kind=Entry.Kind.CREDIT).count() == 1


def test_who_decides_second_reads_what_the_first_one_decided(owner: User) -> None:
    manager = make_user(owner.company, Role.SALES_MANAGER)
    credit = write(owner)
    give_credit.submit(owner.company, credit.pk, by=owner)
    give_credit.approve(owner.company, credit.pk, by=manager)

    with pytest.raises(Conflict, match="was approved by Sales-Manager Person meanwhile"):
        give_credit.reject(owner.company, credit.pk, reason="Too much", by=owner)


def test_only_who_may_approve_takes_an_approved_credit_back(owner: User, colleague: User) -> None:
    credit = approved(owner)
    with pytest.raises(Forbidden):
        give_credit.void(owner.company, credit.pk, reason="Twice", by=colleague)

    give_credit.void(owner.company, credit.pk, reason="Twice", by=owner)

    assert balance(item_of(credit)) == 0


def test_a_stranger_finds_no_credit_of_ours(owner: User, stranger: User) -> None:
    credit, invoice = approved(owner), make_invoice(owner)
    with pytest.raises(NotFound):
        give_credit.approve(stranger.company, credit.pk, by=stranger)
    with pytest.raises(NotFound):
        apply(stranger, item_of(credit), (invoice.item, 1))


def test_a_credit_pays_several_invoices_and_each_timeline_says_so(owner: User) -> None:
    customer = make_customer(owner.company)
    credit = approved(owner, customer, "150.00")
    one, two = (make_invoice(owner, customer=customer) for _ in range(2))

    assert apply(owner, item_of(credit), (one.item, 10_000), (two.item, 5_000)) == 2

    assert (balance(one.item), balance(two.item), balance(item_of(credit))) == (0, 5_000, 0)
    assert (
        timeline_of(two.pk)[-1]
        == timeline_of(two.order_id)[-1]
        == timeline_of(credit.pk)[-1]
        == Kind.CREDIT_APPLIED
    )


def test_a_double_click_applies_once_and_takes_back_once(owner: User) -> None:
    customer = make_customer(owner.company)
    credit, invoice = item_of(approved(owner, customer)), make_invoice(owner, customer=customer).item
    assert [apply(owner, credit, (invoice, 1_000), submission="p") for _ in range(2)] == [1, 0]
    assert balance(credit) == -2_000

    taken = [unapply(owner, credit, invoice, submission="q") for _ in range(2)]

    assert (taken[0].amount, taken[1]) == (1_000, None)
    assert (balance(credit), balance(invoice)) == (-3_000, 10_000)


def test_one_wrong_amount_leaves_all_as_it_was(owner: User) -> None:
    customer = make_customer(owner.company)
    credit = item_of(approved(owner, customer))
    one, two = (make_invoice(owner, "10.00", customer=customer).item for _ in range(2))

    with pytest.raises(Exceeded, match=f"{two.number} has only"):
        apply(owner, credit, (one, 1_000), (two, 1_001))
    assert (balance(one), balance(credit)) == (1_000, -3_000)


def test_what_is_not_applied_cannot_be_taken_back(owner: User) -> None:
    customer = make_customer(owner.company)
    with pytest.raises(Conflict, match="Nothing of CR-"):
        unapply(owner, item_of(approved(owner, customer)), make_invoice(owner, customer=customer).item)


def test_a_payment_under_way_keeps_the_credit_that_it_counts_on(owner: User) -> None:
    customer = make_customer(owner.company)
    credit = approved(owner, customer)
    paying, other = (make_invoice(owner, customer=customer) for _ in range(2))
    report_card_payment(open_attempt(make_link(owner, paying)), Outcome.PENDING)

    with pytest.raises(Exceeded, match=r"CR-\d+ has only \$0.00 open now"):
        apply(owner, item_of(credit), (other.item, 1))
    with pytest.raises(Refusal, match="A payment that is under way counts on"):
        give_credit.void(owner.company, credit.pk, reason="Twice", by=owner)


def test_an_overpayment_is_applied_like_a_credit(owner: User) -> None:
    customer = make_customer(owner.company)
    paid, other = (make_invoice(owner, customer=customer) for _ in range(2))
    attempts = [open_attempt(make_link(owner, paid), nonce=uuid4().hex) for _ in range(2)]
    for attempt in attempts:
        report_card_payment(attempt, Outcome.SETTLED)
    excess = Item.objects.get(kind=Item.Kind.OVERPAYMENT)

    apply(owner, excess, (other.item, 4_000))

    assert (balance(excess), balance(other.item)) == (-6_000, 6_000)
    assert Kind.CREDIT_APPLIED in timeline_of(excess.pk)


def test_what_a_payment_applied_can_be_taken_back_by_hand(owner: User) -> None:
    customer = make_customer(owner.company)
    credit, invoice = item_of(approved(owner, customer)), make_invoice(owner, customer=customer)
    report_card_payment(open_attempt(make_link(owner, invoice)), Outcome.SETTLED)
    assert balance(invoice.item) == balance(credit) == 0

    unapply(owner, credit, invoice.item)

    assert (balance(invoice.item), balance(credit)) == (3_000, -3_000)
    assert sum(Application.objects.values_list("amount", flat=True)) == 0


def test_the_payers_page_and_a_statement_show_the_new_balance_at_once(owner: User) -> None:
    """R12, with credits left to the staff: only what they applied counts."""
    Company.objects.update(use_open_credits=False)
    owner.company.refresh_from_db()
    customer = make_customer(owner.company)
    invoice, payer = make_invoice(owner, customer=customer), Client()
    mailed, statement = make_link(owner, invoice), statement_link(customer, owner)
    credit = item_of(approved(owner, customer))
    assert "Pay $100.00" in payer.get(address(mailed)).text

    apply(owner, credit, (invoice.item, 3_000))
    for link in (mailed, statement):
        assert "Pay $70.00" in payer.get(address(link)).text

    unapply(owner, credit, invoice.item)
    for link in (mailed, statement):
        assert "Pay $100.00" in payer.get(address(link)).text


def test_an_approved_credit_is_deducted_at_once(owner: User) -> None:
    link = make_link(owner)
    approved(owner, link.customer)

    assert "Pay $70.00" in Client().get(address(link)).text


def test_a_checkout_opened_for_the_old_balance_ends_at_the_processor(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    credit, invoice = make_credit(customer, "30.00"), make_invoice(owner, customer=customer)
    attempt = click_pay(make_link(owner, invoice))

    apply(owner, credit, (invoice.item, 3_000))
    settle_payment.expire_competing([invoice.item_id])

    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.EXPIRED
    assert bill.draw_up(attempt.link).payable == Money(7_000, "USD")
