"""Whatever changes what a payer agreed to pay ends the session in which they would have paid it (R12)."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from factories import make_credit, make_customer, make_draft, make_invoice, make_link, press_pay
from factories.clearing_account import own_account
from factories.domain import usd
from factories.import_files import row, take, write
from factories.payments import paid_by_bank, paid_by_card
from florin.contracts.processor import Outcome
from florin.domain.companies import services as companies
from florin.domain.companies.models import Company
from florin.domain.companies.services import Switches
from florin.domain.credits.services import CreditDraft
from florin.domain.customers import services as customers
from florin.domain.customers.models import Customer
from florin.domain.customers.services import CustomerDraft
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.links.models import Link
from florin.domain.orders.models import Order
from florin.domain.payments.models import Attempt, Method, Payment
from florin.domain.payments.receiving import Receiving, Share
from florin.domain.refunds.models import Refund
from florin.domain.refunds.services import Wish
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.flows import (
    apply_credit,
    change_settings,
    follow_payment,
    give_credit,
    onboard_account,
    receive_payment,
    refund_payment,
    resolve_overpayment,
    return_payment,
    revoke_link,
    save_customer,
    settle_payment,
    undo_payment,
    write_order,
)
from florin.flows.return_payment import Marking
from florin.kernel import clock
from florin.runtime import worker
from testing.bank import Bank

Change = Callable[[], object]
State = Attempt.State
UNPAID_ACCOUNT = "000222222227"
FAILING_REFUND_CARD = "4000000000005126"


@dataclass(frozen=True)
class World:
    """A customer who owes 100.00 on an invoice that is out with a link, and whatever befalls them."""

    owner: User
    bank: Bank
    customer: Customer
    invoice: Invoice
    link: Link

    @property
    def company(self) -> Company:
        return self.owner.company

    def another(self) -> Invoice:
        """Another invoice of 100.00 of the same customer, due later."""
        return make_invoice(self.owner, customer=self.customer)

    def receive(self, minor: int, *invoices: Invoice, method: Method = Method.CASH) -> Payment:
        """Money at the counter, for these invoices, each in full as far as it goes."""
        shares, left = [], minor
        for invoice in invoices:
            shares.append(Share(invoice.item_id, min(left, 10_000)))
            left -= min(left, 10_000)
        order = Receiving(method=method, amount=usd(minor), on=clock.today("UTC"), shares=shares)
        return receive_payment.receive(self.company, self.customer.pk, order, by=self.owner)

    def refund(self, payment: Payment, item: Item, minor: int) -> Refund:
        wish = Wish(amounts={item.pk: minor}, reason="Wilted", press=uuid4().hex)
        return refund_payment.refund(self.company, payment.pk, wish, by=self.owner)

    def excess_of(self, payment: Payment) -> Item:
        return Item.objects.get(number=payment.number, company=self.company)


@pytest.fixture
def world(owner: User, bank: Bank) -> World:
    customer = make_customer(owner.company)
    invoice = make_invoice(owner, customer=customer)
    return World(owner, bank, customer, invoice, make_link(owner, invoice))


def run_jobs() -> None:
    """Carry out what was asked for, as the worker does, and nothing of its rounds."""
    tasks = worker.build().tasks
    for job in ProcrastinateJob.objects.filter(task_name="expire_sessions").order_by("pk"):
        tasks[job.task_name].func(**job.args)


def at_the_bank(attempt: Attempt) -> Outcome:
    return registry.get(attempt.gateway, attempt.account).look_up(attempt.reference).outcome


def ends(session: Attempt, change: Change) -> bool:
    """Whether a change ends a session that is open, at the bank too, once the jobs have been carried out."""
    ProcrastinateJob.objects.all().delete()
    session.refresh_from_db()
    assert (session.state, at_the_bank(session)) == (State.OPENED, Outcome.OPEN)
    change()
    run_jobs()
    session.refresh_from_db()
    return (session.state, at_the_bank(session)) == (State.EXPIRED, Outcome.EXPIRED)


# What happens before the session is opened, and what is returned happens while it is open.


def a_part_is_received(world: World) -> Change:
    return lambda: world.receive(4_000, world.invoice)


def a_pre_payment_is_received(world: World) -> Change:
    return lambda: world.receive(6_000)


def more_than_is_owed_is_received(world: World) -> Change:
    other = world.another()
    return lambda: world.receive(16_000, other)


def a_payment_is_undone(world: World) -> Change:
    payment = world.receive(4_000, world.invoice)
    return lambda: undo_payment.undo(world.company, payment.pk, reason="Typo", by=world.owner)


def a_payment_is_taken_from_it(world: World) -> Change:
    return _unapply(world, world.receive(4_000, world.invoice), world.invoice)


def a_payment_is_taken_from_another_invoice(world: World) -> Change:
    other = world.another()
    return _unapply(world, world.receive(4_000, other), other)


def _unapply(world: World, payment: Payment, invoice: Invoice) -> Change:
    return lambda: undo_payment.unapply(
        world.company, payment.pk, item=invoice.item_id, reason="Wrong", press="p", by=world.owner
    )


def it_is_refunded(world: World) -> Change:
    payment = paid_by_card(world.owner, world.bank, world.invoice)
    world.refund(payment, world.invoice.item, 6_000)
    return lambda: world.refund(payment, world.invoice.item, 1_000)


def it_is_refunded_at_the_processors_dashboard(world: World) -> Change:
    payment = paid_by_card(world.owner, world.bank, world.invoice)
    world.refund(payment, world.invoice.item, 6_000)

    def change() -> None:
        world.bank.order(f"payment_intents/{payment.reference}/refund", amount=1_000)
        follow_payment.follow(payment.pk)

    return change


def a_refund_takes_money_from_where_it_was_applied(world: World) -> Change:
    other, third = world.another(), world.another()
    payment = paid_by_card(world.owner, world.bank, other)
    _unapply(world, payment, other)()
    _apply(world, world.excess_of(payment), world.invoice, 3_000)
    _apply(world, world.excess_of(payment), third, 7_000)

    def change() -> None:
        world.bank.order(f"payment_intents/{payment.reference}/refund", amount=9_000)
        follow_payment.follow(payment.pk)

    return change


def a_refund_fails(world: World) -> Change:
    payment = _paid(world, world.invoice, FAILING_REFUND_CARD)
    world.refund(payment, world.invoice.item, 6_000)
    return lambda: _let_the_refund_fail(world, payment)


def the_refund_of_an_overpayment_fails(world: World) -> Change:
    other = world.another()
    payment = _paid(world, other, FAILING_REFUND_CARD)
    _unapply(world, payment, other)()
    world.refund(payment, world.excess_of(payment), 10_000)
    return lambda: _let_the_refund_fail(world, payment)


def a_refund_that_fails_finds_its_invoice_paid(world: World) -> Change:
    other = world.another()
    payment = _paid(world, other, FAILING_REFUND_CARD)
    world.refund(payment, other.item, 6_000)
    world.receive(6_000, other)
    return lambda: _let_the_refund_fail(world, payment)


def _paid(world: World, invoice: Invoice, card: str) -> Payment:
    attempt = press_pay(make_link(world.owner, invoice))
    world.bank.pay(attempt, card)
    settle_payment.settle(attempt.pk)
    return Payment.objects.get(attempt=attempt)


def _let_the_refund_fail(world: World, payment: Payment) -> None:
    made = Refund.objects.get(payment=payment)
    world.bank.order(f"refunds/{made.reference}/fail")
    follow_payment.follow(payment.pk)


def a_check_bounces(world: World) -> Change:
    payment = world.receive(4_000, world.invoice, method=Method.CHECK)
    marking = Marking(code="R01", note="")
    return lambda: return_payment.mark(world.company, payment.pk, marking, by=world.owner)


def a_debit_comes_back_that_had_used_a_credit(world: World) -> Change:
    payment = paid_by_bank(world.owner, world.bank, _with_credit(world))

    def change() -> None:
        world.bank.order(f"payment_intents/{payment.reference}/return", code="R01")
        follow_payment.follow(payment.pk)

    return change


def a_dispute_is_lost_about_a_payment_that_had_used_a_credit(world: World) -> Change:
    payment = paid_by_card(world.owner, world.bank, _with_credit(world))

    def change() -> None:
        world.bank.order(f"payment_intents/{payment.reference}/dispute")
        follow_payment.follow(payment.pk)
        [dispute] = registry.get(payment.gateway, payment.account).payment_events(payment.reference).disputes
        world.bank.order(f"disputes/{dispute.reference}/close", status="lost")
        follow_payment.follow(payment.pk)

    return change


def _with_credit(world: World) -> Invoice:
    """Another invoice, which a credit is meant for because it is due first."""
    make_credit(world.owner, world.customer, "30.00")
    invoice = world.another()
    Item.objects.filter(pk=invoice.item_id).update(due_on="2026-01-31")
    return invoice


def it_is_paid_through_another_session(world: World) -> Change:
    rival = press_pay(make_link(world.owner, world.invoice))
    world.bank.pay(rival)
    return lambda: settle_payment.settle(rival.pk)


def a_bank_pays_what_is_not_owed_any_more(world: World) -> Change:
    other = world.another()
    rival = press_pay(make_link(world.owner, other), Method.ACH)
    world.bank.debit(rival)
    world.receive(10_000, other)
    settle_payment.settle(rival.pk)
    world.bank.let_days_pass(5)
    return lambda: settle_payment.settle(rival.pk)


def a_debit_of_it_gets_under_way(world: World) -> Change:
    rival = press_pay(make_link(world.owner, world.invoice), Method.ACH)
    world.bank.debit(rival)
    return lambda: settle_payment.settle(rival.pk)


def a_debit_fails_that_held_a_credit(world: World) -> Change:
    rival = press_pay(make_link(world.owner, _with_credit(world)), Method.ACH)
    world.bank.debit(rival, UNPAID_ACCOUNT)
    settle_payment.settle(rival.pk)
    world.bank.let_days_pass(5)
    return lambda: settle_payment.settle(rival.pk)


def a_hold_is_released_that_had_a_credit(world: World) -> Change:
    rival = press_pay(make_link(world.owner, _with_credit(world)))
    world.bank.pay(rival)
    world.bank.break_down("intent.capture", "500_before", times=5)
    settle_payment.settle(rival.pk)

    def change() -> None:
        registry.get(rival.gateway, rival.account).void(rival.reference, key="from the dashboard")
        settle_payment.settle(rival.pk)

    return change


def its_order_is_changed(world: World) -> Change:
    order = Order.objects.get(pk=world.invoice.order_id)
    draft = make_draft(world.customer, "60.00")
    return lambda: write_order.change(world.company, order.pk, draft, version=order.version, by=world.owner)


def its_order_is_voided(world: World) -> Change:
    return lambda: write_order.void(world.company, world.invoice.order_id, by=world.owner)


def an_invoice_is_due_before_what_a_credit_was_meant_for(world: World) -> Change:
    make_credit(world.owner, world.customer, "30.00")

    def change() -> None:
        Customer.objects.filter(pk=world.customer.pk).update(terms_days=0)
        make_invoice(world.owner, customer=Customer.objects.get(pk=world.customer.pk))

    return change


def a_credit_is_approved(world: World) -> Change:
    credit = _written(world)
    return lambda: give_credit.approve(world.company, credit, by=world.owner)


def a_credit_is_voided(world: World) -> Change:
    credit = _written(world)
    give_credit.approve(world.company, credit, by=world.owner)
    return lambda: give_credit.void(world.company, credit, reason="Typo", by=world.owner)


def _written(world: World) -> UUID:
    draft = CreditDraft(
        customer_id=world.customer.pk, amount=usd(3_000), given_on=date(2026, 2, 1), reason="Wilted"
    )
    credit = give_credit.create(world.company, draft, by=world.owner)
    give_credit.submit(world.company, credit.pk, by=world.owner)
    return credit.pk


def a_credit_is_imported(world: World) -> Change:
    def change() -> None:
        with TemporaryDirectory() as folder:
            paper = row("C7", quantity="-3", customer=f"{world.customer.number}.0")
            take(write(Path(folder), paper), world.company, Path(folder))

    return change


def a_credit_is_applied_to_it(world: World) -> Change:
    credit = make_credit(world.owner, world.customer, "30.00")
    return lambda: _apply(world, credit, world.invoice, 1_000)


def a_credit_is_applied_to_another_invoice(world: World) -> Change:
    credit, other = make_credit(world.owner, world.customer, "30.00"), world.another()
    return lambda: _apply(world, credit, other, 1_000)


def a_credit_is_taken_back_from_another_invoice(world: World) -> Change:
    credit, other = make_credit(world.owner, world.customer, "30.00"), world.another()
    _apply(world, credit, other, 3_000)
    return lambda: apply_credit.unapply(
        world.company, credit.pk, other.item_id, reason="Wrong", press="p", by=world.owner
    )


def _apply(world: World, credit: Item, invoice: Invoice, minor: int) -> None:
    apply_credit.apply(world.company, credit.pk, {invoice.item_id: minor}, press=uuid4().hex, by=world.owner)


def an_overpayment_pays_the_oldest(world: World) -> Change:
    item = world.excess_of(world.receive(3_000))
    return lambda: resolve_overpayment.apply_oldest(world.company, item.pk, press="p", by=world.owner)


def an_overpayment_is_refunded(world: World) -> Change:
    payment = world.receive(3_000)
    return lambda: world.refund(payment, world.excess_of(payment), 1_000)


def open_credits_are_no_longer_deducted(world: World) -> Change:
    make_credit(world.owner, world.customer, "30.00")
    return lambda: _switch(world, use_open_credits=False)


def cards_are_switched_off(world: World) -> Change:
    return lambda: _switch(world, card_enabled=False)


def links_are_switched_off(world: World) -> Change:
    return lambda: _switch(world, links_enabled=False)


def _switch(world: World, **wanted: bool) -> None:
    now = companies.switches_of(world.company)
    positions = {name: getattr(now, name) for name in now.told()}
    change_settings.change(world.company, Switches(**{**positions, **wanted}), seen=now.mark, by=world.owner)


def links_are_switched_off_for_the_customer(world: World) -> Change:
    said = {field.name: getattr(world.customer, field.name) for field in fields(CustomerDraft)}
    draft = CustomerDraft(**{**said, "links_enabled": False})
    return lambda: save_customer.change(
        world.company,
        world.customer.pk,
        draft,
        seen=customers.mark(world.customer),
        by=world.owner,
    )


def the_link_is_revoked(world: World) -> Change:
    return lambda: revoke_link.revoke(world.company, world.link.pk, by=world.owner)


def the_account_is_suspended(world: World) -> Change:
    return _judged(world, "suspend")


def _judged(world: World, verdict: str) -> Change:
    account = own_account(world.company, world.bank)
    onboard_account.refresh(world.company)

    def change() -> None:
        world.bank.order(f"accounts/{account}", verdict=verdict)
        onboard_account.refresh(world.company)

    return change


@pytest.mark.parametrize(
    "happening",
    [
        a_part_is_received,
        a_pre_payment_is_received,
        more_than_is_owed_is_received,
        a_payment_is_undone,
        a_payment_is_taken_from_it,
        a_payment_is_taken_from_another_invoice,
        it_is_refunded,
        it_is_refunded_at_the_processors_dashboard,
        a_refund_takes_money_from_where_it_was_applied,
        a_refund_fails,
        the_refund_of_an_overpayment_fails,
        a_refund_that_fails_finds_its_invoice_paid,
        a_check_bounces,
        a_debit_comes_back_that_had_used_a_credit,
        a_dispute_is_lost_about_a_payment_that_had_used_a_credit,
        it_is_paid_through_another_session,
        a_bank_pays_what_is_not_owed_any_more,
        a_debit_of_it_gets_under_way,
        a_debit_fails_that_held_a_credit,
        a_hold_is_released_that_had_a_credit,
        its_order_is_changed,
        its_order_is_voided,
        an_invoice_is_due_before_what_a_credit_was_meant_for,
        a_credit_is_approved,
        a_credit_is_voided,
        a_credit_is_imported,
        a_credit_is_applied_to_it,
        a_credit_is_applied_to_another_invoice,
        a_credit_is_taken_back_from_another_invoice,
        an_overpayment_pays_the_oldest,
        an_overpayment_is_refunded,
        open_credits_are_no_longer_deducted,
        cards_are_switched_off,
        links_are_switched_off,
        links_are_switched_off_for_the_customer,
        the_link_is_revoked,
        the_account_is_suspended,
    ],
)
def test_a_session_opened_before_is_ended_when(world: World, happening: Callable[[World], Change]) -> None:
    change = happening(world)

    assert ends(press_pay(world.link), change)


@pytest.mark.parametrize(
    ("verdict", "method"), [("withhold_cards", Method.CARD), ("withhold_debits", Method.ACH)]
)
def test_a_way_to_pay_that_is_no_longer_allowed_ends_its_sessions_and_no_others(
    world: World, verdict: str, method: Method
) -> None:
    withdrawn = _judged(world, verdict)
    sessions = {
        each: press_pay(make_link(world.owner, world.another()), each) for each in (Method.CARD, Method.ACH)
    }

    assert ends(sessions.pop(method), withdrawn)
    assert {at_the_bank(other) for other in sessions.values()} == {Outcome.OPEN}


def test_sessions_of_others_go_on(world: World) -> None:
    theirs = press_pay(make_link(world.owner))

    assert not ends(theirs, a_pre_payment_is_received(world))


def test_where_open_credits_are_not_deducted_a_new_one_ends_nothing(world: World) -> None:
    _switch(world, use_open_credits=False)

    assert not ends(press_pay(world.link), a_pre_payment_is_received(world))


def test_what_a_lost_job_should_have_ended_is_ended_by_the_next_look(world: World) -> None:
    session = press_pay(world.link)
    world.receive(4_000, world.invoice)
    world.bank.break_down("session.expire", "500_before", times=1)

    for _look in range(2):  # the first one is not answered
        settle_payment.settle(session.pk)

    assert at_the_bank(session) == Outcome.EXPIRED


def test_a_look_ends_no_session_that_is_still_right(world: World) -> None:
    session = press_pay(world.link)

    settle_payment.settle(session.pk)

    assert at_the_bank(session) == Outcome.OPEN
