"""Notices: signed or refused, stored once, believed only as a knock on the door."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
import stripe

from factories import make_invoice, make_link
from factories.clearing_account import at_the_bank, in_the_books, own_account
from factories.payments import click_pay, paid_by_card
from florin.contracts.processor import BadNotice
from florin.domain.activity.models import Activity
from florin.domain.attempts.models import Attempt
from florin.domain.notices.models import ProcessorNotice
from florin.domain.payments.models import Payment
from florin.domain.payouts.models import Payout
from florin.domain.staff.models import User
from florin.flows import handle_notice
from florin.kernel import clock
from testing import settings
from testing.bank import Bank


def _notice(event: str, attempt: object, **lies: Any) -> bytes:
    about = {"id": "pi_x", "object": "payment_intent", "metadata": {"attempt": str(attempt)}, **lies}
    return json.dumps(
        {"id": event, "object": "event", "type": "payment_intent.succeeded", "data": {"object": about}}
    ).encode()


def _signed(body: bytes, *, secret: str = settings.NOTICE_SECRET, at: float | None = None) -> dict[str, str]:
    stamp = int(at if at is not None else time.time())
    signature = stripe.WebhookSignature._compute_signature(f"{stamp}.{body.decode()}", secret)
    return {"stripe-signature": f"t={stamp},v1={signature}"}


def _receive(body: bytes) -> None:
    handle_notice.receive("stripe", _signed(body), body)


def test_a_notice_settles_its_attempt(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    _receive(_notice("evt_1", attempt.pk))

    handle_notice.handle("stripe", "evt_1", str(attempt.pk))

    assert Payment.objects.get().attempt == attempt
    assert ProcessorNotice.objects.get().outcome == "attempt is settled"


def test_a_duplicated_notice_is_stored_once(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    body = _notice("evt_2", attempt.pk)

    _receive(body)
    _receive(body)

    assert ProcessorNotice.objects.count() == 1


def test_an_early_notice_believes_the_processor_and_not_the_notice(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))  # nobody has paid yet, whatever the notice says
    body = _notice("evt_3", attempt.pk, status="succeeded", amount_received=10_000)

    _receive(body)
    handle_notice.handle("stripe", "evt_3", str(attempt.pk))

    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.OPENED
    assert not Payment.objects.exists()


@pytest.mark.parametrize("forgery", ["other secret", "old", "no signature", "changed body"])
def test_a_forged_notice_is_refused_and_not_stored(company: object, forgery: str) -> None:
    body = _notice("evt_4", "")
    headers = {
        "other secret": _signed(body, secret="whsec_somebody-else"),
        "old": _signed(body, at=time.time() - 3600),
        "no signature": {},
        "changed body": _signed(body + b" "),
    }[forgery]

    with pytest.raises(BadNotice):
        handle_notice.receive("stripe", headers, body)

    assert not ProcessorNotice.objects.exists()


@pytest.mark.parametrize("about", ["", "not-a-key", "00000000-0000-0000-0000-000000000000"])
def test_a_notice_about_nothing_of_ours_is_kept_and_left_alone(company: object, about: str) -> None:
    _receive(_notice("evt_5", about))

    handle_notice.handle("stripe", "evt_5", about)

    assert ProcessorNotice.objects.get().outcome == "about nothing of ours"


def test_a_notice_of_a_payout_brings_it_in_at_once_and_once(owner: User, bank: Bank) -> None:
    account = own_account(owner.company, bank)
    paid_by_card(owner, bank, make_invoice(owner))
    (made,) = bank.order("payouts", account=account, include_pending=True, reconciled=True)["payouts"]
    for event, state in (("evt_po_1", "paid"), ("evt_po_2", "failed"), ("evt_po_3", "failed")):
        bank.order(f"payouts/{made['id']}", status=state) if event != "evt_po_3" else None
        _receive(_notice_of_payout(event, made["id"], account))
        handle_notice.handle("stripe", event, "", account=account, payout=made["id"])
        assert Payout.objects.get().state == state

    assert set(ProcessorNotice.objects.values_list("outcome", flat=True)) == {"payouts taken in"}
    assert Payout.objects.get().movements.count() == 1
    kinds = Activity.objects.filter(subjects__contains=[Payout.objects.get().pk]).values_list(
        "kind", flat=True
    )
    assert sorted(kinds) == ["paid_out", "payout_failed"]
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank)


def test_the_notice_that_a_payout_can_be_itemised_completes_it(owner: User, bank: Bank) -> None:
    account = own_account(owner.company, bank)
    paid_by_card(owner, bank, make_invoice(owner))
    (made,) = bank.order("payouts", account=account, include_pending=True)["payouts"]
    for event, kind, known in (
        ("1", "created", ("not_yet", 0)),
        ("2", "reconciliation_completed", ("yes", 1)),
    ):
        if known[1]:
            bank.order(f"payouts/{made['id']}", status="reconciled")
        _receive(_notice_of_payout(f"evt_po_r{event}", made["id"], account, kind=f"payout.{kind}"))
        handle_notice.handle("stripe", f"evt_po_r{event}", "", account=account, payout=made["id"])
        payout = Payout.objects.get()
        assert (payout.itemised, payout.movements.count()) == known


def test_a_notice_of_a_payout_that_gets_no_answer_waits_for_the_sweep(owner: User, bank: Bank) -> None:
    account = own_account(owner.company, bank)
    _receive(_notice_of_payout("evt_po_4", "po_1", account))
    bank.break_down("balance_transaction.list", "500_before")
    for handled in (False, True):
        handle_notice.handle("stripe", "evt_po_4", "", account=account, payout="po_1")
        assert (ProcessorNotice.objects.get().handled_at is not None) == handled


def test_a_payout_of_somebody_else_is_none_of_ours(owner: User, bank: Bank) -> None:
    _receive(_notice_of_payout("evt_po_5", "po_1", "acct_1other"))
    handle_notice.handle("stripe", "evt_po_5", "", account="acct_1other", payout="po_1")
    assert ProcessorNotice.objects.get().outcome == "about nothing of ours"


def _notice_of_payout(event: str, payout: str, account: str, *, kind: str = "payout.updated") -> bytes:
    told = {"id": event, "object": "event", "type": kind, "account": account}
    return json.dumps({**told, "data": {"object": {"id": payout, "object": "payout"}}}).encode()


def test_one_question_answers_all_notices_about_the_same_attempt(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    for number in range(3):
        _receive(_notice(f"evt_many_{number}", attempt.pk))
    other = click_pay(make_link(owner))
    _receive(_notice("evt_other", other.pk))

    handle_notice.handle("stripe", "evt_many_1", str(attempt.pk))

    left = ProcessorNotice.objects.filter(handled_at__isnull=True)
    assert list(left.values_list("event", flat=True)) == ["evt_other"]
    bank.break_down("session.retrieve", "500_before", times=9)
    handle_notice.handle("stripe", "evt_many_2", str(attempt.pk))  # asks nobody
    attempt.refresh_from_db()
    assert attempt.unknown_since is None


@pytest.mark.parametrize(
    ("mode", "days", "outcome"),
    [
        ("403_permission", 0, ""),
        ("401", 2, ""),
        ("401", 4, "refused: key"),
        ("404", 0, "refused: not_found"),
        ("502", 4, ""),
        ("429", 4, ""),
    ],
)
def test_a_notice_waits_for_what_can_be_mended_and_for_answers_and_not_for_a_no(
    owner: User, bank: Bank, *, mode: str, days: int, outcome: str
) -> None:
    payment = paid_by_card(owner, bank, make_invoice(owner))
    _receive(_notice("evt_9", "", id="ch_1", object="charge", payment_intent=payment.reference))
    ProcessorNotice.objects.update(received_at=clock.now() - timedelta(days=days))
    bank.break_down("intent.retrieve", mode)
    handle_notice.handle("stripe", "evt_9", "", payment=payment.reference)

    assert ProcessorNotice.objects.get(event="evt_9").outcome == outcome
