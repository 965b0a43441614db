"""Where the processor sends the payer back: the truth as far as it is known, never a guess."""

from uuid import UUID

import pytest
from django.test import Client

from checkout.pages import address, everything, link_to, queries, result_address
from factories import make_link
from factories.attempts import open_attempt, report_card_payment
from factories.payments import click_pay, paid_by_bank, paid_by_card
from florin.contracts.processor import Outcome
from florin.domain.attempts import services as attempts
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.payments.receiving import Receiving
from florin.domain.refunds.services import Wish
from florin.domain.staff.models import User
from florin.flows import follow_payment, receive_payment, refund_payment, settle_payment
from florin.kernel import clock
from testing.bank import Bank


def test_a_payment_is_found_out_when_the_page_asks(payer: Client, link: Link, bank: Bank) -> None:
    attempt = click_pay(link)
    bank.pay(attempt)

    answer = payer.post(result_address(attempt, "/check"), headers={"X-Part": "1"})

    assert answer.status_code == 200
    assert "Your payment has arrived" in answer.text
    assert "data-check" not in answer.text


def test_without_a_script_the_button_leads_back_to_the_result(payer: Client, link: Link, bank: Bank) -> None:
    attempt = click_pay(link)
    bank.pay(attempt)

    answer = payer.post(result_address(attempt, "/check"), follow=True)

    assert answer.redirect_chain[0][1] == 303
    assert "Your payment has arrived" in answer.text


def test_a_bank_that_does_not_answer_is_never_called_a_failure(payer: Client, link: Link, bank: Bank) -> None:
    attempt = click_pay(link)
    bank.break_down("session.retrieve", "500_before", times=20)

    page = payer.post(result_address(attempt, "/check"), headers={"X-Part": "1"}).text

    assert "We are checking your payment" in page
    assert "fail" not in page


def test_looking_at_a_result_changes_nothing(payer: Client, attempt: Attempt) -> None:
    before = everything()

    assert "We are checking your payment" in payer.get(result_address(attempt)).text

    assert everything() == before


def test_a_settled_payment_shows_each_invoice_and_the_receipt(
    payer: Client, attempt: Attempt, invoice: Invoice
) -> None:
    report_card_payment(attempt, Outcome.SETTLED)

    page = payer.get(result_address(attempt)).text

    for words in (invoice.number, "$100.00", "Visa •••• 4242", "payer@shop.example", "receipt.pdf"):
        assert words in page


def test_what_was_paid_twice_is_said_to_be_a_credit(
    payer: Client, attempt: Attempt, invoice: Invoice
) -> None:
    report_card_payment(open_attempt(link_to(invoice)), Outcome.SETTLED)
    report_card_payment(attempt, Outcome.SETTLED)

    assert "$100.00 more than was owed came in. It is not lost" in payer.get(result_address(attempt)).text


def test_who_was_slower_reads_that_nothing_was_charged(
    payer: Client, attempt: Attempt, invoice: Invoice
) -> None:
    report_card_payment(open_attempt(link_to(invoice)), Outcome.SETTLED)
    report_card_payment(attempt, Outcome.AUTHORISED)
    report_card_payment(attempt, Outcome.CANCELLED)

    page = payer.get(result_address(attempt)).text

    assert "Nothing was charged" in page
    assert "Somebody else paid first" in page


def test_an_expired_session_leads_back_to_the_bill(payer: Client, attempt: Attempt) -> None:
    report_card_payment(attempt, Outcome.EXPIRED)

    page = payer.get(result_address(attempt)).text

    assert "Nothing was charged" in page
    assert f'href="{address(attempt.link)}"' in page


def test_while_unknown_the_payer_is_asked_not_to_pay_again(payer: Client, attempt: Attempt) -> None:
    attempts.mark_unknown(attempt.pk)

    assert "Please do not pay again" in payer.get(result_address(attempt)).text


@pytest.mark.parametrize("outcome", [Outcome.EXPIRED, Outcome.CANCELLED, Outcome.FAILED])
def test_while_unknown_nobody_says_that_nothing_was_charged(
    payer: Client, attempt: Attempt, outcome: Outcome
) -> None:
    report_card_payment(attempt, outcome)
    attempts.mark_unknown(attempt.pk)

    page = payer.get(result_address(attempt)).text

    assert "We are checking your payment" in page
    assert "Please do not pay again" in page
    assert "Nothing was" not in page
    assert "data-check" in page


def test_an_end_that_is_unknown_is_asked_about_when_the_page_asks(
    payer: Client, link: Link, bank: Bank
) -> None:
    attempt = click_pay(link)
    bank.pay(attempt)
    Attempt.objects.update(state=Attempt.State.EXPIRED)
    attempts.mark_unknown(attempt.pk)

    answer = payer.post(result_address(attempt, "/check"), headers={"X-Part": "1"})

    assert "Your payment has arrived" in answer.text


def test_pressing_check_over_and_over_asks_the_processor_once(
    payer: Client, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[UUID] = []
    monkeypatch.setattr(settle_payment, "settle", asked.append)

    for _ in range(5):
        answer = payer.post(result_address(attempt, "/check"), headers={"X-Part": "1"})
        assert "We are checking your payment" in answer.text

    assert asked == [attempt.pk]


def test_a_moment_later_the_processor_is_asked_again(
    payer: Client, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[UUID] = []
    monkeypatch.setattr(settle_payment, "settle", asked.append)
    monkeypatch.setattr(settle_payment, "_PAUSE_SECONDS", 0)

    for _ in range(3):
        payer.post(result_address(attempt, "/check"))

    assert asked == [attempt.pk] * 3


def test_while_one_waits_for_the_processor_others_are_answered_at_once(
    payer: Client, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[UUID] = []

    def slow(attempt_id: UUID) -> None:
        asked.append(attempt_id)
        payer.post(result_address(attempt, "/check"))  # somebody else, meanwhile

    monkeypatch.setattr(settle_payment, "settle", slow)
    monkeypatch.setattr(settle_payment, "_PAUSE_SECONDS", 0)
    payer.post(result_address(attempt, "/check"))

    assert asked == [attempt.pk]


@pytest.mark.parametrize("rest", ["", "/check", "/receipt.pdf"])
def test_an_attempt_of_another_link_is_not_found(
    payer: Client, attempt: Attempt, owner: User, rest: str
) -> None:
    path = address(make_link(owner), f"/result/{attempt.pk}{rest}")

    assert (payer.post(path) if rest == "/check" else payer.get(path)).status_code == 404


def test_a_receipt_is_a_pdf_once_there_is_one(payer: Client, attempt: Attempt) -> None:
    assert payer.get(result_address(attempt, "/receipt.pdf")).status_code == 404
    report_card_payment(attempt, Outcome.SETTLED)

    assert payer.get(result_address(attempt, "/receipt.pdf")).content.startswith(b"%PDF")


def test_a_payment_that_the_bank_took_back_is_not_shown_as_paid(
    payer: Client, owner: User, invoice: Invoice, bank: Bank
) -> None:
    payment = paid_by_bank(owner, bank, invoice)
    bank.order(f"payment_intents/{payment.reference}/return", code="R01")
    follow_payment.follow(payment.pk)
    assert payment.attempt

    page = payer.get(result_address(payment.attempt)).text

    assert "Your payment came back" in page
    assert "arrived" not in page
    assert "receipt.pdf" not in page


def test_a_bill_names_no_payment_that_came_back_as_the_one_that_paid_it(
    payer: Client, owner: User, invoice: Invoice, bank: Bank
) -> None:
    payment = paid_by_bank(owner, bank, invoice)
    bank.order(f"payment_intents/{payment.reference}/return", code="R01")
    follow_payment.follow(payment.pk)
    check = Receiving(method=Method.CHECK, amount=payment.money, on=clock.today("UTC"))
    receive_payment.receive(owner.company, payment.customer_id, check, by=owner)
    assert payment.attempt

    page = payer.get(address(payment.attempt.link)).text

    assert "It was settled another way" in page
    assert "receipt.pdf" not in page


def test_what_was_refunded_since_is_said_and_leads_to_the_bill(
    payer: Client, owner: User, invoice: Invoice, bank: Bank
) -> None:
    payment = paid_by_card(owner, bank, invoice)
    wish = Wish(amounts={invoice.item_id: 3_000}, reason="Wilted")
    refund_payment.refund(owner.company, payment.pk, wish, by=owner)
    assert payment.attempt

    page = payer.get(result_address(payment.attempt)).text

    assert "$30.00 of it has gone back to you since then." in page
    assert f'href="{address(payment.attempt.link)}"' in page


def test_a_settled_result_costs_four_queries(payer: Client, attempt: Attempt) -> None:
    report_card_payment(attempt, Outcome.SETTLED)
    path = result_address(attempt)

    with queries() as asked:
        payer.get(path)

    assert len(asked) == 4
