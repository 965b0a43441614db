"""Open credits on the bill: each shown as a deduction, and nothing asked for where they are enough."""

import re

from django.test import Client

from checkout.pages import address, link_to, queries, result_address
from factories import make_customer, make_invoice
from factories.attempts import open_attempt, report_card_payment
from factories.credits import make_credit
from factories.payments import click_pay
from florin.contracts.processor import Outcome
from florin.domain.ledger.models import Item
from florin.domain.links.models import Link
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import settle_payment
from testing.bank import Bank


def _link(owner: User, *amounts: str) -> Link:
    """A link to an invoice of 100.00, of a customer with these open credits."""
    customer = make_customer(owner.company)
    for number, amount in enumerate(amounts, start=1):
        make_credit(customer, amount, number=f"CR-{number}")
    return link_to(make_invoice(owner, customer=customer))


def _sum(page: str) -> list[tuple[str, str]]:
    """The lines below the invoices: what they say, and how much."""
    return re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)


def test_each_credit_is_a_line_between_the_balance_and_what_is_to_pay(payer: Client, owner: User) -> None:
    page = payer.get(address(_link(owner, "30.00", "20.00"))).text

    assert _sum(page) == [
        ("Total balance", "$100.00"),
        ("Your credit CR-1 of Jan 5, 2026", "−$30.00"),  # noqa: RUF001 - a minus sign
        ("Your credit CR-2 of Jan 5, 2026", "−$20.00"),  # noqa: RUF001
        ("To pay now", "$50.00"),
    ]
    assert "Pay $50.00" in page
    assert "Your open credits, $50.00, are taken off already." in page


def test_credits_that_are_enough_leave_nothing_to_pay_and_say_whom_to_call(
    payer: Client, owner: User
) -> None:
    link = _link(owner, "150.00")

    page = payer.get(address(link)).text

    assert "Your credits cover it. Nothing to pay." in page
    assert _sum(page)[-1] == ("Left to pay", "$0.00")
    assert f"Call {link.company.phone}" in page
    assert 'id="pay-form"' not in page


def test_a_bill_without_credits_of_one_invoice_needs_no_sum(payer: Client, link: Link) -> None:
    assert _sum(payer.get(address(link)).text) == []


def test_what_others_pay_and_what_credits_pay_are_told_apart(payer: Client, owner: User) -> None:
    customer = make_customer(owner.company)
    one, other = (make_invoice(owner, customer=customer) for _ in range(2))
    report_card_payment(open_attempt(link_to(one)), Outcome.AUTHORISED)
    make_credit(customer, "30.00", number="CR-1")

    page = payer.get(address(link_to(one, other))).text

    assert [amount for _, amount in _sum(page)] == ["$200.00", "−$100.00", "−$30.00", "$70.00"]  # noqa: RUF001
    assert "$100.00 of it is being paid by somebody else" in page


def test_an_open_page_hears_of_a_new_credit(payer: Client, owner: User) -> None:
    link = _link(owner)
    version = payer.get(address(link)).text.split('data-version="')[1][:16]

    make_credit(link.customer, "30.00")
    answer = payer.get(address(link, f"/now?v={version}"))

    assert answer.status_code == 200
    assert 'data-amount="$70.00"' in answer.text


def test_the_result_says_what_the_credits_paid(payer: Client, owner: User) -> None:
    attempt = open_attempt(_link(owner, "30.00"))
    report_card_payment(attempt, Outcome.SETTLED)

    page = payer.get(result_address(attempt)).text

    assert "From your open credits" in page
    assert "$70.00" in page
    assert "$30.00" in page


def test_a_bill_that_credits_helped_to_pay_says_so(payer: Client, owner: User) -> None:
    link = _link(owner, "30.00")
    report_card_payment(open_attempt(link), Outcome.SETTLED)

    page = payer.get(address(link)).text

    assert "$70.00 was paid on" in page
    assert "Your open credits paid $30.00." in page


def test_credits_cost_one_more_query_however_many_there_are(payer: Client, owner: User) -> None:
    counts = []
    for amounts in (["1.00"], ["1.00"] * 12):
        customer = make_customer(owner.company)
        for amount in amounts:
            make_credit(customer, amount)
        path = address(link_to(make_invoice(owner, customer=customer)))
        with queries() as asked:
            payer.get(path)
        counts.append(len(asked))

    assert counts == [6, 6]


def test_a_credit_of_50_leaves_115_to_pay_of_30_35_and_100_and_nobody_owes_a_cent_then(
    payer: Client, owner: User, bank: Bank
) -> None:
    customer = make_customer(owner.company)
    make_credit(customer, "50.00")
    links = [link_to(make_invoice(owner, price, customer=customer)) for price in ("30.00", "35.00", "100.00")]
    pages = [payer.get(address(link)).text for link in links]

    for page, asked in zip(pages, ("Use $30.00 of my credits", "Pay $15.00", "Pay $100.00"), strict=True):
        assert asked in page
    payer.post(address(links[0], "/credits"))
    for link in links[1:]:
        attempt = click_pay(link)
        bank.pay(attempt)
        settle_payment.settle(attempt.pk)

    assert set(Item.objects.values_list("balance", flat=True)) == {0}
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [1_500, 10_000]
