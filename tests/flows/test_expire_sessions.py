"""Whatever changes what a payer agreed to pay ends the session in which they would have paid it (R12)."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from factories import make_customer, make_draft, make_invoice, make_link
from factories.clearing_account import own_account
from factories.credits import make_credit
from factories.import_files import file_line, import_file, write
from factories.ledger import usd
from factories.payments import click_pay, paid_by_bank, paid_by_card
from florin.contracts.processor import Outcome
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
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
from florin.domain.payments.models import Payment
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
class Scene:
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
        wish = Wish(amounts={item.pk: minor}, reason="Wilted", submission=uuid4().hex)
        return refund_payment.refund(self.company, payment.pk, wish, by=self.owner)

    def excess_of(self, payment: Payment) -> Item:
        return Item.objects.get(number=payment.number, company=self.company)


@pytest.fixture
def scene(owner: User, bank: Bank) -> Scene:
    customer = make_customer(owner.company)
    invoice = make_invoice(owner, customer=customer)
    return Scene(owner, bank, customer, invoice, make_link(owner, invoice))


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


def a_part_is_received(scene: Scene) -> Change:
    return lambda: scene.receive(4_000, scene.invoice)


def a_pre_payment_is_received(scene: Scene) -> Change:
    return lambda: scene.receive(6_000)


def more_than_is_owed_is_received(scene: Scene) -> Change:
    other = scene.another()
    return lambda: scene.receive(16_000, other)


def a_payment_is_undone(scene: Scene) -> Change:
    payment = scene.receive(4_000, scene.invoice)
    return lambda: undo_payment.undo(scene.company, payment.pk, reason="Typo", by=scene.owner)


def a_payment_is_taken_from_it(scene: Scene) -> Change:
    return _unapply(scene, scene.receive(4_000, scene.invoice), scene.invoice)


def a_payment_is_taken_from_another_invoice(scene: Scene) -> Change:
    other = scene.another()
    return _unapply(scene, scene.receive(4_000, other), other)


def _unapply(scene: Scene, payment: Payment, invoice: Invoice) -> Change:
    return lambda: undo_payment.unapply(
        scene.company, payment.pk, item=invoice.item_id, reason="Wrong", submission="p", by=scene.owner
    )


def it_is_refunded(scene: Scene) -> Change:
    payment = paid_by_card(scene.owner, scene.bank, scene.invoice)
    scene.refund(payment, scene.invoice.item, 6_000)
    return lambda: scene.refund(payment, scene.invoice.item, 1_000)


def it_is_refunded_at_the_processors_dashboard(scene: Scene) -> Change:
    payment = paid_by_card(scene.owner, scene.bank, scene.invoice)
    scene.refund(payment, scene.invoice.item, 6_000)

    def change() -> None:
        scene.bank.order(f"payment_intents/{payment.reference}/refund", amount=1_000)
        follow_payment.follow(payment.pk)

    return change


def a_refund_takes_money_from_where_it_was_applied(scene: Scene) -> Change:
    other, third = scene.another(), scene.another()
    payment = paid_by_card(scene.owner, scene.bank, other)
    _unapply(scene, payment, other)()
    _apply(scene, scene.excess_of(payment), scene.invoice, 3_000)
    _apply(scene, scene.excess_of(payment), third, 7_000)

    def change() -> None:
        scene.bank.order(f"payment_intents/{payment.reference}/refund", amount=9_000)
        follow_payment.follow(payment.pk)

    return change


def a_refund_fails(scene: Scene) -> Change:
    payment = _paid(scene, scene.invoice, FAILING_REFUND_CARD)
    scene.refund(payment, scene.invoice.item, 6_000)
    return lambda: _let_the_refund_fail(scene, payment)


def the_refund_of_an_overpayment_fails(scene: Scene) -> Change:
    other = scene.another()
    payment = _paid(scene, other, FAILING_REFUND_CARD)
    _unapply(scene, payment, other)()
    scene.refund(payment, scene.excess_of(payment), 10_000)
    return lambda: _let_the_refund_fail(scene, payment)


def a_refund_that_fails_finds_its_invoice_paid(scene: Scene) -> Change:
    other = scene.another()
    payment = _paid(scene, other, FAILING_REFUND_CARD)
    scene.refund(payment, other.item, 6_000)
    scene.receive(6_000, other)
    return lambda: _let_the_refund_fail(scene, payment)


def _paid(scene: Scene, invoice: Invoice, card: str) -> Payment:
    attempt = click_pay(make_link(scene.owner, invoice))
    scene.bank.pay(attempt, card)
    settle_payment.settle(attempt.pk)
    return Payment.objects.get(attempt=attempt)


def _let_the_refund_fail(scene: Scene, payment: Payment) -> None:
    made = Refund.objects.get(payment=payment)
    scene.bank.order(f"refunds/{made.reference}/fail")
    follow_payment.follow(payment.pk)


def a_check_bounces(scene: Scene) -> Change:
    payment = scene.receive(4_000, scene.invoice, method=Method.CHECK)
    marking = Marking(code="R01", note="")
    return lambda: return_payment.mark(scene.company, payment.pk, marking, by=scene.owner)


def a_debit_comes_back_that_had_used_a_credit(scene: Scene) -> Change:
    payment = paid_by_bank(scene.owner, scene.bank, _with_credit(scene))

    def change() -> None:
        scene.bank.order(f"payment_intents/{payment.reference}/return", code="R01")
        follow_payment.follow(payment.pk)

    return change


def a_dispute_is_lost_about_a_payment_that_had_used_a_credit(scene: Scene) -> Change:
    payment = paid_by_card(scene.owner, scene.bank, _with_credit(scene))

    def change() -> None:
        scene.bank.order(f"payment_intents/{payment.reference}/dispute")
        follow_payment.follow(payment.pk)
        [dispute] = registry.get(payment.gateway, payment.account).payment_events(payment.reference).disputes
        scene.bank.order(f"disputes/{dispute.reference}/close", status="lost")
        follow_payment.follow(payment.pk)

    return change


def _with_credit(scene: Scene) -> Invoice:
    """Another invoice, which a credit is meant for because it is due first."""
    make_credit(scene.customer, "30.00")
    invoice = scene.another()
    Item.objects.filter(pk=invoice.item_id).update(due_on="2026-01-31")
    return invoice


def it_is_paid_through_another_session(scene: Scene) -> Change:
    rival = click_pay(make_link(scene.owner, scene.invoice))
    scene.bank.pay(rival)
    return lambda: settle_payment.settle(rival.pk)


def a_bank_pays_what_is_not_owed_any_more(scene: Scene) -> Change:
    other = scene.another()
    rival = click_pay(make_link(scene.owner, other), Method.ACH)
    scene.bank.debit(rival)
    scene.receive(10_000, other)
    settle_payment.settle(rival.pk)
    scene.bank.let_days_pass(5)
    return lambda: settle_payment.settle(rival.pk)


def a_debit_of_it_gets_under_way(scene: Scene) -> Change:
    rival = click_pay(make_link(scene.owner, scene.invoice), Method.ACH)
    scene.bank.debit(rival)
    return lambda: settle_payment.settle(rival.pk)


def a_debit_fails_that_held_a_credit(scene: Scene) -> Change:
    rival = click_pay(make_link(scene.owner, _with_credit(scene)), Method.ACH)
    scene.bank.debit(rival, UNPAID_ACCOUNT)
    settle_payment.settle(rival.pk)
    scene.bank.let_days_pass(5)
    return lambda: settle_payment.settle(rival.pk)


def a_hold_is_released_that_had_a_credit(scene: Scene) -> Change:
    rival = click_pay(make_link(scene.owner, _with_credit(scene)))
    scene.bank.pay(rival)
    scene.bank.break_down("intent.capture", "500_before", times=5)
    settle_payment.settle(rival.pk)

    def change() -> None:
        registry.get(rival.gateway, rival.account).void(rival.reference, key="from the dashboard")
        settle_payment.settle(rival.pk)

    return change


def its_order_is_changed(scene: Scene) -> Change:
    order = Order.objects.get(pk=scene.invoice.order_id)
    draft = make_draft(scene.customer, "60.00")
    return lambda: write_order.change(scene.company, order.pk, draft, version=order.version, by=scene.owner)


def its_order_is_voided(scene: Scene) -> Change:
    return lambda: write_order.void(scene.company, scene.invoice.order_id, by=scene.owner)


def an_invoice_is_due_before_what_a_credit_was_meant_for(scene: Scene) -> Change:
    make_credit(scene.customer, "30.00")

    def change() -> None:
        Customer.objects.filter(pk=scene.customer.pk).update(terms_days=0)
        make_invoice(scene.owner, customer=Customer.objects.get(pk=scene.customer.pk))

    return change


def a_credit_is_approved(scene: Scene) -> Change:
    credit = _written(scene)
    return lambda: give_credit.approve(scene.company, credit, by=scene.owner)


def a_credit_is_voided(scene: Scene) -> Change:
    credit = _written(scene)
    give_credit.approve(scene.company, credit, by=scene.owner)
    return lambda: give_credit.void(scene.company, credit, reason="Typo", by=scene.owner)


def _written(scene: Scene) -> UUID:
    draft = CreditDraft(
        customer_id=scene.customer.pk, amount=usd(3_000), given_on=date(2026, 2, 1), reason="Wilted"
    )
    credit = give_credit.create(scene.company, draft, by=scene.owner)
    give_credit.submit(scene.company, credit.pk, by=scene.owner)
    return credit.pk


def a_credit_is_imported(scene: Scene) -> Change:
    def change() -> None:
        with TemporaryDirectory() as folder:
            paper = file_line("C7", quantity="-3", customer=f"{scene.customer.number}.0")
            import_file(write(Path(folder), paper), scene.company, Path(folder))

    return change


def a_credit_is_applied_to_it(scene: Scene) -> Change:
    credit = make_credit(scene.customer, "30.00")
    return lambda: _apply(scene, credit, scene.invoice, 1_000)


def a_credit_is_applied_to_another_invoice(scene: Scene) -> Change:
    credit, other = make_credit(scene.customer, "30.00"), scene.another()
    return lambda: _apply(scene, credit, other, 1_000)


def a_credit_is_taken_back_from_another_invoice(scene: Scene) -> Change:
    credit, other = make_credit(scene.customer, "30.00"), scene.another()
    _apply(scene, credit, other, 3_000)
    return lambda: apply_credit.unapply(
        scene.company, credit.pk, other.item_id, reason="Wrong", submission="p", by=scene.owner
    )


def _apply(scene: Scene, credit: Item, invoice: Invoice, minor: int) -> None:
    apply_credit.apply(
        scene.company, credit.pk, {invoice.item_id: minor}, submission=uuid4().hex, by=scene.owner
    )


def an_overpayment_pays_the_oldest(scene: Scene) -> Change:
    item = scene.excess_of(scene.receive(3_000))
    return lambda: resolve_overpayment.apply_oldest(scene.company, item.pk, submission="p", by=scene.owner)


def an_overpayment_is_refunded(scene: Scene) -> Change:
    payment = scene.receive(3_000)
    return lambda: scene.refund(payment, scene.excess_of(payment), 1_000)


def open_credits_are_no_longer_deducted(scene: Scene) -> Change:
    make_credit(scene.customer, "30.00")
    return lambda: _switch(scene, use_open_credits=False)


def cards_are_switched_off(scene: Scene) -> Change:
    return lambda: _switch(scene, card_enabled=False)


def links_are_switched_off(scene: Scene) -> Change:
    return lambda: _switch(scene, links_enabled=False)


def _switch(scene: Scene, **wanted: bool) -> None:
    now = companies.switches_of(scene.company)
    positions = {name: getattr(now, name) for name in now.timeline_details()}
    change_settings.change(scene.company, Switches(**{**positions, **wanted}), seen=now.mark, by=scene.owner)


def links_are_switched_off_for_the_customer(scene: Scene) -> Change:
    said = {field.name: getattr(scene.customer, field.name) for field in fields(CustomerDraft)}
    draft = CustomerDraft(**{**said, "links_enabled": False})
    return lambda: save_customer.change(
        scene.company,
        scene.customer.pk,
        draft,
        seen=customers.mark(scene.customer),
        by=scene.owner,
    )


def the_link_is_revoked(scene: Scene) -> Change:
    return lambda: revoke_link.revoke(scene.company, scene.link.pk, by=scene.owner)


def the_account_is_suspended(scene: Scene) -> Change:
    return _judged(scene, "suspend")


def _judged(scene: Scene, verdict: str) -> Change:
    account = own_account(scene.company, scene.bank)
    onboard_account.refresh(scene.company)

    def change() -> None:
        scene.bank.order(f"accounts/{account}", verdict=verdict)
        onboard_account.refresh(scene.company)

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
def test_a_session_opened_before_is_ended_when(scene: Scene, happening: Callable[[Scene], Change]) -> None:
    change = happening(scene)

    assert ends(click_pay(scene.link), change)


@pytest.mark.parametrize(
    ("verdict", "method"), [("withhold_cards", Method.CARD), ("withhold_debits", Method.ACH)]
)
def test_a_way_to_pay_that_is_no_longer_allowed_ends_its_sessions_and_no_others(
    scene: Scene, verdict: str, method: Method
) -> None:
    withdrawn = _judged(scene, verdict)
    sessions = {
        each: click_pay(make_link(scene.owner, scene.another()), each) for each in (Method.CARD, Method.ACH)
    }

    assert ends(sessions.pop(method), withdrawn)
    assert {at_the_bank(other) for other in sessions.values()} == {Outcome.OPEN}


def test_sessions_of_others_go_on(scene: Scene) -> None:
    theirs = click_pay(make_link(scene.owner))

    assert not ends(theirs, a_pre_payment_is_received(scene))


def test_where_open_credits_are_not_deducted_a_new_one_ends_nothing(scene: Scene) -> None:
    _switch(scene, use_open_credits=False)

    assert not ends(click_pay(scene.link), a_pre_payment_is_received(scene))


def test_what_a_lost_job_should_have_ended_is_ended_by_the_next_look(scene: Scene) -> None:
    session = click_pay(scene.link)
    scene.receive(4_000, scene.invoice)
    scene.bank.break_down("session.expire", "500_before", times=1)

    for _look in range(2):  # the first one is not answered
        settle_payment.settle(session.pk)

    assert at_the_bank(session) == Outcome.EXPIRED


def test_a_look_ends_no_session_that_is_still_right(scene: Scene) -> None:
    session = click_pay(scene.link)

    settle_payment.settle(session.pk)

    assert at_the_bank(session) == Outcome.OPEN
