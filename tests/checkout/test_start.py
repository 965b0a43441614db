"""Pressing Pay: on to the processor, or a sentence that says why not."""

from dataclasses import asdict

import httpx
import pytest
import stripe
from django.conf import settings as installed
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkout.pages import NONCE, PayForm, address, everything, hidden, link_to
from factories import make_customer, make_invoice
from factories.attempts import open_attempt, report_card_payment
from florin.contracts.processor import Outcome
from florin.domain.attempts.models import Attempt
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.flows import start_checkout
from florin.kernel.errors import ProcessorAway
from testing.bank import Bank


def test_pay_leads_on_to_the_processors_page(payer: Client, link: Link, bank: Bank) -> None:
    page = payer.get(address(link)).text
    form = {name: hidden(page, name) for name in ("seen", "currency", "nonce")}

    answer = payer.post(address(link, "/checkout"), form)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(bank.base)


@pytest.mark.parametrize(
    ("currency", "price", "theirs"), [("ISK", "5000", 500_000), ("UGX", "38000", 3_800_000)]
)
def test_the_processors_page_asks_for_the_same_whole_units(  # noqa: PLR0917 - the cases
    payer: Client, owner: User, bank: Bank, currency: str, price: str, theirs: int
) -> None:
    link = link_to(make_invoice(owner, price, customer=make_customer(owner.company, currency=currency)))

    page = payer.post(address(link, "/checkout"), asdict(PayForm(price, currency))).headers["Location"]

    assert f"{currency}\xa0{int(price):,}" in httpx.get(page).text
    api = stripe.StripeClient(installed.STRIPE_API_KEY, base_addresses={"api": bank.base})
    assert api.v1.checkout.sessions.retrieve(Attempt.objects.get().reference).amount_total == theirs


def test_pay_pressed_twice_leads_to_the_same_session(payer: Client, link: Link, bank: Bank) -> None:
    answers = [payer.post(address(link, "/checkout"), asdict(PayForm("10000"))) for _ in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Attempt.objects.count() == 1


def test_each_rendering_of_the_bill_has_its_own_nonce(payer: Client, link: Link) -> None:
    assert len({hidden(payer.get(address(link)).text, "nonce") for _ in range(3)}) == 3


def test_a_changed_amount_is_shown_old_and_new_before_anything_happens(payer: Client, link: Link) -> None:
    answer = payer.post(address(link, "/checkout"), asdict(PayForm("9000")))

    assert answer.status_code == 409
    assert "The amount changed from $90.00 to $100.00" in answer.text
    assert hidden(answer.text, "seen") == "10000"
    assert hidden(answer.text, "nonce") != NONCE


def test_a_bill_paid_meanwhile_is_shown_as_paid(payer: Client, link: Link) -> None:
    report_card_payment(open_attempt(link, nonce="another"), Outcome.SETTLED)

    answer = payer.post(address(link, "/checkout"), asdict(PayForm("10000")))

    assert answer.status_code == 409
    assert "Paid. Nothing is due." in answer.text


def test_with_the_processor_away_the_bill_stays_and_says_that_nothing_was_charged(
    payer: Client, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> str:
        raise ProcessorAway("Nothing was charged; please try again in a minute.")

    monkeypatch.setattr(start_checkout, "start", away)
    answer = payer.post(address(link, "/checkout"), asdict(PayForm("10000")))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Nothing was charged" in answer.text
    assert "Pay $100.00" in answer.text


def test_too_many_tries_are_refused_with_the_bill_still_there(payer: Client, link: Link) -> None:
    for number in range(60):
        open_attempt(link, nonce=f"nonce-{number}")

    answer = payer.post(address(link, "/checkout"), asdict(PayForm("10000")))

    assert answer.status_code == 429
    assert "opened for payment many times" in answer.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.fixed_dictionaries(
        {
            "seen": st.text(max_size=30)
            | st.integers().map(str)
            | st.sampled_from(["٣", "1e3", "0", "9" * 19]),
            "currency": st.sampled_from(["USD", "EUR", "usd", "", "\x00"]),
            "nonce": st.text(max_size=50) | st.just(NONCE),
        }
    )
)
def test_whatever_a_form_holds_it_is_answered_with_a_sentence(
    payer: Client, link: Link, form: dict[str, str]
) -> None:
    answer = payer.post(address(link, "/checkout"), form)

    assert 400 <= answer.status_code < 500
    assert 'role="alert"' in answer.text
    assert "Pay $100.00" in answer.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"broken"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=seen"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"seen=1"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(30_000))),
        ("application/x-www-form-urlencoded", b"seen=" + b"1" * 3_000_000),
        ("application/json", b'{"seen": 1}'),
    ],
)
def test_a_garbled_form_is_a_bad_request_and_starts_nothing(
    payer: Client, link: Link, kind: str, body: bytes
) -> None:
    before = everything()

    answer = payer.post(address(link, "/checkout"), body, content_type=kind)

    assert answer.status_code == 400
    assert "press Pay again" in answer.text
    assert everything() == before
