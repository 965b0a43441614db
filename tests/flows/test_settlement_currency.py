"""An account paid out in another currency than the bill's: booked and compared without a difference."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from factories import make_customer, make_invoice, make_link
from factories.clearing_account import in_the_books, own_account
from factories.database import tampered
from factories.payments import click_pay
from florin.domain.ledger.models import Account
from florin.domain.payments.models import Payment
from florin.domain.payments.queries import PaymentFilter
from florin.domain.payouts import checking, queries
from florin.domain.payouts.models import Movement
from florin.domain.refunds.services import Wish
from florin.domain.staff.models import User
from florin.flows import export_payments, reconcile, refund_payment, settle_payment
from florin.flows.start_checkout import NotPayable
from florin.kernel.fees import FeeSchedule, Rate
from florin.kernel.money import Money
from office import signed_in
from testing.bank import Bank

RATE = "1.0842"


@pytest.fixture
def account(owner: User, bank: Bank) -> str:
    """The company's own account at the bank, which is paid out in dollars."""
    reference = own_account(owner.company, bank)
    bank.order("settlement", account=reference, currency="usd", rates={"eur": RATE, "jpy": "0.0066"})
    return reference


def paid(owner: User, bank: Bank, price: str = "100.00", currency: str = "EUR") -> Payment:
    customer = make_customer(owner.company, currency=currency)
    attempt = click_pay(make_link(owner, make_invoice(owner, price, customer=customer)))
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)
    return Payment.objects.get(attempt=attempt)


def compared(owner: User) -> list[tuple[str, str, str]]:
    reconcile.run(owner.company, by="a test")
    open_ = queries.open_differences(owner.company)
    return list(open_.values_list("kind", "ours", "theirs"))


def shown_totals(owner: User, address: str) -> list[str]:
    """What each total says, as read."""
    text = signed_in(owner).get(address).content.decode()
    [totals] = re.findall(r'<dl class="totals">(.*?)</dl>', text, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in totals.split("</div>")][:-1]


def test_a_payment_is_booked_in_both_currencies(owner: User, bank: Bank, account: str) -> None:
    payment = paid(owner, bank)
    assert compared(owner) == []
    movement = Movement.objects.get(payment=payment)
    assert (movement.gross, movement.fee, movement.currency) == (10_842, 339, "USD")
    assert (movement.payers, str(movement.exchange_rate)) == (Money(10_000, "EUR"), "1.0842000000")
    assert in_the_books(owner.company) == {"USD": 10_503} == bank.balances(account)
    assert in_the_books(owner.company, Account.FEES) == {"USD": 339}
    assert in_the_books(owner.company, Account.EXCHANGE) == {"EUR": 10_000, "USD": -10_842}


def test_comparing_again_books_nothing_twice(owner: User, bank: Bank, account: str) -> None:
    paid(owner, bank)
    assert compared(owner) == compared(owner) == []
    assert in_the_books(owner.company) == {"USD": 10_503}


def test_a_refund_at_another_rate_is_no_difference(owner: User, bank: Bank, account: str) -> None:
    payment = paid(owner, bank)
    assert compared(owner) == []
    bank.order("settlement", account=account, currency="usd", rates={"eur": "1.2"})
    item = payment.allocations.get().item_id
    wish = Wish(amounts={item: 4_000}, reason="Short", submission=uuid4().hex)
    refund_payment.refund(owner.company, payment.pk, wish, by=owner)
    assert compared(owner) == []
    assert in_the_books(owner.company) == bank.balances(account)
    assert in_the_books(owner.company, Account.EXCHANGE) == {"EUR": 6_000, "USD": -10_842 + 4_800}


def test_a_dispute_and_its_fee_are_no_difference(owner: User, bank: Bank, account: str) -> None:
    payment = paid(owner, bank)
    bank.order(f"payment_intents/{payment.reference}/dispute")
    assert compared(owner) == []
    assert in_the_books(owner.company) == bank.balances(account)
    assert in_the_books(owner.company, Account.FEES) == {"USD": 339 + 1_500}
    assert in_the_books(owner.company, Account.DISPUTED) == {"EUR": 10_000}


def test_payouts_consist_of_what_was_converted(owner: User, bank: Bank, account: str) -> None:
    paid(owner, bank)
    bank.order("payouts", account=account, include_pending=True, reconciled=True)
    assert compared(owner) == []
    [payout] = queries.payouts(owner.company)
    assert payout.money == Money(10_503, "USD")
    assert in_the_books(owner.company) == {}
    assert in_the_books(owner.company, Account.BANK) == {"USD": 10_503}


def test_currencies_with_other_decimals_convert_too(owner: User, bank: Bank, account: str) -> None:
    payment = paid(owner, bank, "15000", "JPY")
    assert compared(owner) == []
    assert Movement.objects.get(payment=payment).gross == 9_900


def test_what_converts_to_too_little_is_refused_by_the_processor(
    owner: User, bank: Bank, account: str
) -> None:
    customer = make_customer(owner.company, currency="JPY")
    link = make_link(owner, make_invoice(owner, "60", customer=customer))  # 60 yen are 40 cents
    with pytest.raises(NotPayable, match="amount"):
        click_pay(link)


def test_a_fee_that_is_not_as_contracted_is_told_in_its_own_currency(
    owner: User, bank: Bank, account: str, settings: Settings
) -> None:
    settings.FEES = FeeSchedule(card=Rate(290))
    paid(owner, bank)
    assert compared(owner) == [("fee", "3.14 USD", "3.39 USD")]
    settings.FEES = FeeSchedule(card=Rate(290), tolerance=Rate(10, fixed=15))
    assert compared(owner) == []


def test_books_that_miss_a_conversion_are_found_out(owner: User, bank: Bank, account: str) -> None:
    paid(owner, bank)
    assert compared(owner) == []
    with tampered("UPDATE payouts_movement SET presented = presented + 1"):
        assert checking.findings()


def test_screens_and_files_show_the_conversion(owner: User, bank: Bank, account: str) -> None:
    payment = paid(owner, bank)
    assert compared(owner) == []
    client, file_ = Client(), BytesIO()
    client.force_login(owner)
    page = client.get(f"/office/payments/{payment.pk}/").content.decode()
    assert "to $108.42 by the processor, at 1.0842" in page
    assert {"$3.39", "$105.03"} <= set(re.findall(r"\$[\d.]+", page))
    assert "not known yet" not in page
    assert "$105.03" in client.get("/office/payments/").content.decode()
    file_.writelines(export_payments.csv_of_payments(owner.company, PaymentFilter()))
    assert '108.42,3.39,105.03,"USD",1.0842' in file_.getvalue().decode()


def test_the_totals_of_payment_history_add_up_what_was_converted_beside(
    owner: User, bank: Bank, account: str
) -> None:
    payment = paid(owner, bank)
    paid(owner, bank, "50.00")
    item = payment.allocations.get().item_id
    wish = Wish(amounts={item: 4_000}, reason="Short", submission=uuid4().hex)
    refund_payment.refund(owner.company, payment.pk, wish, by=owner)
    assert compared(owner) == []
    totals = shown_totals(owner, "/office/payments/")
    assert totals[0] == (
        "2 payments, EUR €150.00 less €40.00 refunded, disputed or returned"
        " = €110.00 before the fees of what was converted"
    )
    kept = in_the_books(owner.company, Account.FEES)["USD"]
    assert totals[1] == (
        "2 payments converted from EUR to USD $162.63 less $43.37 refunded, disputed or returned"
        f" less ${kept / 100:.2f} in fees = ${bank.balances(account)['USD'] / 100:.2f} net"
    )


def test_home_tells_the_fees_of_what_was_converted(owner: User, bank: Bank, account: str) -> None:
    paid(owner, bank)
    assert compared(owner) == []
    assert "$3.39 in fees" in signed_in(owner).get("/office/").content.decode()


@pytest.mark.usefixtures("one_clock")
def test_the_settlement_report_says_for_how_much_it_stands(owner: User, bank: Bank, account: str) -> None:
    paid(owner, bank)
    assert compared(owner) == []
    client = Client()
    client.force_login(owner)
    assert "for €100.00, at 1.0842" in client.get("/office/payments/settlement/").content.decode()
