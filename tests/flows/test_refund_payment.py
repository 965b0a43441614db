"""Money goes back: decided once, booked at once, asked about until the truth is known (R21)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from factories import make_customer, make_invoice, make_link
from factories.credits import make_credit
from factories.ledger import usd
from factories.payments import ORDINARY_ACCOUNT, click_pay, paid_by_bank
from florin.domain.activity.models import Activity
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.disputes.lifecycle import DisputeState
from florin.domain.disputes.models import Dispute
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account, Item, Line
from florin.domain.outbox.models import Message
from florin.domain.payments import allocating
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving
from florin.domain.refunds import services
from florin.domain.refunds.lifecycle import RefundState
from florin.domain.refunds.models import Refund
from florin.domain.refunds.services import Wish
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.flows import deliver_outbox, follow_payment, receive_payment, refund_payment, settle_payment
from florin.kernel import clock
from florin.kernel.errors import Conflict, NotFound, Refusal
from testing.bank import Bank

FAILING_CARD = "4000000000005126"
SILENCE: dict[str, Any] = {"seconds": 2.3}  # a little longer than we wait for an answer
SLOW_CARD = "4000000000007726"


def paid(owner: User, bank: Bank, invoice: Invoice, card: str = "4242424242424242") -> Payment:
    attempt = click_pay(make_link(owner, invoice))
    bank.pay(attempt, card)
    settle_payment.settle(attempt.pk)
    return Payment.objects.get(attempt=attempt)


def wish(amounts: dict[UUID, int], **more: Any) -> Wish:
    return Wish(amounts=amounts, **{"reason": "Wilted on arrival", "submission": uuid4().hex, **more})


def send_back(owner: User, payment: Payment, invoice: Invoice, minor: int) -> Refund:
    return refund_payment.refund(owner.company, payment.pk, wish({invoice.item_id: minor}), by=owner)


def poll() -> int:
    Refund.objects.update(check_at=clock.now() - timedelta(seconds=1))
    return refund_payment.poll()


def until_known(made: Refund) -> None:
    """Poll until the processor has told; while the first request is under way, it answers that it is busy."""
    for _ in range(100):
        poll()
        made.refresh_from_db()
        if made.state != RefundState.REQUESTED:
            return


def follow(payment: Payment) -> None:
    """What a notice brings about: everything that the processor knows of a payment is taken in."""
    story = registry.get(payment.gateway, payment.account).payment_events(payment.reference)
    with transaction.atomic():
        for report in reversed(story.refunds):  # the oldest first
            refund_payment.take_in(allocating.lock(payment.pk), report)


def balance(item: UUID | Item) -> int:
    return Item.objects.get(pk=item.pk if isinstance(item, Item) else item).balance


def at_processor() -> int:
    return sum(Line.objects.filter(account=Account.PROCESSOR).values_list("amount", flat=True))


def sent_back(bank: Bank, payment: Payment) -> int:
    assert isinstance(payment.attempt, Attempt)
    return bank.refunded(payment.attempt.pk)


def test_a_refund_reopens_the_invoice_and_tells_both_sides(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)

    made = send_back(owner, payment, invoice, 4_000)

    assert (made.state, made.number, made.requested_by) == ("succeeded", "RF-10001", owner.name)
    assert balance(invoice.item_id) == sent_back(bank, payment) == 4_000
    told = Message.objects.filter(event=f"refund:{made.pk}:initiated").values_list("kind", "recipient")
    assert set(told) == {
        ("refund_initiated", "payer@shop.example"),
        ("refund_notice", "office@bloom.example"),
    }
    kinds = Activity.objects.filter(subjects__contains=[made.pk]).values_list("kind", flat=True)
    assert set(kinds) == {"refund_initiated", "refund_succeeded"}


def test_part_of_the_fee_comes_back_and_our_books_agree_with_the_processor(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)

    made = send_back(owner, payment, invoice, 10_000)

    assert made.fee_returned == 190  # 2.9 % of 100.00, less 1.00 (R15)
    assert at_processor() == 10_000 - 315 - 10_000 + 190


def test_the_same_press_is_one_refund(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)
    same = wish({invoice.item_id: 3_000})

    made = [refund_payment.refund(owner.company, payment.pk, same, by=owner) for _ in range(2)]

    assert made[0] == made[1]
    assert sent_back(bank, payment) == 3_000


def test_no_more_goes_back_than_came_in(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)
    send_back(owner, payment, invoice, 7_000)

    with pytest.raises(Refusal, match=r"Only \$30\.00"):
        send_back(owner, payment, invoice, 3_001)

    assert sent_back(bank, payment) == 7_000


def test_an_open_credit_of_the_customer_is_paid_out_and_the_invoice_stays_paid(
    owner: User, bank: Bank
) -> None:
    customer = make_customer(owner.company)
    invoice = make_invoice(owner, customer=customer)
    payment = paid(owner, bank, invoice)
    credit = make_credit(customer, "25.00")

    made = refund_payment.refund(owner.company, payment.pk, wish({credit.pk: 2_500}), by=owner)

    assert (made.credit_id, made.state) == (credit.pk, "succeeded")
    assert (balance(credit), balance(invoice.item_id), sent_back(bank, payment)) == (0, 0, 2_500)


def test_an_overpayment_goes_back_without_reopening_anything(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    link = make_link(owner, invoice)
    first, second = click_pay(link), click_pay(link)
    for attempt in (first, second):
        bank.pay(attempt)
        attempt.refresh_from_db()
        gateway = registry.get("stripe")
        gateway.capture(attempt.reference, attempt.money, key=uuid4().hex)
        settle_payment.settle(attempt.pk)
    payment = Payment.objects.get(attempt=second)
    excess = Item.objects.get(kind=Item.Kind.OVERPAYMENT)

    refund_payment.refund(owner.company, payment.pk, wish({excess.pk: 10_000}), by=owner)

    assert (balance(excess), balance(invoice.item_id), sent_back(bank, payment)) == (0, 0, 10_000)


@pytest.mark.parametrize(
    "mode", ["timeout_after_success", "timeout_before", "500_after_success", "500_before", "reset"]
)
def test_a_refund_whose_answer_is_lost_is_made_once(owner: User, bank: Bank, mode: str) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)
    bank.break_down("refund.create", mode, **(SILENCE if mode.startswith("timeout") else {}))

    made = send_back(owner, payment, invoice, 4_000)
    assert made.state == RefundState.REQUESTED
    assert made.unknown_since
    until_known(made)

    assert (made.state, sent_back(bank, payment)) == ("succeeded", 4_000)
    assert Message.objects.filter(kind=Message.Kind.REFUND_INITIATED).count() == 1


@pytest.mark.parametrize("effect", [True, False])
def test_a_broken_answer_that_is_kept_for_ever_is_got_round(owner: User, bank: Bank, *, effect: bool) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)
    bank.break_down("refund.create", "500_sticky", effect=effect)

    made = send_back(owner, payment, invoice, 4_000)
    poll()

    made.refresh_from_db()
    assert (made.state, sent_back(bank, payment)) == ("succeeded", 4_000)


def test_a_request_that_may_still_be_under_way_is_repeated_with_the_same_key(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)
    bank.break_down("refund.create", "timeout_before", **SILENCE)
    made = send_back(owner, payment, invoice, 4_000)

    until_known(made)

    assert (made.state, made.unanswered, sent_back(bank, payment)) == ("succeeded", 0, 4_000)


def test_a_worker_that_died_before_it_asked_asks_later(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)
    with transaction.atomic():
        services.request(allocating.lock(payment.pk), wish({invoice.item_id: 4_000}), by=owner.name)

    assert poll() == 1

    assert (Refund.objects.get().state, sent_back(bank, payment)) == ("succeeded", 4_000)


def test_what_the_processor_refuses_is_booked_back_and_says_why(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)
    bank.break_down("refund.create", "decline")

    made = send_back(owner, payment, invoice, 4_000)

    assert made.state == RefundState.FAILED
    assert made.failure
    assert "Error" not in made.failure
    assert (balance(invoice.item_id), at_processor()) == (0, 10_000 - 315)
    kinds = set(Message.objects.filter(event__startswith="refund:").values_list("kind", flat=True))
    assert kinds == {"refund_failed_notice"}  # the payer was never promised anything


def test_a_refund_that_fails_later_is_booked_back_and_can_be_made_again(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice, FAILING_CARD)
    made = send_back(owner, payment, invoice, 4_000)
    assert made.fee_returned == 16
    bank.order(f"refunds/{made.reference}/fail")

    for _ in range(2):
        follow(payment)

    made.refresh_from_db()
    assert (made.state, made.fee_returned, balance(invoice.item_id)) == ("failed", 0, 0)
    assert at_processor() == 10_000 - 315
    told = Message.objects.filter(event=f"refund:{made.pk}:failed").values_list("kind", flat=True)
    assert set(told) == {"refund_failed", "refund_failed_notice"}
    assert send_back(owner, payment, invoice, 10_000).number == "RF-10002"


@pytest.mark.usefixtures("one_clock")
def test_a_refund_that_fails_after_an_hour_is_told_to_the_payer_and_can_be_made_in_full(
    owner: User, bank: Bank
) -> None:
    bank.forget_mails()
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice, FAILING_CARD)
    send_back(owner, payment, invoice, 4_000)
    bank.order("clock", advance=3_700)

    follow_payment.follow(payment.pk)
    deliver_outbox.deliver()

    assert (balance(invoice.item_id), sent_back(bank, payment)) == (0, 0)
    [told] = bank.mails(to="payer@shop.example", subject="did not arrive")
    assert told["subject"].startswith("Your refund of $40.00 from")
    send_back(owner, payment, invoice, 10_000)
    assert (balance(invoice.item_id), sent_back(bank, payment)) == (10_000, 10_000)


def test_a_failed_refund_of_a_credit_reopens_the_credit(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    payment = paid(owner, bank, make_invoice(owner, customer=customer), FAILING_CARD)
    credit = make_credit(customer, "25.00")
    made = refund_payment.refund(owner.company, payment.pk, wish({credit.pk: 2_000}), by=owner)
    assert balance(credit) == -500
    bank.order(f"refunds/{made.reference}/fail")

    follow(payment)

    assert balance(credit) == -2_500


def test_a_slow_refund_is_pending_until_the_poller_learns_the_end(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice, SLOW_CARD)
    made = send_back(owner, payment, invoice, 4_000)
    assert made.state == RefundState.PENDING
    assert refund_payment.poll() == 0  # its turn is in an hour
    bank.order(f"refunds/{made.reference}/succeed")

    poll()

    made.refresh_from_db()
    assert made.state == RefundState.SUCCEEDED
    assert poll() == 0


def test_a_refund_at_the_processors_dashboard_is_booked_exactly_once(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)
    bank.order(f"payment_intents/{payment.reference}/refund", amount=3_000)

    for _ in range(3):
        follow(payment)

    made = Refund.objects.get()
    assert (made.amount, made.is_outside, made.requested_by) == (3_000, True, "processor")
    assert balance(invoice.item_id) == 3_000
    assert at_processor() == 10_000 - 315 - 3_000 + (made.fee_returned or 0)
    assert Message.objects.filter(kind=Message.Kind.REFUND_INITIATED).count() == 1
    told = Activity.objects.filter(subjects__contains=[made.pk])
    assert [(one.kind, one.actor) for one in told] == [("refund_succeeded", "Florin")]


@pytest.mark.parametrize("outside", [False, True])
def test_a_credit_that_was_applied_with_a_payment_stays_applied_when_the_payment_is_refunded(
    owner: User, bank: Bank, *, outside: bool
) -> None:
    customer = make_customer(owner.company)
    credit, invoice = make_credit(customer, "30"), make_invoice(owner, customer=customer)
    payment = paid(owner, bank, invoice)

    if outside:
        bank.order(f"payment_intents/{payment.reference}/refund")
        follow(payment)
    else:
        send_back(owner, payment, invoice, 7_000)

    assert (balance(invoice.item_id), balance(credit)) == (7_000, 0)
    bank.order(f"refunds/{Refund.objects.get().reference}/fail")
    follow(payment)
    assert (balance(invoice.item_id), balance(credit)) == (0, 0)


def test_a_refund_at_the_counter_is_told_once_with_its_reason(owner: User) -> None:
    invoice = make_invoice(owner)
    check = Receiving(method=Method.CHECK, amount=usd(10_000), on=clock.today("UTC"))
    payment = receive_payment.receive(owner.company, invoice.customer_id, check, by=owner)

    made = send_back(owner, payment, invoice, 4_000)

    told = Activity.objects.get(subjects__contains=[made.pk])
    assert (told.kind, told.actor, told.about["reason"]) == ("refund_succeeded", owner.name, made.reason)


def test_each_reads_in_their_own_language_how_the_money_had_come(owner: User) -> None:
    invoice = make_invoice(owner, customer=make_customer(owner.company, language="es"))
    check = Receiving(method=Method.CHECK, amount=usd(10_000), on=clock.today("UTC"))
    payment = receive_payment.receive(owner.company, invoice.customer_id, check, by=owner)

    send_back(owner, payment, invoice, 4_000)

    told = dict(Message.objects.filter(kind__startswith="refund").values_list("kind", "snapshot__method"))
    assert told == {"refund_initiated": "Cheque", "refund_notice": "Check"}


def test_a_dashboard_refund_of_more_than_stands_is_booked_and_booked_back(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    invoice = make_invoice(owner, customer=customer)
    payment = paid(owner, bank, invoice)
    credit = make_credit(customer, "25.00")
    refund_payment.refund(owner.company, payment.pk, wish({credit.pk: 2_500}), by=owner)
    send_back(owner, payment, invoice, 7_500)
    [first] = Refund.objects.filter(credit=None)
    bank.order(f"refunds/{first.reference}/fail")
    bank.order(f"payment_intents/{payment.reference}/refund", amount=7_500)
    follow(payment)

    outside = Refund.objects.get(is_outside=True)
    assert balance(invoice.item_id) == 7_500
    bank.order(f"refunds/{outside.reference}/fail")
    follow(payment)

    assert (balance(invoice.item_id), sent_back(bank, payment)) == (0, 2_500)


def test_what_a_dispute_holds_or_took_is_not_refunded(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)
    dispute = Dispute.objects.create(
        company=owner.company,
        payment=payment,
        reference="dp_1",
        currency="USD",
        amount=10_000,
        state=DisputeState.NEEDS_RESPONSE,
        opened_at=clock.now(),
    )
    with pytest.raises(Conflict, match="disputes this payment"):
        send_back(owner, payment, invoice, 1_000)

    Dispute.objects.filter(pk=dispute.pk).update(state=DisputeState.LOST)
    with pytest.raises(Conflict, match="dispute that was lost"):
        send_back(owner, payment, invoice, 1_000)
    assert "lost" in refund_payment.read_room(owner.company, payment.pk).obstacle


def test_a_stranger_finds_no_payment_to_refund(owner: User, stranger: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)

    with pytest.raises(NotFound):
        refund_payment.read_room(stranger.company, payment.pk)
    with pytest.raises(NotFound):
        refund_payment.refund(stranger.company, payment.pk, wish({invoice.item_id: 1}), by=stranger)
    assert not Refund.objects.exists()


def test_a_checkout_that_was_opened_before_the_refund_is_ended(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, bank, invoice)
    send_back(owner, payment, invoice, 2_000)
    stale = click_pay(make_link(owner, invoice))

    send_back(owner, payment, invoice, 3_000)
    settle_payment.expire_competing([invoice.item_id])

    stale.refresh_from_db()
    assert stale.state == Attempt.State.EXPIRED


def test_a_bank_payment_is_refunded_in_days_or_booked_back(owner: User, bank: Bank) -> None:
    invoices = [make_invoice(owner) for _ in range(2)]
    ordinary, unwilling = (
        paid_by_bank(owner, bank, invoice, account)
        for invoice, account in zip(invoices, (ORDINARY_ACCOUNT, "000123456780"), strict=True)
    )
    made = [
        send_back(owner, payment, invoice, 2_500)
        for payment, invoice in zip((ordinary, unwilling), invoices, strict=True)
    ]
    assert {one.state for one in made} == {RefundState.PENDING}
    bank.order(f"refunds/{made[0].reference}/succeed")
    bank.order(f"refunds/{made[1].reference}/fail")

    poll()

    states = Refund.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == ["succeeded", "failed"]
    assert [balance(invoice.item_id) for invoice in invoices] == [2_500, 0]
