"""Every currency that a customer may have: the processor's page asks for what ours does, or is not opened."""

import html
import re
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from babel.numbers import list_currencies

from florin.contracts.limits import Bar
from florin.contracts.processor import GatewayRefusal, LineItem, Started, StartOrder
from florin.edges.gateways.stripe.amounts import from_stripe, limits, to_stripe
from florin.edges.gateways.stripe.gateway import StripeGateway
from florin.kernel import clock, formats
from florin.kernel.money import Money, exponent
from testing.bank import Bank

CURRENCIES = sorted(list_currencies())


def parsed(text: str) -> Money:
    figures, _space, currency = text.partition(" ")
    return Money.parse(figures, currency)


def started(bank: Bank, *amounts: Money) -> Started:
    gateway = StripeGateway(api_key="sk_test_of_the_tests", base=bank.base, notice_secret=str, seconds=10)
    order = StartOrder(
        key=uuid4().hex,
        attempt=uuid4().hex,
        merchant="Fern & Co",
        line_items=tuple(LineItem(name="INV-1", amount=amount) for amount in amounts),
        description="INV-1",
        payer_email="",
        language="en",
        return_url="https://fern.example/back",
        cancel_url="https://fern.example/",
        expires_at=clock.now() + timedelta(hours=1),
    )
    return gateway.start(order)


def on_the_page(url: str) -> str:
    """The total that the processor's page asks for: its figures, without the currency's sign."""
    page = html.unescape(httpx.get(url).text)
    total = re.search(r'class="sum">.*?class="money">([^<]+)<', page, re.DOTALL)
    assert total
    return re.sub(r"[^\d.,]", "", total[1])


@pytest.mark.parametrize("currency", CURRENCIES)
def test_the_processors_page_shows_the_amount_of_our_page(running_bank: Bank, currency: str) -> None:
    amount = Money(38_000 * 10 ** exponent(currency), currency)
    if limits(currency).bar(amount) == Bar.CURRENCY:
        with pytest.raises(GatewayRefusal):
            started(running_bank, amount)
        return
    session = started(running_bank, amount)
    ours, theirs = formats.figure(amount, "en"), on_the_page(session.url)
    assert theirs.removesuffix(".00") == ours.removesuffix(".00")


@pytest.mark.parametrize("currency", CURRENCIES)
def test_what_goes_to_the_processor_comes_back_the_same(currency: str) -> None:
    known = limits(currency)
    for minor in (known.least.minor, known.step * 1_234, known.most.minor) if known.most else ():
        assert from_stripe(to_stripe(Money(minor, currency)), currency.lower()) == Money(minor, currency)


@pytest.mark.parametrize(
    ("amount", "theirs"),
    [
        ("5000 ISK", 500_000),
        ("38000 UGX", 3_800_000),
        ("500 JPY", 500),
        ("1200.00 MGA", 1_200),
        ("12.340 KWD", 12_340),
        ("10.45 HUF", 1_045),
        ("-10.99 USD", -1_099),
    ],
)
def test_amounts_are_written_by_stripes_own_table(amount: str, theirs: int) -> None:
    assert to_stripe(parsed(amount)) == theirs
    assert from_stripe(theirs, parsed(amount).currency.lower()) == parsed(amount)


@pytest.mark.parametrize("amount", ["12.345 KWD", "12.30 MGA", "1.00 CUP", "1.000 LYD"])
def test_what_the_processor_cannot_express_never_reaches_it(amount: str) -> None:
    with pytest.raises(GatewayRefusal):
        to_stripe(parsed(amount))


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        ("0.49 USD", Bar.TOO_SMALL),
        ("0.50 USD", None),
        ("999999.99 USD", None),
        ("1000000.00 USD", Bar.TOO_LARGE),
        ("12.345 KWD", Bar.UNEVEN),
        ("12.340 KWD", None),
        ("49 JPY", Bar.TOO_SMALL),
        ("0.29 GBP", Bar.TOO_SMALL),
        ("9999999999.99 IDR", None),
        ("999999.990 KWD", Bar.TOO_LARGE),
        ("99999.990 KWD", None),
        ("1000000 ISK", Bar.TOO_LARGE),
        ("999999 ISK", None),
        ("99.99 CUP", Bar.CURRENCY),
    ],
)
def test_what_can_be_paid_is_known_beforehand(amount: str, why: Bar | None) -> None:
    assert limits(parsed(amount).currency).bar(parsed(amount)) == why


@pytest.mark.parametrize(
    "currency", ["USD", "GBP", "KWD", "ISK", "UGX", "MGA", "JPY", "IDR", "COP", "HUF", "INR", "LBP"]
)
def test_the_processor_takes_the_least_and_the_most_that_we_believe_and_no_more(
    running_bank: Bank, currency: str
) -> None:
    known = limits(currency)
    for amount in (known.least, known.most):
        started(running_bank, amount)
    with pytest.raises(GatewayRefusal):
        started(running_bank, Money(known.most.minor + known.step, currency))


def test_amounts_that_come_finer_than_our_unit_are_rounded_to_it() -> None:
    assert from_stripe(14_525, "isk") == Money(145, "ISK")
    assert from_stripe(-14_550, "isk") == Money(-146, "ISK")
