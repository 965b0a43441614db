"""Notices: signed or refused, stored once, believed only as a knock on the door."""

import json
import time
from typing import Any

import pytest
import stripe

from factories import make_link, press_pay
from florin.domain.payments.models import Attempt, Payment, ProcessorNotice
from florin.domain.staff.models import User
from florin.flows import handle_notice
from florin.kernel.processor import BadNotice
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
    attempt = press_pay(make_link(owner))
    bank.pay(attempt)
    _receive(_notice("evt_1", attempt.pk))

    handle_notice.handle("stripe", "evt_1", str(attempt.pk))

    assert Payment.objects.get().attempt == attempt
    assert ProcessorNotice.objects.get().outcome == "attempt is settled"


def test_a_duplicated_notice_is_stored_once(owner: User, bank: Bank) -> None:
    attempt = press_pay(make_link(owner))
    body = _notice("evt_2", attempt.pk)

    _receive(body)
    _receive(body)

    assert ProcessorNotice.objects.count() == 1


def test_an_early_notice_believes_the_processor_and_not_the_notice(owner: User, bank: Bank) -> None:
    attempt = press_pay(make_link(owner))  # nobody has paid yet, whatever the notice says
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


def test_one_question_answers_all_notices_about_the_same_attempt(owner: User, bank: Bank) -> None:
    attempt = press_pay(make_link(owner))
    bank.pay(attempt)
    for number in range(3):
        _receive(_notice(f"evt_many_{number}", attempt.pk))
    other = press_pay(make_link(owner))
    _receive(_notice("evt_other", other.pk))

    handle_notice.handle("stripe", "evt_many_1", str(attempt.pk))

    left = ProcessorNotice.objects.filter(handled_at__isnull=True)
    assert list(left.values_list("event", flat=True)) == ["evt_other"]
    bank.break_down("session.retrieve", "500_before", times=9)
    handle_notice.handle("stripe", "evt_many_2", str(attempt.pk))  # asks nobody
    attempt.refresh_from_db()
    assert attempt.unsure_since is None
