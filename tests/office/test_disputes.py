"""Payments > Disputes, and marking payments of the counter as returned: what it shows, asks and does."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from factories import make_invoice
from factories.attempts import make_paid_attempt
from factories.payments import balance, paid_by_bank, paid_by_card
from florin.domain.attempts.methods import Method
from florin.domain.disputes.models import Dispute
from florin.domain.invoices.models import Invoice
from florin.domain.payments.models import Payment, Return
from florin.domain.payments.receiving import Receiving
from florin.domain.staff.models import User
from florin.flows import follow_payment, receive_payment, return_payment
from florin.flows.return_payment import Marking
from florin.kernel import clock
from office import signed_in
from testing.bank import Bank

ASKING = 3
DISPUTES = "/office/payments/disputes/"


def receive(owner: User, invoice: Invoice | None = None, method: Method = Method.CHECK) -> Payment:
    paid = invoice or make_invoice(owner)
    wanted = Receiving(
        amount=paid.money, method=method, on=clock.today("UTC"), submission=uuid4().hex, shares=None
    )
    return receive_payment.receive(owner.company, paid.customer_id, wanted, by=owner)


def contest(owner: User, **details: object) -> Dispute:
    """A dispute as it is shown; no money of it is held, so that the books stay right."""
    online = Payment.objects.filter(company=owner.company, gateway="stripe").first()
    payment = online or Payment.objects.get(attempt=make_paid_attempt(owner))
    now = clock.now()
    told = {"state": "needs_response", "reason": "duplicate", "due_by": now + timedelta(days=5)}
    return Dispute.objects.create(
        company=owner.company,
        payment=payment,
        reference=f"dp_{uuid4().hex}",
        currency="USD",
        **{"amount": payment.amount, "opened_at": now, **told, **details},
    )


def shown(user: User, address: str = DISPUTES) -> str:
    return signed_in(user).get(address).content.decode()


def test_a_dispute_is_shown_with_its_reason_the_days_left_and_where_to_answer(owner: User) -> None:
    dispute = contest(owner, amount=4_000)
    text = shown(owner)
    assert "The payer says that they paid twice" in text
    assert "5 days left" in text
    assert "$40.00" in text
    assert "of $100.00" in text
    assert f'action="{answer_of(dispute)}"' in text
    assert f"/office/payments/{dispute.payment_id}/" in text


def test_what_waits_for_an_answer_comes_first_the_soonest_due_before_all(owner: User) -> None:
    soon, now = timedelta(days=1), clock.now()
    contest(owner, state="lost", reason="fraudulent")
    contest(owner, state="under_review", reason="unrecognized")
    contest(owner, reason="duplicate")
    contest(owner, state="inquiry", reason="product_not_received", due_by=now + soon)
    rows = signed_in(owner).get(DISPUTES).context["rows"]
    assert [row.dispute.state for row in rows] == ["inquiry", "needs_response", "under_review", "lost"]


def test_a_decided_dispute_asks_for_no_answer(owner: User) -> None:
    decided = contest(owner, state="lost")
    text = shown(owner)
    assert decided.reference not in text
    assert "days left" not in text


@pytest.mark.parametrize(("days", "words"), [(-1, "too late"), (0, "today"), (1, "1 day left")])
def test_few_days_are_told_in_words(owner: User, days: int, words: str) -> None:
    contest(owner, due_by=clock.now() + timedelta(days=days))
    assert words in shown(owner)


@pytest.mark.parametrize(("asked", "found"), [("open", "duplicate"), ("lost", "fraudulent"), ("won", "")])
def test_disputes_are_filtered_by_state(owner: User, asked: str, found: str) -> None:
    contest(owner)
    contest(owner, state="lost", reason="fraudulent")
    text = shown(owner, f"{DISPUTES}?state={asked}")
    assert ("paid twice" in text) == (found == "duplicate")
    assert ("did not make this payment" in text) == (found == "fraudulent")


def test_disputes_are_found_by_payment_and_customer(owner: User) -> None:
    dispute = contest(owner)
    assert "paid twice" in shown(owner, f"{DISPUTES}?q={dispute.payment.number}")
    assert "paid twice" in shown(owner, f"{DISPUTES}?q={dispute.payment.customer.name[:8]}")
    assert "Nothing found" in shown(owner, f"{DISPUTES}?q=nobody")


@pytest.mark.parametrize("query", ["after=%00", "after=0_x_y", "state=nonsense", "q=%00", "q=" + "x" * 200])
def test_absurd_questions_get_a_calm_page(owner: User, query: str) -> None:
    contest(owner)
    assert signed_in(owner).get(f"{DISPUTES}?{query}").status_code == 200


def test_the_page_costs_one_query_however_many_there_are(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    for rounds in (1, 20):
        for _dispute in range(rounds):
            contest(owner)
        with django_assert_num_queries(ASKING + 1):
            client.get(DISPUTES)


def test_many_disputes_are_paged_without_gaps_or_doubles(owner: User) -> None:
    references = {contest(owner).reference for _dispute in range(53)}
    client = signed_in(owner)
    first = client.get(DISPUTES)
    second = client.get(f"{DISPUTES}?after={first.context['after']}")
    seen = [row.dispute.reference for page in (first, second) for row in page.context["rows"]]
    assert len(seen) == 53
    assert set(seen) == references


def test_a_stranger_sees_none_of_our_disputes(owner: User, stranger: User) -> None:
    contest(owner)
    assert "Nothing is disputed" in shown(stranger)


def test_home_says_what_is_disputed_and_what_came_back(owner: User) -> None:
    payment = receive(owner)
    contest(owner)
    return_payment.mark(owner.company, payment.pk, Marking(code="NSF", note=""), by=owner)
    text = shown(owner, "/office/")
    assert "Payment is disputed" in text
    assert "Returned payment whose invoices are still owed" in text


def test_home_calls_a_banks_question_one(owner: User) -> None:
    contest(owner, state="inquiry")
    text = shown(owner, "/office/")
    assert "The payer&#39;s bank asks about a payment" in text
    assert "Payment is disputed" not in text


def test_a_returned_payment_no_longer_asks_for_attention_once_it_is_paid(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = receive(owner, invoice)
    return_payment.mark(owner.company, payment.pk, Marking(code="NSF", note=""), by=owner)
    receive(owner, invoice, Method.CASH)
    assert "still owed" not in shown(owner, "/office/")


@pytest.mark.parametrize("state", ["needs_response", "inquiry", "appealable"])
def test_a_payments_page_leads_to_where_its_dispute_is_answered(owner: User, state: str) -> None:
    dispute = contest(owner, state=state)
    page, answer = f"/office/payments/{dispute.payment_id}/", answer_of(dispute)
    assert answer in shown(owner, page)
    Dispute.objects.update(state="appealed" if state == "appealable" else "under_review")
    assert answer not in shown(owner, page)


def test_the_button_leads_to_the_dispute_at_the_processors_dashboard(owner: User, bank: Bank) -> None:
    payment = paid_by_card(owner, bank, make_invoice(owner))
    bank.order(f"payment_intents/{payment.reference}/dispute")
    follow_payment.follow(payment.pk)
    dispute = Dispute.objects.get()

    answer = signed_in(owner).post(answer_of(dispute))

    assert (answer.status_code, answer["Location"]) == (
        303,
        f"{settings.STRIPE_DASHBOARD_URL}/test/disputes/{dispute.reference}",
    )
    assert dispute.reason in httpx.get(answer["Location"]).text
    assert signed_in(owner).get(answer_of(dispute)).status_code == 405


@pytest.mark.parametrize(
    ("state", "label", "button"),
    [
        ("needs_response", "Answer wanted", "Answer"),
        ("under_review", "Under review", "Look at it"),
        ("appealable", "Lost, can be appealed", "Appeal"),
        ("appealed", "Lost, under appeal", "Look at it"),
    ],
)
def test_each_state_of_a_dispute_is_named_with_what_can_be_done(
    owner: User, state: str, label: str, button: str
) -> None:
    dispute = contest(owner, state=state)
    text = " ".join(shown(owner).split())
    assert f">{label}</span>" in text
    assert f"</svg> {button} <span" in text
    assert label in shown(owner, f"/office/payments/{dispute.payment_id}/")


def answer_of(dispute: Dispute) -> str:
    return f"{DISPUTES}{dispute.pk}/answer/"


@pytest.mark.parametrize(("state", "word"), [("inquiry", "Inquiry"), ("needs_response", "Disputed")])
def test_a_banks_question_is_called_one_and_found_as_one(owner: User, state: str, word: str) -> None:
    payment = contest(owner, state=state).payment
    assert f'<span class="badge badge-warn">{word}</span>' in shown(owner, f"/office/payments/{payment.pk}/")
    for status in ("inquiry", "disputed"):
        listed = shown(owner, f"/office/payments/?state={status}")
        assert (f"/office/payments/{payment.pk}/" in listed) == (word.lower() == status)


def nsf(payment: Payment, door: str = "nsf") -> str:
    return f"/office/payments/{payment.pk}/{door}/"


@pytest.mark.parametrize("code", ["", "R01"])
def test_a_check_is_not_marked_for_a_reason_that_is_none_of_the_list(owner: User, code: str) -> None:
    payment = receive(owner)
    answer = signed_in(owner).post(nsf(payment), {"code": code, "note": "as typed"})
    assert answer.status_code == 422
    assert "Choose why it came back." in answer.text
    assert not Return.objects.exists()


def test_the_nsf_dialog_suggests_the_companys_fee(owner: User) -> None:
    payment = receive(owner)
    type(owner.company).objects.update(nsf_fee=2_550)
    text = shown(owner, nsf(payment))
    assert 'value="25.5' in text


def test_a_check_is_marked_as_returned_with_its_fee(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = receive(owner, invoice)
    typed = {"code": "STOPPED", "note": "called Ann", "fee": "35"}
    answer = signed_in(owner).post(nsf(payment), typed, headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    assert (balance(invoice.item), Return.objects.get().code) == (10_000, "STOPPED")
    assert Invoice.objects.filter(total=3_500).exists()


def test_marked_twice_it_is_returned_once(owner: User) -> None:
    payment, client = receive(owner), signed_in(owner)
    for _press in range(2):
        answer = client.post(nsf(payment), {"code": "NSF", "fee": "35"})
        assert answer.status_code == 302
    assert Invoice.objects.filter(total=3_500).count() == Return.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"fee": "lots"}, "Give a number."),
        ({"fee": "0"}, "above zero"),
        ({"fee": "1.234"}, "At most 2 decimals."),
        ({"note": "4242 4242 4242 4242"}, "card number"),
    ],
)
def test_what_cannot_be_meant_is_said_and_nothing_typed_is_lost(
    owner: User, wrong: dict[str, str], sentence: str
) -> None:
    payment = receive(owner)
    answer = signed_in(owner).post(nsf(payment), {"code": "CLOSED", "note": "as typed", **wrong})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert '<option value="CLOSED" selected>' in text
    assert f'value="{wrong.get("note", "as typed")}"' in text
    assert not Return.objects.exists()


def lost(owner: User, bank: Bank, invoice: Invoice | None = None) -> Payment:
    """A card payment whose dispute was lost."""
    payment = paid_by_card(owner, bank, invoice or make_invoice(owner))
    dispute = bank.order(f"payment_intents/{payment.reference}/dispute")
    bank.order(f"disputes/{dispute['id']}/close", status="lost")
    follow_payment.follow(payment.pk)
    return payment


def test_the_page_of_a_payment_lost_in_a_dispute_says_so_and_offers_a_fee_that_nobody_has_charged(
    owner: User, bank: Bank
) -> None:
    type(owner.company).objects.update(nsf_fee=2_550)
    invoice = make_invoice(owner)
    payment = lost(owner, bank, invoice)
    assert Invoice.objects.count() == 1
    page = shown(owner, f"/office/payments/{payment.pk}/")
    assert "The dispute over $100.00 was lost." in page
    assert "No fee was charged for it." in page
    assert f"{invoice.number}</a> $100.00" in page
    assert 'value="25.50"' in shown(owner, nsf(payment, "fee"))


def test_a_fee_for_what_was_lost_is_charged_once_however_often_it_is_pressed(owner: User, bank: Bank) -> None:
    payment, client = lost(owner, bank), signed_in(owner)
    for fee in ("20", "20", "30"):
        assert client.post(nsf(payment, "fee"), {"fee": fee}).status_code == 302
    fees = Invoice.objects.exclude(total=10_000)
    assert [fee.total for fee in fees] == [2_000]
    page = shown(owner, f"/office/payments/{payment.pk}/")
    assert "No fee was charged" not in page
    assert fees[0].number in page


def test_a_fee_can_be_charged_for_a_debit_that_costs_none_by_itself(owner: User, bank: Bank) -> None:
    payment = paid_by_bank(owner, bank, make_invoice(owner))
    bank.order(f"payment_intents/{payment.reference}/return", code="R10")
    follow_payment.follow(payment.pk)
    signed_in(owner).post(nsf(payment, "fee"), {"fee": "20"})
    assert Invoice.objects.filter(total=2_000).exists()


@pytest.mark.parametrize(("fee", "sentence"), [("", "Give a number."), ("0", "above zero"), ("x", "number")])
def test_a_fee_that_cannot_be_meant_is_not_charged(owner: User, bank: Bank, fee: str, sentence: str) -> None:
    payment = lost(owner, bank)
    answer = signed_in(owner).post(nsf(payment, "fee"), {"fee": fee})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert Invoice.objects.count() == 1


def test_no_fee_is_charged_for_a_payment_that_did_not_come_back(owner: User) -> None:
    payment = receive(owner)
    assert "Charge a fee" not in shown(owner, f"/office/payments/{payment.pk}/")
    answer = signed_in(owner).post(nsf(payment, "fee"), {"fee": "20"})
    assert answer.status_code == 422
    assert "did not come back" in answer.text
    assert Invoice.objects.count() == 1


def test_a_fee_is_charged_neither_by_a_stranger_nor_by_who_may_not_move_money(
    owner: User, stranger: User, colleague: User, bank: Bank
) -> None:
    payment = lost(owner, bank)
    for user, status in ((stranger, 404), (colleague, 403)):
        assert signed_in(user).post(nsf(payment, "fee"), {"fee": "20"}).status_code == status
    assert Invoice.objects.count() == 1


def test_a_terminal_payment_is_charged_back(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = receive(owner, invoice, Method.TERMINAL)
    signed_in(owner).post(nsf(payment, "chargeback"), {"note": ""})
    assert (balance(invoice.item), Return.objects.get().code) == (10_000, "CHARGEBACK")


@pytest.mark.parametrize(
    ("method", "door"), [(Method.CASH, "nsf"), (Method.TERMINAL, "nsf"), (Method.CHECK, "chargeback")]
)
def test_what_cannot_come_back_in_this_way_is_refused(owner: User, method: Method, door: str) -> None:
    payment = receive(owner, method=method)
    assert signed_in(owner).get(nsf(payment, door)).status_code == 422
    assert signed_in(owner).post(nsf(payment, door), {"code": "NSF"}).status_code == 422
    assert not Return.objects.exists()
