"""From the processor's answer to the books: once, whatever happens."""

from collections.abc import Callable

import pytest

from factories import make_invoice, make_link
from factories.payments import click_pay
from florin.domain.activity.models import Activity
from florin.domain.attempts.models import Attempt
from florin.domain.ledger.models import Entry, Item
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Payment
from florin.domain.receipts.models import Receipt
from florin.domain.staff.models import User
from florin.flows import settle_payment
from testing.bank import Bank


def test_a_paid_card_pays_the_invoice_and_confirms_to_both_sides(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner, "100.00")
    attempt = click_pay(make_link(owner, invoice))
    bank.pay(attempt)

    settle_payment.settle(attempt.pk)

    assert Item.objects.get(pk=invoice.item_id).balance == 0
    assert bank.charged(attempt.pk) == 10_000
    receipt = Receipt.objects.get()
    assert receipt.document.lines[0].amount == 10_000
    mails = Message.objects.filter(event=f"payment:{receipt.payment_id}").values_list("kind", "recipient")
    assert set(mails) == {
        ("payment_received", "payer@shop.example"),
        ("payment_notice", "office@bloom.example"),
    }


def test_settling_the_same_attempt_again_changes_nothing(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)

    for _ in range(3):
        settle_payment.settle(attempt.pk)

    assert Payment.objects.count() == Receipt.objects.count() == 1
    assert Entry.objects.filter(kind="payment").count() == 1


def test_the_fee_is_recorded_with_the_payment(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)

    settle_payment.settle(attempt.pk)

    assert Payment.objects.get().fee == 315  # 2.9 % of 100.00, and 0.25 (R15)


def test_nothing_happens_while_the_payer_is_still_typing(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))

    settle_payment.settle(attempt.pk)

    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.OPENED
    assert not Payment.objects.exists()


def test_the_second_of_two_payers_is_released_and_told_so(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    first, second = click_pay(link), click_pay(link)
    bank.pay(first)
    bank.pay(second, email="second@shop.example")

    settle_payment.settle(first.pk)
    settle_payment.settle(second.pk)

    assert bank.charged(first.pk) == 10_000
    assert bank.charged(second.pk) == 0
    assert bank.states(second.pk) == ["canceled"]
    told = Message.objects.get(kind=Message.Kind.NOT_CHARGED)
    assert told.recipient == "second@shop.example"


@pytest.mark.parametrize("mode", ["timeout_after_success", "500_after_success", "reset"])
def test_a_capture_whose_answer_is_lost_is_booked_once(owner: User, bank: Bank, mode: str) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    bank.break_down("intent.capture", mode)

    settle_payment.settle(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.unknown_since is not None
    settle_payment.settle(attempt.pk)

    assert bank.charged(attempt.pk) == 10_000
    assert Payment.objects.get().amount == 10_000


def test_a_capture_that_never_arrived_is_asked_for_again(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    bank.break_down("intent.capture", "500_before", times=2)

    for _ in range(3):
        settle_payment.settle(attempt.pk)

    assert bank.charged(attempt.pk) == Payment.objects.get().amount == 10_000


def test_money_that_arrives_after_we_gave_up_is_still_booked(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.EXPIRED)

    settle_payment.settle(attempt.pk)

    assert Payment.objects.get().amount == 10_000


def test_an_invoice_paid_twice_leaves_an_overpayment_and_loses_no_cent(
    owner: User, bank: Bank, capture_at_once: Callable[[Attempt], None]
) -> None:
    link = make_link(owner)
    first, second = click_pay(link), click_pay(link)
    for attempt in (first, second):
        bank.pay(attempt)
        capture_at_once(attempt)

    settle_payment.settle(first.pk)
    settle_payment.settle(second.pk)

    overpayment = Item.objects.get(kind=Item.Kind.OVERPAYMENT)
    assert overpayment.balance == -10_000
    assert Activity.objects.filter(kind=Activity.Kind.OVERPAID).count() == 1


@pytest.fixture
def capture_at_once() -> Callable[[Attempt], None]:
    """Take the money behind our back, as somebody at the processor's dashboard could."""
    from florin.edges.gateways import registry  # noqa: PLC0415
    from florin.kernel.money import Money  # noqa: PLC0415

    def capture(attempt: Attempt) -> None:
        attempt.refresh_from_db()
        registry.get("stripe").capture(
            attempt.reference, Money(attempt.total, attempt.currency), key=f"d{attempt.pk}"
        )

    return capture
