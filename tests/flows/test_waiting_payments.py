"""A session that is complete while payer or bank has yet to act: reserved, in progress, never open again."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from django.test import Client

from factories import make_invoice, make_link
from factories.attempts import report
from factories.ledger import usd
from factories.payments import click_pay
from florin.contracts.processor import Outcome
from florin.domain.activity.models import Activity
from florin.domain.attempts import bill
from florin.domain.attempts.bill import BillState
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.payments import queries
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.edges.gateways.stripe import reading, states
from florin.flows import deliver_outbox, settle_payment, start_checkout
from florin.flows.start_checkout import NotPayable
from testing.bank import Bank
from testing.races import at_once

State = Attempt.State
NEEDS_DEPOSITS = "000900000040"
REFUSED = "000900000041"


def settled(attempt: Attempt) -> Attempt:
    settle_payment.settle(attempt.pk)
    attempt.refresh_from_db()
    return attempt


def waiting(bank: Bank, link: Link, account: str = NEEDS_DEPOSITS) -> Attempt:
    """A payer has named a bank account that is still to be confirmed."""
    attempt = click_pay(link, Method.ACH)
    bank.debit(attempt, account)
    return settled(attempt)


def verify(bank: Bank, attempt: Attempt, outcome: str = "verified") -> Attempt:
    """The payer names the deposits, or never does; and we ask."""
    reference = registry.get("stripe", attempt.account).look_up(attempt.reference).payment
    bank.order(f"payment_intents/{reference}/verify", outcome=outcome)
    return settled(attempt)


def page(path: str) -> str:
    return Client(headers={"host": "127.0.0.1"}).get(path).text


def subjects(bank: Bank) -> list[str]:
    """What the new mails are about, without the customer's name."""
    deliver_outbox.deliver()
    name = Link.objects.get().customer.name
    return sorted(mail["subject"].replace(name, "the customer") for mail in bank.mails())


def test_a_debit_that_waits_for_its_payer_reserves_the_debt(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    other = make_link(owner, invoice)
    attempt = waiting(bank, make_link(owner, invoice))

    assert (attempt.state, attempt.awaits_payer) == (State.PENDING, True)
    assert bill.draw_up(other).state == BillState.IN_PROGRESS
    with pytest.raises(NotPayable):
        start_checkout.start(links.token_of(other.pk), seen=invoice.money, nonce="a-nonce-of-the-tests")


def test_its_session_is_never_open_again_though_others_want_it_ended(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner), Method.ACH)
    bank.debit(attempt, NEEDS_DEPOSITS)
    settle_payment.expire_competing([attempt.debts.get().item_id])

    attempt.refresh_from_db()
    assert attempt.state == State.PENDING
    assert attempt.debts.get().reserved == 10_000


def test_payer_and_company_are_told_what_is_waited_for_and_again_when_it_is_debited(
    owner: User, bank: Bank
) -> None:
    link = make_link(owner)
    deliver_outbox.deliver()
    bank.forget_mails()
    attempt = waiting(bank, link)
    assert subjects(bank) == [
        "Confirm your bank account to pay $100.00 to Bloom & Co Wholesale",
        "the customer has to confirm a bank account to pay $100.00",
    ]

    bank.forget_mails()
    verify(bank, attempt)
    settled(attempt)
    assert not attempt.awaits_payer
    assert subjects(bank) == [
        "Payment initiated: $100.00 to Bloom & Co Wholesale",
        "the customer is paying $100.00 by bank account",
    ]


def test_the_payers_page_and_the_bill_say_what_is_waited_for(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    link, other = make_link(owner, invoice), make_link(owner, invoice, to=("colleague@shop.example",))
    attempt = waiting(bank, link)

    assert "Confirm your bank account" in page(f"/pay/{links.token_of(link.pk)}/result/{attempt.pk}")
    shown = page(f"/pay/{links.token_of(other.pk)}")
    assert "still has to confirm the account" in shown
    assert "payer@shop.example" not in shown


def test_staff_see_what_is_waited_for(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    waiting(bank, make_link(owner, invoice))
    client = Client()
    client.force_login(owner)

    listed = client.get("/office/payments/").text
    assert "Waiting for the payer" in listed
    assert "to confirm small deposits to the account" in listed
    order = client.get(f"/office/orders/{invoice.order_id}/").text
    assert "is waiting for the payer to confirm small deposits" in order
    assert "Payment in progress" in order


def test_a_confirmed_account_is_debited_and_pays(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    attempt = verify(bank, waiting(bank, make_link(owner, invoice)))
    assert attempt.state == State.PENDING

    bank.let_days_pass(5)
    assert settled(attempt).state == State.SETTLED
    assert Item.objects.get(pk=invoice.item_id).balance == 0
    assert Payment.objects.get().fee == 100


def test_a_confirmed_account_may_still_not_pay_and_costs_the_fee_then(owner: User, bank: Bank) -> None:
    Company.objects.update(nsf_fee=2_500)
    attempt = verify(bank, waiting(bank, make_link(owner), REFUSED))
    bank.let_days_pass(5)

    assert (settled(attempt).state, attempt.failure) == (State.FAILED, "R01")
    assert Invoice.objects.filter(total=2_500).count() == 1


@pytest.mark.parametrize("outcome", ["failed", "expired"])
def test_an_account_that_is_never_confirmed_frees_the_debt_and_costs_nothing(
    owner: User, bank: Bank, outcome: str
) -> None:
    Company.objects.update(nsf_fee=2_500)
    link = make_link(owner)
    attempt = waiting(bank, link)
    deliver_outbox.deliver()
    bank.forget_mails()
    verify(bank, attempt, outcome)

    assert (attempt.state, attempt.failure) == (State.FAILED, "UNVERIFIED")
    assert bill.draw_up(link).state == BillState.PAYABLE
    assert Invoice.objects.count() == 1
    assert subjects(bank) == [
        "The bank payment of $100.00 by the customer failed",
        "Your payment of $100.00 to Bloom & Co Wholesale was not made",
    ]
    assert all("was not confirmed, so nothing was debited" in mail["text"] for mail in bank.mails())
    assert "Nothing was charged" in page(f"/pay/{links.token_of(link.pk)}/result/{attempt.pk}")


def test_ten_days_without_the_payer_end_it(owner: User, bank: Bank) -> None:
    attempt = waiting(bank, make_link(owner))
    bank.let_days_pass(9.9)
    assert settled(attempt).state == State.PENDING

    bank.let_days_pass(0.2)
    assert settled(attempt).state == State.FAILED


def test_a_debit_called_off_while_it_waits_says_that_nothing_was_charged(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    attempt = waiting(bank, link)
    gateway = registry.get("stripe", attempt.account)
    gateway.void(attempt.reference, key="a-key", payment=gateway.look_up(attempt.reference).payment)

    assert settled(attempt).state == State.CANCELLED
    assert bill.draw_up(link).state == BillState.PAYABLE
    assert Message.objects.filter(kind=Message.Kind.NOT_CHARGED).count() == 1


def test_a_payer_who_takes_ten_days_is_no_bank_that_is_silent(owner: User, bank: Bank) -> None:
    waiting(bank, make_link(owner))
    Attempt.objects.update(started_at="2026-01-01T00:00Z")
    assert not queries.silent(owner.company_id).exists()

    Attempt.objects.update(awaits_payer=False)
    assert queries.silent(owner.company_id).exists()


def open_and_pay(link: Link, nonce: str, bank: Bank) -> Attempt:
    """Open a session, name an account that must be confirmed, and let us hear of it."""
    attempt = start_checkout.start(
        links.token_of(link.pk), seen=bill.draw_up(link).payable, nonce=nonce, method=Method.ACH
    )
    made = Attempt.objects.get(link=link, nonce=nonce)
    assert attempt
    bank.debit(made, NEEDS_DEPOSITS)
    return settled(made)


def intent_event(session: str, intent: str, **more: Any) -> Mapping[str, Any]:
    about = {"id": "pi_1", "status": intent, "amount": 100, "currency": "usd", **more}
    return {"id": "cs_1", "status": session, "payment_intent": about}


@pytest.mark.parametrize(
    ("intent", "awaits_payer"),
    [
        ("requires_action", True),
        ("requires_confirmation", True),
        ("processing", False),
        ("a_status_of_tomorrow", False),
    ],
)
def test_a_complete_session_whose_intent_waits_is_pending(intent: str, awaits_payer: bool) -> None:  # noqa: FBT001 - a table
    read = reading.report(intent_event("complete", intent))

    assert (read.outcome, read.awaits_payer, read.amount) == (Outcome.PENDING, awaits_payer, usd(100))


@pytest.mark.parametrize(
    ("session", "intent", "outcome"),
    [
        ("open", "requires_action", Outcome.OPEN),
        ("open", "requires_payment_method", Outcome.OPEN),
        ("expired", "requires_action", Outcome.EXPIRED),
        ("complete", "requires_payment_method", Outcome.FAILED),
        ("complete", "canceled", Outcome.CANCELLED),
    ],
)
def test_what_is_not_complete_or_has_ended_is_not_pending(
    session: str, intent: str, outcome: Outcome
) -> None:
    assert reading.report(intent_event(session, intent)).outcome == outcome


def test_a_card_that_waited_is_captured_for_what_is_still_owed(owner: User, bank: Bank) -> None:
    """Its session was complete before the money was held; then it goes on like any card."""
    attempt = click_pay(make_link(owner))
    report(attempt, Outcome.PENDING, usd(10_000))
    attempt.refresh_from_db()
    assert (attempt.state, attempt.debts.get().reserved) == (State.PENDING, 10_000)
    assert not Message.objects.filter(kind=Message.Kind.PAYMENT_INITIATED).exists()

    bank.pay(attempt)
    assert settled(attempt).state == State.SETTLED
    assert Payment.objects.get().amount == 10_000
    assert Activity.objects.filter(kind=Activity.Kind.PAYMENT_RECEIVED).count() == 1


def pay_at_once(owner: User, bank: Bank) -> list[str]:
    """Two payers of one invoice name accounts that must be confirmed; the states that come of it."""
    invoice = make_invoice(owner)
    first, second = make_link(owner, invoice), make_link(owner, invoice)
    open_and_pay(first, "a-nonce-of-the-first-payer", bank)
    answers = at_once(
        *[
            partial(
                start_checkout.start, links.token_of(second.pk), seen=invoice.money, nonce=f"nonce-{n}" * 3
            )
            for n in range(3)
        ]
    )
    return [type(answer).__name__ for answer in answers]


def test_while_one_payer_has_yet_to_confirm_nobody_else_can_pay(owner: User, bank: Bank) -> None:
    assert pay_at_once(owner, bank) == ["NotPayable"] * 3
    assert Attempt.objects.count() == 1


def test_control_a_session_that_is_read_as_open_lets_others_pay(
    owner: User, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If this fails, the test above proves nothing."""
    read = states.attempt
    monkeypatch.setattr(
        states,
        "attempt",
        lambda session, intent: Outcome.OPEN if intent == "requires_action" else read(session, intent),
    )
    assert "NotPayable" not in pay_at_once(owner, bank)
