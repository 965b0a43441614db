"""Disputes: the money is held, and comes back or is gone; invoices follow, and everybody is told once."""

from dataclasses import replace

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from factories import make_customer, make_invoice, make_link
from factories.credits import make_credit
from factories.emails import rendered
from factories.payments import balance, click_pay, paid_by_card, recipients, stands_at
from florin.contracts.processor import DisputeOutcome, DisputeReport
from florin.domain.activity.models import Activity
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.disputes import queries
from florin.domain.disputes.models import Dispute
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account
from florin.domain.outbox.models import Message
from florin.domain.payments import allocating, overpayments
from florin.domain.payments.models import Payment, Return
from florin.domain.payments.receiving import Receiving
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.edges.mail.rendering import RenderedEmail
from florin.flows import follow_dispute, follow_payment, receive_payment, settle_payment
from florin.kernel import clock
from testing.bank import Bank

GROSS, FEE, DISPUTE_FEE = 10_000, 315, 1_500


def dispute(bank: Bank, payment: Payment, **details: object) -> Dispute:
    bank.order(f"payment_intents/{payment.reference}/dispute", **details)
    follow_payment.follow(payment.pk)
    return Dispute.objects.get()


def decide(bank: Bank, contested: Dispute, status: str) -> None:
    bank.order(f"disputes/{contested.reference}/close", status=status)
    follow_payment.follow(contested.payment_id)
    contested.refresh_from_db()


def books() -> tuple[int, int, int]:
    return stands_at(Account.PROCESSOR), stands_at(Account.DISPUTED), stands_at(Account.FEES)


def test_a_dispute_holds_the_money_and_the_invoice_stays_paid(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid_by_card(owner, bank, invoice)

    opened = dispute(bank, payment, reason="product_not_received")

    assert (opened.state, opened.held, opened.fee) == ("needs_response", GROSS, DISPUTE_FEE)
    assert books() == (-FEE - DISPUTE_FEE, GROSS, FEE + DISPUTE_FEE)
    assert balance(invoice.item) == 0
    assert queries.blocks(payment)


@pytest.mark.parametrize("code", ["RG", "RN2", "R13"])
def test_a_dispute_of_a_card_is_no_return_whatever_its_network_calls_the_reason(
    owner: User, bank: Bank, code: str
) -> None:
    invoice = make_invoice(owner)
    contested = dispute(bank, paid_by_card(owner, bank, invoice), network_code=code)
    assert (contested.held, balance(invoice.item), Return.objects.count()) == (GROSS, 0, 0)

    decide(bank, contested, "won")

    assert (contested.state, balance(invoice.item)) == ("won", 0)


def test_a_dispute_that_is_won_gives_the_money_back(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    contested = dispute(bank, paid_by_card(owner, bank, invoice))

    decide(bank, contested, "won")

    assert (contested.state, contested.held) == ("won", 0)
    assert books() == (GROSS - FEE - DISPUTE_FEE, 0, FEE + DISPUTE_FEE)
    assert balance(invoice.item) == 0
    assert not queries.blocks(contested.payment)
    assert contested.closed_at


def test_a_dispute_that_is_lost_opens_the_invoice_again_and_restores_credits(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    credit, invoice = make_credit(customer, "30"), make_invoice(owner, customer=customer)
    contested = dispute(bank, paid_by_card(owner, bank, invoice))

    decide(bank, contested, "lost")

    assert (contested.state, contested.held, stands_at(Account.DISPUTED)) == ("lost", 0, 0)
    assert (balance(invoice.item), balance(credit)) == (10_000, -3_000)
    assert recipients(Message.Kind.PAYMENT_RETURNED) == ["payer@shop.example"]


def test_a_dispute_of_a_part_opens_that_part(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    contested = dispute(bank, paid_by_card(owner, bank, invoice), amount=4_000)
    assert books()[1] == 4_000

    decide(bank, contested, "lost")

    assert balance(invoice.item) == 4_000
    assert [part.amount for part in allocating.current_allocations(contested.payment)] == [6_000]


def test_an_inquiry_moves_nothing_and_becomes_a_dispute(owner: User, bank: Bank) -> None:
    payment = paid_by_card(owner, bank, make_invoice(owner))
    inquiry = dispute(bank, payment, inquiry=True)
    assert (inquiry.state, books()) == ("inquiry", (GROSS - FEE, 0, FEE))
    assert not queries.blocks(payment)

    bank.order(f"disputes/{inquiry.reference}/escalate")
    follow_payment.follow(payment.pk)

    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.held) == ("needs_response", GROSS)
    opened = Activity.objects.filter(kind="dispute_opened").order_by("pk")
    assert [story.about["inquiry"] for story in opened] == [1, 0]


def test_an_inquiry_that_ends_is_closed(owner: User, bank: Bank) -> None:
    inquiry = dispute(bank, paid_by_card(owner, bank, make_invoice(owner)), inquiry=True)

    decide(bank, inquiry, "lost")

    assert (inquiry.state, stands_at(Account.DISPUTED)) == ("closed", 0)
    assert Activity.objects.filter(kind="dispute_closed").exists()


def test_each_turn_is_told_once_with_reason_and_day(owner: User, bank: Bank) -> None:
    contested = dispute(bank, paid_by_card(owner, bank, make_invoice(owner)), reason="duplicate")
    for _ in range(3):
        follow_payment.follow(contested.payment_id)

    message = Message.objects.get(kind=Message.Kind.DISPUTE_NOTICE)
    told_ = rendered(message)

    assert message.recipient == "office@bloom.example"
    assert "The payer says that they paid twice" in told_.text
    assert "Answer by" in told_.text
    assert message.snapshot["about"]["path"] == "/office/payments/disputes/"
    assert Activity.objects.filter(kind="dispute_opened").count() == 1


def test_nothing_is_left_to_answer_once_a_dispute_is_over(owner: User, bank: Bank) -> None:
    contested = dispute(bank, paid_by_card(owner, bank, make_invoice(owner)))
    decide(bank, contested, "lost")

    message = Message.objects.filter(kind=Message.Kind.DISPUTE_NOTICE).latest("pk")
    told_ = rendered(message)

    assert "lost" in told_.subject
    assert "Answer by" not in told_.text
    assert contested.reference not in told_.text.partition("Reference")[0]


def test_nobody_writes_to_the_payer_while_a_dispute_is_open(owner: User, bank: Bank) -> None:
    dispute(bank, paid_by_card(owner, bank, make_invoice(owner)))

    assert recipients(Message.Kind.PAYMENT_RETURNED) == []


def test_what_was_lost_and_then_won_pays_the_invoice_again(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    contested = dispute(bank, paid_by_card(owner, bank, invoice))
    decide(bank, contested, "lost")

    take_in(contested, DisputeOutcome.WON, withdrawn=False)

    assert balance(invoice.item) == 0
    assert books() == (GROSS - FEE - DISPUTE_FEE, 0, FEE + DISPUTE_FEE)
    take_in(contested, DisputeOutcome.LOST, withdrawn=True)
    assert (balance(invoice.item), books()[1]) == (10_000, 0)


def test_what_is_won_after_all_leaves_what_was_refunded_before_owed(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid_by_card(owner, bank, invoice)
    bank.order(f"payment_intents/{payment.reference}/refund", amount=3_000)
    contested = dispute(bank, payment, amount=7_000)
    assert balance(invoice.item) == 3_000
    decide(bank, contested, "lost")
    assert balance(invoice.item) == 10_000

    take_in(contested, DisputeOutcome.WON, withdrawn=False)

    assert balance(invoice.item) == 3_000


def test_what_was_won_after_all_is_told_to_the_payer_who_was_asked_to_pay_again(
    owner: User, bank: Bank
) -> None:
    invoice = make_invoice(owner)
    lost = lost_dispute(owner, bank, invoice)

    take_in(lost, DisputeOutcome.WON, withdrawn=False)
    take_in(lost, DisputeOutcome.WON, withdrawn=False)

    assert recipients(Message.Kind.PAYMENT_REGAINED) == ["payer@shop.example"]
    payers = email(Message.Kind.PAYMENT_REGAINED)
    assert "Please do not pay them another time." in payers.text
    assert f"{invoice.number} · Paid again: $100.00, still owed: $0.00" in payers.text


def test_what_was_won_after_all_is_not_told_as_if_its_invoices_had_stayed_paid(
    owner: User, bank: Bank
) -> None:
    lost = lost_dispute(owner, bank, make_invoice(owner))

    take_in(lost, DisputeOutcome.WON, withdrawn=False)

    companys = email(Message.Kind.DISPUTE_NOTICE)
    assert "won after all" in companys.subject
    assert "stay paid" not in companys.text


def test_a_credit_that_was_restored_by_a_loss_is_named_as_what_is_still_owed(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    make_credit(customer, "30")
    invoice = make_invoice(owner, customer=customer)
    lost = lost_dispute(owner, bank, invoice)

    take_in(lost, DisputeOutcome.WON, withdrawn=False)

    assert "Paid again: $70.00, still owed: $30.00" in email(Message.Kind.PAYMENT_REGAINED).text
    assert "another time" not in email(Message.Kind.PAYMENT_REGAINED).text


def test_who_was_about_to_pay_again_what_is_won_after_all_pays_no_stale_amount(
    owner: User, bank: Bank
) -> None:
    invoice = make_invoice(owner)
    lost = lost_dispute(owner, bank, invoice)
    attempt = click_pay(make_link(owner, invoice))
    ProcrastinateJob.objects.all().delete()

    take_in(lost, DisputeOutcome.WON, withdrawn=False)
    settle_payment.expire_competing(ProcrastinateJob.objects.get(task_name="expire_sessions").args["items"])

    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.EXPIRED


def test_what_was_paid_again_before_it_was_won_is_an_overpayment_and_says_how_it_arose(
    owner: User, bank: Bank
) -> None:
    invoice = make_invoice(owner)
    lost = lost_dispute(owner, bank, invoice)
    pay_at_the_counter(owner, invoice)

    take_in(lost, DisputeOutcome.WON, withdrawn=False)

    [overpayment] = overpayments.describe(owner.company, list(overpayments.waiting(owner.company)))
    assert (overpayment.open.minor, overpayment.arose) == (10_000, ["dispute_won"])
    assert "$100.00 of it is kept as an open credit" in email(Message.Kind.PAYMENT_REGAINED).text
    assert "$100.00 of it is kept as an open credit" in email(Message.Kind.DISPUTE_NOTICE).text


@pytest.mark.parametrize("old", [DisputeOutcome.INQUIRY, DisputeOutcome.NEEDS_RESPONSE])
def test_a_report_that_comes_late_changes_nothing(owner: User, bank: Bank, old: DisputeOutcome) -> None:
    invoice = make_invoice(owner)
    contested = dispute(bank, paid_by_card(owner, bank, invoice))
    decide(bank, contested, "lost")
    before = books()

    take_in(contested, old, withdrawn=old == DisputeOutcome.NEEDS_RESPONSE)

    assert (contested.state, books(), balance(invoice.item)) == ("lost", before, 10_000)


def test_a_dispute_that_we_first_hear_of_when_it_is_lost_is_told_whole(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid_by_card(owner, bank, invoice)
    bank.order(f"payment_intents/{payment.reference}/dispute")
    reference = payment_events(payment).reference
    bank.order(f"disputes/{reference}/close", status="lost")

    follow_payment.follow(payment.pk)

    assert balance(invoice.item) == 10_000
    kinds = set(Activity.objects.filter(kind__startswith="dispute_").values_list("kind", flat=True))
    assert kinds == {"dispute_opened", "dispute_lost"}


def test_an_appeal_moves_no_money_until_it_is_won(owner: User, bank: Bank) -> None:
    before = bank.balances("").get("USD", 0)
    invoice = make_invoice(owner)
    contested = lost_dispute(owner, bank, invoice)
    lost = books()

    for step, state in [("needs_response", "appealable"), ("under_review", "appealed")]:
        appeal(bank, contested, step)
        assert (contested.state, contested.held, books(), balance(invoice.item)) == (state, 0, lost, GROSS)
    decide(bank, contested, "won")

    assert (contested.state, balance(invoice.item)) == ("won", 0)
    assert books() == (GROSS - FEE - DISPUTE_FEE, 0, FEE + DISPUTE_FEE)
    assert bank.balances("")["USD"] - before == GROSS - FEE - DISPUTE_FEE


def test_an_appeal_that_is_lost_changes_nothing_and_says_so(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    contested = lost_dispute(owner, bank, invoice)
    lost = books()
    appeal(bank, contested, "needs_response")
    assert "can be appealed" in email(Message.Kind.DISPUTE_NOTICE).subject
    appeal(bank, contested, "under_review")

    decide(bank, contested, "lost")

    assert (contested.state, books(), balance(invoice.item)) == ("lost", lost, GROSS)
    assert email(Message.Kind.DISPUTE_NOTICE).subject.startswith("Appeal lost")
    assert "open again" not in email(Message.Kind.DISPUTE_NOTICE).text
    kinds = Activity.objects.filter(kind__regex="^(dispute|appeal)_").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        *("dispute_opened", "dispute_lost", "appeal_opened", "appeal_reviewed", "appeal_lost")
    ]


def test_a_loss_that_we_hear_of_when_it_is_under_appeal_opens_the_invoice_all_the_same(
    owner: User, bank: Bank
) -> None:
    invoice = make_invoice(owner)
    contested = dispute(bank, paid_by_card(owner, bank, invoice))
    bank.order(f"disputes/{contested.reference}/close", status="lost")
    bank.order(f"disputes/{contested.reference}/appeal", status="needs_response")

    appeal(bank, contested, "under_review")

    assert (contested.state, balance(invoice.item), queries.blocks(contested.payment)) == (
        "appealed",
        GROSS,
        False,
    )
    assert email(Message.Kind.DISPUTE_NOTICE).subject.startswith("Dispute lost")
    assert Message.objects.filter(kind=Message.Kind.PAYMENT_RETURNED).count() == 1


def appeal(bank: Bank, contested: Dispute, step: str) -> None:
    bank.order(f"disputes/{contested.reference}/appeal", status=step)
    follow_payment.follow(contested.payment_id)
    contested.refresh_from_db()


def lost_dispute(owner: User, bank: Bank, invoice: Invoice) -> Dispute:
    contested = dispute(bank, paid_by_card(owner, bank, invoice))
    decide(bank, contested, "lost")
    return contested


def email(kind: Message.Kind) -> RenderedEmail:
    """The latest email of a kind."""
    message = Message.objects.filter(kind=kind).latest("queued_at", "pk")
    return rendered(message)


def pay_at_the_counter(owner: User, invoice: Invoice) -> None:
    wanted = Receiving(
        amount=invoice.money, method=Method.CHECK, on=clock.today("UTC"), submission="again", shares=None
    )
    receive_payment.receive(owner.company, invoice.customer_id, wanted, by=owner)


def payment_events(payment: Payment) -> DisputeReport:
    [report] = registry.get(payment.gateway, payment.account).payment_events(payment.reference).disputes
    return report


def take_in(contested: Dispute, outcome: DisputeOutcome, *, withdrawn: bool) -> None:
    """Let the processor say something that the test processor never says."""
    report = replace(payment_events(contested.payment), outcome=outcome, withdrawn=withdrawn)
    with transaction.atomic():
        follow_dispute.take_in(allocating.lock(contested.payment_id), report)
    contested.refresh_from_db()
