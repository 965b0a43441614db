"""Money that is announced once, while nobody can find out: it must not be lost."""

from datetime import timedelta

from factories import make_link
from factories.payments import click_pay
from florin.contracts.processor import Notice
from florin.domain.attempts.models import Attempt
from florin.domain.notices import services as notices
from florin.domain.notices.models import ProcessorNotice
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import handle_notice, settle_payment
from florin.kernel import clock
from testing.bank import Bank


def _due_now() -> None:
    Attempt.objects.update(check_at=clock.now() - timedelta(seconds=1))


def test_a_look_up_that_fails_for_late_money_is_made_again(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    Attempt.objects.update(state=Attempt.State.EXPIRED)
    bank.break_down("session.retrieve", "500_before")
    notices.store("stripe", Notice(event="evt_late", kind="x", attempt=str(attempt.pk)), b"{}")
    handle_notice.handle("stripe", "evt_late", str(attempt.pk))
    assert not Payment.objects.exists()

    _due_now()
    settle_payment.poll()

    assert Payment.objects.get().amount == 10_000


def test_a_final_attempt_that_nothing_is_missing_of_is_left_alone(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)
    _due_now()

    assert settle_payment.poll() == 0


def test_a_notice_whose_job_was_lost_is_handled_by_the_sweep(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    notices.store("stripe", Notice(event="evt_lost", kind="x", attempt=str(attempt.pk)), b"{}")
    ProcessorNotice.objects.update(received_at=clock.now() - timedelta(minutes=2))

    handle_notice.sweep()

    assert ProcessorNotice.objects.get().handled_at is not None
    assert Payment.objects.get().attempt == attempt
