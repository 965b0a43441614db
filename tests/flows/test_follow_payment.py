"""Following a payment: at any time, any number of times, by a notice or without, and at once."""

import json
import time
from functools import partial

import pytest
import stripe
from django.db.models import QuerySet

from factories import make_invoice, make_link
from factories.payments import balance, click_pay, paid_by_bank, paid_by_card
from florin.contracts.processor import GatewayError
from florin.domain.activity.models import Activity
from florin.domain.attempts.models import Attempt
from florin.domain.disputes.models import Dispute
from florin.domain.ledger.models import Entry
from florin.domain.notices.models import ProcessorNotice
from florin.domain.payments.models import Return
from florin.domain.refunds.models import Refund
from florin.domain.staff.models import User
from florin.flows import follow_payment, handle_notice
from florin.kernel import clock
from testing import settings
from testing.bank import Bank
from testing.races import at_once


def receive(event: str, kind: str, **about: object) -> ProcessorNotice:
    thing = {"id": "x_1", "object": kind.split(".", 1)[0], **about}
    body = json.dumps({"id": event, "object": "event", "type": kind, "data": {"object": thing}}).encode()
    stamp = int(time.time())
    signature = stripe.WebhookSignature._compute_signature(f"{stamp}.{body.decode()}", settings.NOTICE_SECRET)
    handle_notice.receive("stripe", {"stripe-signature": f"t={stamp},v1={signature}"}, body)
    return ProcessorNotice.objects.get(event=event)


def handle(notice: ProcessorNotice) -> str:
    handle_notice.handle(
        notice.gateway, notice.event, notice.attempt, payment=notice.payment, account=notice.account
    )
    notice.refresh_from_db()
    return notice.outcome


@pytest.mark.parametrize(
    "kind", ["charge.dispute.created", "refund.updated", "charge.refund.updated", "charge.refunded"]
)
def test_a_notice_about_what_followed_a_payment_follows_it(owner: User, bank: Bank, kind: str) -> None:
    payment = paid_by_card(owner, bank, make_invoice(owner))
    bank.order(f"payment_intents/{payment.reference}/dispute")
    about = {"payment_intent": payment.reference, "metadata": {"attempt": str(payment.attempt_id)}}

    assert handle(receive("evt_1", kind, **about)) == "payment followed"

    assert Dispute.objects.get().payment == payment


def test_a_refund_at_the_processors_dashboard_is_taken_in(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid_by_card(owner, bank, invoice)
    bank.order(f"payment_intents/{payment.reference}/refund", amount=4_000)

    assert handle(receive("evt_6", "refund.created", payment_intent=payment.reference)) == "payment followed"

    assert (Refund.objects.get().amount, balance(invoice.item)) == (4_000, 4_000)


@pytest.mark.parametrize("what", ["refund", "dispute"])
def test_whoever_has_booked_something_asks_once_more(owner: User, bank: Bank, what: str) -> None:
    payment = paid_by_card(owner, bank, make_invoice(owner))
    bank.order(f"payment_intents/{payment.reference}/{what}")
    bank.break_down("dispute.list", "slow", times=9, seconds=0.01)

    follow_payment.follow(payment.pk)
    follow_payment.follow(payment.pk)  # nothing is new, so it asks once

    assert bank.faults()["dispute.list"]["times"] == 9 - 2 - 1


def test_a_notice_about_somebody_elses_payment_is_left_alone(company: object, bank: Bank) -> None:
    notice = receive("evt_2", "refund.created", payment_intent="pi_of_somebody_else")
    assert handle(notice) == ""  # our payment may not be booked yet

    ProcessorNotice.objects.update(received_at=clock.now() - handle_notice._WAIT_FOR_PAYMENT * 2)

    assert handle(notice) == "about nothing of ours"


def test_a_notice_that_comes_before_the_payment_is_booked_waits_for_it(owner: User, bank: Bank) -> None:
    payment = paid_by_card(owner, bank, make_invoice(owner))
    bank.order(f"payment_intents/{payment.reference}/dispute")
    notice = receive("evt_3", "charge.dispute.created", payment_intent="pi_not_yet")
    handle(notice)
    ProcessorNotice.objects.update(
        payment=payment.reference, received_at=clock.now() - handle_notice._WAIT_FOR_PAYMENT / 2
    )

    handle_notice.sweep()

    assert Dispute.objects.exists()


def test_a_processor_that_is_away_is_asked_again_by_the_sweep(owner: User, bank: Bank) -> None:
    payment = paid_by_card(owner, bank, make_invoice(owner))
    bank.order(f"payment_intents/{payment.reference}/dispute")
    bank.break_down("dispute.list", "500_before")
    notice = receive("evt_4", "charge.dispute.created", payment_intent=payment.reference)
    assert handle(notice) == ""
    assert not Dispute.objects.exists()
    ProcessorNotice.objects.update(received_at=clock.now() - handle_notice._WAIT_FOR_PAYMENT)

    handle_notice.sweep()

    notice.refresh_from_db()
    assert (notice.outcome, Dispute.objects.count()) == ("payment followed", 1)


def test_a_notice_that_trips_us_keeps_no_other_waiting(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    Attempt.objects.update(gateway="gone")
    payment = paid_by_card(owner, bank, make_invoice(owner))
    receive("evt_7", "payment_intent.succeeded", metadata={"attempt": str(attempt.pk)})
    ProcessorNotice.objects.update(gateway="gone")
    notice = receive("evt_8", "charge.dispute.created", payment_intent=payment.reference)
    ProcessorNotice.objects.update(received_at=clock.now() - handle_notice._WAIT_FOR_PAYMENT)

    handle_notice.sweep()

    notice.refresh_from_db()
    assert notice.outcome == "payment followed"


def test_a_processor_that_is_away_says_nothing_about_the_payment(owner: User, bank: Bank) -> None:
    payment = paid_by_card(owner, bank, make_invoice(owner))
    bank.break_down("intent.retrieve", "500_before")

    with pytest.raises(GatewayError):
        follow_payment.follow(payment.pk)


def test_a_job_that_was_queued_by_an_older_version_still_works(owner: User, bank: Bank) -> None:
    payment = paid_by_card(owner, bank, make_invoice(owner))
    receive("evt_5", "payment_intent.succeeded", metadata={"attempt": str(payment.attempt_id)})

    handle_notice.handle("stripe", "evt_5", str(payment.attempt_id))

    assert ProcessorNotice.objects.get().outcome == "attempt is settled"


def test_many_who_follow_a_returned_payment_at_once_book_it_once(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid_by_bank(owner, bank, invoice)
    bank.order(f"payment_intents/{payment.reference}/return", code="R01")

    assert at_once(*[partial(follow_payment.follow, payment.pk)] * 4) == [None] * 4

    assert (Return.objects.count(), balance(invoice.item)) == (1, 10_000)


def test_many_who_follow_a_dispute_at_once_hold_its_money_once(owner: User, bank: Bank) -> None:
    payment = paid_by_card(owner, bank, make_invoice(owner))
    bank.order(f"payment_intents/{payment.reference}/dispute")

    assert at_once(*[partial(follow_payment.follow, payment.pk)] * 4) == [None] * 4

    assert Entry.objects.filter(kind=Entry.Kind.DISPUTE).count() == 1
    assert Activity.objects.filter(kind="dispute_opened").count() == 1


def test_control_without_the_lock_somebody_trips(
    owner: User, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If this fails, the two tests above prove nothing."""
    payment = paid_by_card(owner, bank, make_invoice(owner))
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows.all())
    tripped = False
    for _ in range(10):
        payment = paid_by_card(owner, bank, make_invoice(owner))
        bank.order(f"payment_intents/{payment.reference}/dispute")
        tripped |= any(at_once(*[partial(follow_payment.follow, payment.pk)] * 4))
    assert tripped
