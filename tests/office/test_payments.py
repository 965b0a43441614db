"""Payment History: everything that came in, found, added up and paged, with what became of it."""

import re
from dataclasses import asdict
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice, make_link, make_user
from factories.attempts import open_attempt, report
from factories.credits import make_credit
from factories.ledger import usd
from florin.contracts.processor import DisputeOutcome, DisputeReport, Outcome
from florin.contracts.reasons import DisputeReason
from florin.domain.activity import services as activity
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.disputes import services as disputes
from florin.domain.disputes.lifecycle import DisputeState
from florin.domain.disputes.models import Dispute
from florin.domain.history import queries as history
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account, Entry
from florin.domain.outbox.models import Message
from florin.domain.payments import allocating, queries
from florin.domain.payments.models import Payment, Return
from florin.domain.payments.receiving import Receiving, Share
from florin.domain.receipts import services as receipts
from florin.domain.refunds import booking
from florin.domain.refunds.lifecycle import RefundState
from florin.domain.refunds.models import Refund
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import charge_return_fee, receive_payment, return_payment, undo_payment
from florin.flows.return_payment import Marking
from florin.kernel import clock, paging, return_codes
from florin.kernel.money import Money
from office import signed_in

ASKING = 3
PAGE = 18
LIST = "/office/payments/"
HTMX = {"HX-Request": "true"}


def at_the_counter(
    owner: User, customer: Customer, amount: str, *, method: Method = Method.CHECK, reference: str = ""
) -> Payment:
    wanted = Receiving(
        method=method,
        amount=Money.parse(amount, customer.currency),
        on=clock.today(owner.company.time_zone),
        reference=reference,
        submission=uuid4().hex,
    )
    return receive_payment.receive(owner.company, customer.pk, wanted, by=owner)


def online(owner: User, invoice: Invoice | None = None, *, minor: int = 10_000, fee: int = 315) -> Payment:
    attempt = open_attempt(make_link(owner, invoice))
    report(attempt, Outcome.SETTLED, usd(minor), usd(fee))
    payment = Payment.objects.get(attempt=attempt)
    with transaction.atomic():
        receipts.issue(payment)
    return payment


def described(payment: Payment, minor: int, state: RefundState) -> Refund:
    """A refund that is not kept yet."""
    return Refund(
        company_id=payment.company_id,
        customer_id=payment.customer_id,
        payment=payment,
        number=f"RF-{uuid4().hex[:6]}",
        currency=payment.currency,
        amount=minor,
        reason="Wilted",
        state=state,
        requested_at=clock.now(),
        requested_by="a test",
        check_at=clock.now(),
    )


def sent_back(payment: Payment, minor: int) -> Refund:
    """A refund, booked, that the payer has."""
    refund = described(payment, minor, RefundState.SUCCEEDED)
    with transaction.atomic():
        allocating.take_all(
            allocating.lock(payment.pk),
            minor,
            to=Account.PROCESSOR,
            kind=Entry.Kind.REFUND,
            key=f"refund:{refund.pk}",
            by="a test",
            source=f"refund:{refund.pk}",
        )
        refund.save(force_insert=True)
    return refund


def returned(payment: Payment, code: str = "R01") -> None:
    with transaction.atomic():
        locked = allocating.lock(payment.pk)
        taken = allocating.take_all(
            locked, payment.amount, to=locked.holder, kind=Entry.Kind.RETURN, key=uuid4().hex, by="a test"
        )
        Return.objects.create(payment=payment, entry=taken.entry, code=code, returned_at=clock.now())


def contest(payment: Payment, outcome: DisputeOutcome) -> None:
    """A dispute of all of it, booked, for which the processor charges $15.00."""
    told = DisputeReport(
        reference=f"dp_{payment.number}",
        outcome=outcome,
        amount=payment.money,
        withdrawn=outcome != DisputeOutcome.WON,
        fee=usd(1_500),
        reason=DisputeReason.GENERAL,
        opened_at=clock.now(),
    )
    with transaction.atomic():
        disputes.take_in(allocating.lock(payment.pk), told)


def dispute(payment: Payment, state: DisputeState) -> None:
    Dispute.objects.create(
        company_id=payment.company_id,
        payment=payment,
        reference=f"dp_{payment.number}",
        currency=payment.currency,
        amount=payment.amount,
        state=state,
        opened_at=clock.now(),
    )


def may(client: Client, payment: Payment) -> dict[str, bool]:
    return asdict(client.get(f"{LIST}{payment.pk}/").context["may"])


def shown(client: Client, address: str = LIST, **asked: str) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def told_of_return(client: Client, payment: Payment) -> str:
    """The notice on a payment's page that it came back."""
    text = shown(client, f"{LIST}{payment.pk}/")
    found = re.search(r'<div class="notice notice-bad" role="note">.*?</div>', text, re.DOTALL)
    assert found
    return found[0]


def linked_invoices(text: str) -> list[tuple[UUID, str]]:
    """The orders that a text leads to, and the numbers of the invoices that it does so by."""
    found = re.findall(r'<a class="nowrap" href="/office/orders/([\w-]+)/">([\w-]+)</a>', text)
    return [(UUID(order), number) for order, number in found]


def numbers(text: str) -> list[str]:
    return re.findall(r'class="lead"><a href="/office/payments/[\w-]+/">([\w-]+)</a>', text)


def test_every_payment_is_listed_the_newest_first(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = make_invoice(owner, "100.00")
    first = online(owner, invoice)
    then = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: then)
    second = at_the_counter(owner, invoice.customer, "25.00", reference="1042")
    text = shown(signed_in(owner))

    assert numbers(text) == [second.number, first.number]
    for part in (invoice.number, "$100.00", "$3.15", "$96.85", "1042", "Check", owner.name, "Online"):
        assert part in text


def test_each_state_is_told_and_found_by_its_filter(owner: User) -> None:
    made = {status: at_the_counter(owner, make_customer(owner.company), "10.00") for status in ("undone",)}
    undo_payment.undo(owner.company, made["undone"].pk, reason="Typed twice", by=owner)
    made |= {status: online(owner) for status in ("received", "partly_refunded", "refunded", "returned")}
    made |= {status: online(owner) for status in ("disputed", "charged_back")}
    sent_back(made["partly_refunded"], 100)
    sent_back(made["refunded"], 10_000)
    returned(made["returned"])
    dispute(made["disputed"], DisputeState.NEEDS_RESPONSE)
    dispute(made["charged_back"], DisputeState.LOST)
    client = signed_in(owner)

    assert {status: numbers(shown(client, state=status)) for status in made} == {
        status: [payment.number] for status, payment in made.items()
    }
    told = {row.payment.pk: row.status.value for row in history.rows(list(Payment.objects.all()))}
    assert told == {payment.pk: status for status, payment in made.items()}


def test_a_card_charged_back_at_the_counter_is_called_so(owner: User) -> None:
    payment = at_the_counter(owner, make_customer(owner.company), "10.00", method=Method.TERMINAL)
    returned(payment, return_codes.CHARGED_BACK)
    client = signed_in(owner)

    assert numbers(shown(client, state="charged_back")) == [payment.number]
    assert numbers(shown(client, state="returned")) == []


def test_a_refund_that_failed_sent_nothing_back(owner: User) -> None:
    payment = online(owner)
    described(payment, 100, RefundState.FAILED).save(force_insert=True)

    assert numbers(shown(signed_in(owner), state="received")) == [payment.number]
    assert numbers(shown(signed_in(owner), state="partly_refunded")) == []


@pytest.mark.parametrize("words", ["rosa", "PAY-", "pi_1", "1042", "1,234.50", "$1234.5", "1234,50"])
def test_a_payment_is_found_by_customer_number_reference_and_amount(owner: User, words: str) -> None:
    rosa = make_customer(owner.company, name="Rosa's Corner")
    wanted = at_the_counter(owner, rosa, "1234.50", reference="1042-pi")
    if words == "pi_1":
        wanted = online(owner)

    assert wanted.number in numbers(shown(signed_in(owner), q=words))


def test_a_payment_is_found_by_the_number_of_an_invoice_that_it_paid(owner: User, stranger: User) -> None:
    wanted = online(owner, invoice := make_invoice(owner))
    online(owner)
    online(stranger)

    assert numbers(shown(signed_in(owner), q=invoice.number.lower())) == [wanted.number]


@pytest.mark.parametrize("words", ["nobody", "1234.51", "123.45", "42", "%", "\x00", "1e9", "9" * 120])
def test_what_nothing_fits_finds_nothing(owner: User, words: str) -> None:
    rosa = make_customer(owner.company, name="Rosa", number="77", invoice_emails=["rosa@florist.example"])
    at_the_counter(owner, rosa, "1234.50", reference="1042")
    text = shown(signed_in(owner), q=words)

    assert (len(numbers(text)) == 1) == (words == "\x00")


def test_an_amount_is_meant_in_the_decimals_of_each_currency(owner: User) -> None:
    yen = at_the_counter(owner, make_customer(owner.company, currency="JPY"), "500")
    dollars = at_the_counter(owner, make_customer(owner.company), "500.00")
    five = at_the_counter(owner, make_customer(owner.company), "5.00")
    client = signed_in(owner)

    assert set(numbers(shown(client, q="500"))) == {yen.number, dollars.number}
    assert numbers(shown(client, q="5.00")) == [five.number]


def test_filters_narrow_by_day_method_person_and_customer(owner: User) -> None:
    check = at_the_counter(owner, make_customer(owner.company), "10.00")
    card = online(owner)
    client, today = signed_in(owner), clock.today(owner.company.time_zone)
    tomorrow = str(today + timedelta(days=1))

    assert numbers(shown(client, method="check")) == [check.number]
    assert numbers(shown(client, by="processor")) == [card.number]
    assert numbers(shown(client, by=owner.name)) == [check.number]
    assert numbers(shown(client, customer=str(check.customer_id))) == [check.number]
    assert len(numbers(shown(client, since=str(today), until=str(today)))) == 2
    assert numbers(shown(client, since=tomorrow)) == []


def test_a_date_that_is_none_is_told_and_nothing_typed_is_lost(owner: User) -> None:
    at_the_counter(owner, make_customer(owner.company), "10.00")
    text = shown(signed_in(owner), since="2026-02-31", until="soon", q="77")

    assert text.count("This is not a date") == 2
    assert 'value="2026-02-31"' in text
    assert 'value="77"' in text


def test_an_export_of_a_date_that_is_none_is_refused_with_a_sentence(owner: User) -> None:
    answer = signed_in(owner).get(f"{LIST}export/", {"since": "2026-02-31"})

    assert answer.status_code == 422
    assert b"This is not a date" in answer.content


def test_totals_are_those_of_what_is_filtered_by_currency(owner: User) -> None:
    online(owner)
    at_the_counter(owner, make_customer(owner.company), "50.00")
    at_the_counter(owner, make_customer(owner.company, currency="JPY"), "500")
    everything, checks = shown(signed_in(owner)), shown(signed_in(owner), method="check", q="50.00")

    for part in ("2 payments, USD", "<b>$150.00</b>", "less $3.15 in fees", "= $146.85 net", "<b>¥500</b>"):
        assert part in everything
    assert "1 payment, USD" in checks
    assert "¥500" not in checks


def test_totals_tell_what_of_them_went_back(owner: User) -> None:
    sent_back(online(owner), 1_000)
    returned(online(owner))
    undone = at_the_counter(owner, make_customer(owner.company), "50.00")
    undo_payment.undo(owner.company, undone.pk, reason="Typed twice", by=owner)
    text = shown(signed_in(owner))

    assert "<b>$250.00</b>" in text
    assert "less $160.00 refunded, disputed or returned" in text
    assert "= $83.70 net" in text  # and $6.30 in fees


def test_too_many_payments_are_not_added_up_but_listed(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    customer = make_customer(owner.company)
    for amount in ("1.00", "2.00", "3.00"):
        at_the_counter(owner, customer, amount)
    text = shown(signed_in(owner))

    assert "More than 2 payments" in text
    assert len(numbers(text)) == 3


@pytest.mark.parametrize(
    "asked", [{}, {"sort": "received"}, {"sort": "amount"}, {"sort": "-amount", "q": "PAY"}]
)
def test_the_list_is_paged_without_gaps_or_doubles(
    owner: User, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    monkeypatch.setattr(paging, "ROWS", 4)
    customer = make_customer(owner.company)
    made = {at_the_counter(owner, customer, "1.00").number for _payment in range(9)}
    client, found, following = signed_in(owner), list[str](), f"?{urlencode(asked)}"
    for _page in range(3):
        text = shown(client, f"{LIST}{following}")
        found += numbers(text)
        link = re.search(r'href="([^"]+)">Next page', text)
        following = unescape(link[1]) if link else ""

    assert sorted(found) == sorted(made)


@pytest.mark.parametrize("after", ["x", "2026-01-01_x", "2026-01-01T00:00:00_", "_", "9" * 900, "\x00_\x00"])
def test_a_mark_that_is_none_shows_the_first_page(owner: User, after: str) -> None:
    payment = at_the_counter(owner, make_customer(owner.company), "1.00")

    assert numbers(shown(signed_in(owner), after=after)) == [payment.number]


@pytest.mark.parametrize(("asked", "more"), [({}, 0), ({"q": "PAY"}, 2), ({"state": "received"}, 0)])
def test_the_list_costs_the_same_for_one_payment_as_for_thirty(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries, asked: dict[str, str], more: int
) -> None:
    client = signed_in(owner)
    for rounds in (1, 29):
        for _payment in range(rounds):
            at_the_counter(owner, make_customer(owner.company), "1.00")
        # sums (5), the page, what became of it (4), invoices, people, under way, failed
        with django_assert_num_queries(ASKING + 14 + more):
            client.get(LIST, asked)


def test_a_bank_payment_under_way_stands_above_the_list(owner: User) -> None:
    invoice = make_invoice(owner)
    attempt = open_attempt(make_link(owner, invoice))
    Attempt.objects.update(method=Method.ACH)
    report(attempt, Outcome.PENDING, usd(10_000))
    text = shown(signed_in(owner))

    for part in ("Bank debit in progress", invoice.number, invoice.customer.name, "$100.00"):
        assert part in text
    assert numbers(text) == []


def test_a_bank_payment_that_failed_stands_there_until_the_invoice_is_paid(owner: User) -> None:
    invoice = make_invoice(owner)
    attempt = open_attempt(make_link(owner, invoice))
    report(attempt, Outcome.PENDING, usd(10_000))
    report(attempt, Outcome.FAILED)
    Attempt.objects.update(failure="R01")
    client = signed_in(owner)
    assert "Not enough money in the account" in shown(client)
    assert "Bank payment was not paid" in shown(client, "/office/")

    at_the_counter(owner, invoice.customer, "100.00")

    assert "Not enough money in the account" not in shown(client)
    assert "Bank payment was" not in shown(client, "/office/")


def test_the_page_tells_where_the_money_went_and_where_it_stands(owner: User) -> None:
    invoice = make_invoice(owner, "60.00")
    payment = at_the_counter(owner, invoice.customer, "100.00")
    undo_payment.unapply(
        owner.company, payment.pk, item=invoice.item_id, reason="Wrong one", submission="p", by=owner
    )
    text = shown(signed_in(owner), f"{LIST}{payment.pk}/")
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r'<td class="amount.*?</td>', text)]

    assert cells == ["$60.00", "$0.00", "$60.00", "$40.00", "$100.00", "$100.00"]


def test_the_page_of_what_came_back_leads_to_what_is_open_again_and_to_its_fee(owner: User) -> None:
    first = make_invoice(owner, "60.00")
    second = make_invoice(owner, "40.00", customer=first.customer)
    payment = at_the_counter(owner, first.customer, "100.00")
    marking = Marking(code="NSF", note="", fee=usd(2_500))
    return_payment.mark(owner.company, payment.pk, marking, by=owner)
    at_the_counter(owner, first.customer, "60.00")  # the first one is paid again
    fee = Invoice.objects.get(total=2_500)

    notice = told_of_return(signed_in(owner), payment)

    assert linked_invoices(notice) == [(second.order_id, second.number), (fee.order_id, fee.number)]
    assert all(part in notice for part in ("$40.00", "$25.00", "Open"))


def test_the_notice_of_a_return_without_fee_and_with_nothing_open_leads_nowhere(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = at_the_counter(owner, invoice.customer, "100.00")
    return_payment.mark(owner.company, payment.pk, Marking(code="NSF", note=""), by=owner)
    at_the_counter(owner, invoice.customer, "100.00")

    notice = told_of_return(signed_in(owner), payment)

    assert "Returned: Not enough money in the account." in notice
    assert linked_invoices(notice) == []


def test_the_list_leads_from_a_debit_that_failed_to_its_fee(owner: User) -> None:
    attempt = open_attempt(make_link(owner))
    report(attempt, Outcome.FAILED)
    Attempt.objects.update(failure="R01", method=Method.ACH)
    Company.objects.update(nsf_fee=2_500)
    attempt = Attempt.objects.get()
    with transaction.atomic():
        fee = charge_return_fee.charge_for(attempt, "R01")
    assert fee

    assert (fee.order_id, fee.number) in linked_invoices(shown(signed_in(owner)))


def test_the_page_tells_credits_refunds_return_and_link(owner: User) -> None:
    invoice = make_invoice(owner, "100.00")
    credit = make_credit(invoice.customer, "30.00")
    payment = online(owner, invoice, minor=7_000)
    sent_back(payment, 500)
    text = shown(signed_in(owner), f"{LIST}{payment.pk}/")

    for part in (credit.number, "$30.00", "RF-", "“Wilted”", "payer@shop.example", "pi_1", "RCP-"):
        assert part in text


def test_what_can_be_done_follows_what_has_happened(owner: User) -> None:
    check = at_the_counter(owner, make_customer(owner.company), "10.00")
    client = signed_in(owner)
    anything = {"refund": True, "mark_returned": True, "charge_fee": False, "undo": True, "unapply": True}
    assert may(client, check) == anything
    assert may(client, online(owner)) == {**anything, "mark_returned": False, "undo": False}

    undo_payment.undo(owner.company, check.pk, reason="Typed twice", by=owner)

    assert not any(may(client, check).values())


def test_a_discount_for_early_payment_is_told_beside_the_money_that_came_with_it(owner: User) -> None:
    invoice = make_invoice(owner)
    share = Share(invoice.item_id, 9_800, discount=200)
    wanted = Receiving(method=Method.CHECK, amount=usd(9_800), on=clock.today("UTC"), shares=[share])
    payment = receive_payment.receive(owner.company, invoice.customer_id, wanted, by=owner)

    text = shown(signed_in(owner), f"{LIST}{payment.pk}/")

    assert "and $2.00 discount for early payment" in text
    assert "$98.00</b> received by Check, with a discount of $2.00" in text


def test_the_page_costs_the_same_for_one_invoice_as_for_twenty(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    for rounds in (1, 20):
        customer = make_customer(owner.company)
        for _invoice in range(rounds):
            make_invoice(owner, "1.00", customer=customer)
        payment = at_the_counter(owner, customer, "20.00")
        with django_assert_num_queries(ASKING + PAGE):
            client.get(f"{LIST}{payment.pk}/")


def test_the_page_brings_itself_up_to_date(owner: User) -> None:
    payment = at_the_counter(owner, make_customer(owner.company), "10.00")
    client, address = signed_in(owner), f"{LIST}{payment.pk}/"
    seen = re.search(r"news/\?seen=(\w+)", shown(client, address))
    assert seen
    assert client.get(f"{address}news/?seen={seen[1]}", headers=HTMX).status_code == 204

    undo_payment.undo(owner.company, payment.pk, reason="Typed twice", by=owner)

    assert "Typed twice" in shown(client, f"{address}news/", seen=seen[1])


@pytest.mark.parametrize("door", ["", "news/", "email/", "receipt/"])
def test_a_strangers_payment_is_not_there(owner: User, stranger: User, door: str) -> None:
    payment = online(owner)
    client = signed_in(stranger)

    assert client.get(f"{LIST}{payment.pk}/{door}").status_code == 404
    assert payment.number not in shown(client)
    assert client.post(f"{LIST}{payment.pk}/{door}", {"to": "a@x.example"}).status_code in {404, 405}


def test_a_receipt_is_mailed_again_once_for_each_press(owner: User) -> None:
    payment = online(owner)
    client, address = signed_in(owner), f"{LIST}{payment.pk}/email/"
    dialog = shown(client, address)
    assert "payer@shop.example" in dialog
    typed = {"to": "A@x.example, b@y.example", "press": "one"}

    for _press in range(2):
        assert client.post(address, typed).status_code == 302

    mails = Message.objects.filter(kind=Message.Kind.PAYMENT_RECEIVED, event__contains=":copy:")
    assert sorted(mails.values_list("recipient", flat=True)) == ["A@x.example", "b@y.example"]
    assert "is on its way to A@x.example" in shown(client, f"{LIST}{payment.pk}/")


def test_the_receipt_of_money_that_went_back_is_printed_but_mailed_to_nobody(owner: User) -> None:
    payment = online(owner)
    returned(payment)
    client = signed_in(owner)

    answer = client.post(f"{LIST}{payment.pk}/email/", {"to": "a@x.example", "press": "one"})

    assert (answer.status_code, Message.objects.filter(event__contains=":copy:").count()) == (409, 0)
    assert "would mislead" in answer.content.decode()
    page = shown(client, f"{LIST}{payment.pk}/")
    assert ("Print receipt" in page, "Mail receipt" in page) == (True, False)


@pytest.mark.parametrize("to", ["", "nonsense", "a@x.example " * 30, "x" * 5000])
def test_a_receipt_to_nobody_is_refused_and_what_was_typed_stays(owner: User, to: str) -> None:
    payment = online(owner)
    answer = signed_in(owner).post(f"{LIST}{payment.pk}/email/", {"to": to, "press": "one"})

    assert (answer.status_code == 422) == (len(set(to.split())) != 1 or "@" not in to)
    assert not Message.objects.filter(event__contains=":copy:").exclude(recipient="a@x.example").exists()


def test_a_customers_page_shows_the_last_payments_to_whoever_may_see_them(
    owner: User, colleague: User
) -> None:
    payment = at_the_counter(owner, make_customer(owner.company), "10.00")
    address = f"/office/customers/{payment.customer_id}/"

    assert f"/office/payments/{payment.pk}/" in shown(signed_in(owner), address)
    assert f"/office/payments/?customer={payment.customer_id}" in shown(signed_in(owner), address)
    assert "Latest payments" not in shown(signed_in(colleague), address)


def test_stories_lead_to_the_payment_whoever_may_open_it(owner: User, colleague: User) -> None:
    invoice = make_invoice(owner)
    payment = at_the_counter(owner, invoice.customer, "100.00")
    address = f"/office/orders/{invoice.order_id}/"

    assert f'href="/office/payments/{payment.pk}/"' in shown(signed_in(owner), address)
    assert f"/office/payments/{payment.pk}/" not in shown(signed_in(colleague), address)
    assert f'href="/office/payments/{payment.pk}/"' in shown(signed_in(owner), "/office/")


def test_home_tells_what_was_collected_and_what_is_left_of_it(owner: User) -> None:
    online(owner, minor=10_000)
    sent_back(online(owner), 4_000)
    returned(online(owner))
    mistyped = at_the_counter(owner, make_customer(owner.company), "1000.00")
    undo_payment.undo(owner.company, mistyped.pk, reason="Typed twice", by=owner)
    text = shown(signed_in(owner), "/office/")

    assert text.count("$150.55</dd>") == 2  # this week and this month
    assert text.count("$300.00 came in") == text.count("$9.45 in fees") == 2
    assert " ".join(text.split()).count("$140.00 refunded, disputed or returned") == 2


def test_what_a_dispute_holds_and_costs_is_not_collected_or_net(owner: User) -> None:
    held, lost = online(owner), online(owner)
    contest(held, DisputeOutcome.NEEDS_RESPONSE)
    contest(lost, DisputeOutcome.LOST)

    rows = history.rows([held, lost])
    [total] = history.totals(Payment.objects.all()).totals

    assert [(row.fee, row.lost, row.net) for row in rows] == [(usd(1_815), usd(10_000), usd(-1_815))] * 2
    assert (total.gross, total.gone, total.fee, total.net) == (
        usd(20_000),
        usd(20_000),
        usd(3_630),
        usd(-3_630),
    )
    assert (
        shown(signed_in(owner), "/office/").count("\N{MINUS SIGN}$36.30</dd>") == 2
    )  # this week and this month


def test_what_a_won_dispute_gives_back_is_net_again_less_its_fee(owner: User) -> None:
    payment = online(owner)
    for outcome in (DisputeOutcome.NEEDS_RESPONSE, DisputeOutcome.WON):
        contest(payment, outcome)

    assert history.rows([payment])[0].net == usd(10_000 - 315 - 1_500)


def test_a_refund_and_the_fee_that_came_back_with_it_change_the_net(owner: User) -> None:
    payment = online(owner)
    refund = sent_back(payment, 4_000)
    with transaction.atomic():
        booking.learn_fee(refund, 120)
        refund.save()

    assert history.rows([payment])[0].net == usd(10_000 - 4_000 - 315 + 120)


def test_a_returned_payment_needs_attention_until_its_invoices_are_paid(owner: User) -> None:
    invoice = make_invoice(owner)
    returned(online(owner, invoice))
    client = signed_in(owner)
    assert "Returned payment whose" in shown(client, "/office/")
    assert "Returned payment" not in shown(signed_in(make_user(owner.company, Role.SALES)), "/office/")

    at_the_counter(owner, invoice.customer, "100.00")

    assert "Needs attention" not in shown(client, "/office/")


def test_the_timeline_names_the_way_to_pay_and_the_mail_in_the_readers_words(owner: User) -> None:
    customer = make_customer(owner.company)
    payment = at_the_counter(owner, customer, "10.00")
    User.objects.filter(pk=owner.pk).update(language="es")

    text = signed_in(owner).get(f"/office/payments/{payment.pk}/").content.decode()

    assert "recibidos con Cheque" in text


def test_an_inquiry_is_told_as_a_question_and_not_as_a_dispute(owner: User) -> None:
    payment = online(owner)
    for inquiry in (1, 0):
        activity.note(
            owner.company_id,
            activity.Kind.DISPUTE_OPENED,
            subjects=[payment.pk],
            number=payment.number,
            amount=10_000,
            currency="USD",
            inquiry=inquiry,
        )

    text = unescape(shown(signed_in(owner), f"{LIST}{payment.pk}/"))

    asks, disputes = "The payer's bank asks about $100.00", "The payer disputes $100.00"
    assert (text.count(asks), text.count(disputes)) == (1, 1)
