"""The page a payer sees, as a browser without scripts would use it."""

from typing import Any

import httpx
import pytest

from sandbox.processes import PAYER, Sandbox, web


def page(bank: Sandbox, session_id: str) -> httpx.Response:
    return web.get(f"{bank.url}/c/pay/{session_id}")


def test_the_page_shows_the_bill_and_says_that_it_is_a_test(bank: Sandbox) -> None:
    session = bank.session(
        123_456, branding_settings={"display_name": "Hollis & Vine"}, customer_email="pat@example.com"
    )
    shown = page(bank, session.id).text

    for text in (
        "Hollis &amp; Vine",
        "Invoice INV-10023",
        "$1,234.56",
        "Test processor",
        "https://shop.example/back",
    ):
        assert text in shown
    assert 'value="pat@example.com"' in shown


def test_the_page_speaks_spanish_when_the_session_does(bank: Sandbox) -> None:
    shown = page(bank, bank.session(123_456, locale="es").id).text

    assert '<html lang="es">' in shown
    assert "Número de tarjeta" in shown
    assert "1.234,56" in shown


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("4000000000000002", "Your card was declined."),
        ("4000000000009995", "insufficient funds"),
        ("4000000000009987", "Your card was declined."),
        ("4000000000009979", "Your card was declined."),
        ("4000000000000069", "Your card has expired."),
        ("4000000000000127", "security code is incorrect"),
        ("4000000000000119", "An error occurred"),
    ],
)
def test_a_declined_card_says_why_and_leaves_the_session_open(bank: Sandbox, card: str, reason: str) -> None:
    session = bank.session()
    answer = bank.pay(session, card)

    assert answer.status_code == 402
    assert reason in answer.text.replace("&#39;", "'")
    assert bank.api.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert bank.pay(session).status_code == 303


def test_a_decline_keeps_what_was_typed_but_never_the_card(bank: Sandbox) -> None:
    answer = bank.pay(bank.session(), "4000000000000002", email="someone@example.com")

    assert 'value="someone@example.com"' in answer.text
    assert 'value="Pat Payer"' in answer.text
    assert "4000000000000002" not in answer.text


def test_a_decline_and_the_next_card_belong_to_one_intent(bank: Sandbox) -> None:
    session = bank.session()
    bank.pay(session, "4000000000009995")
    first = bank.api.v1.payment_intents.retrieve(bank.intent_of(session))
    bank.pay(session)

    assert first.status == "requires_payment_method"
    assert first.last_payment_error is not None
    assert first.last_payment_error.decline_code == "insufficient_funds"
    assert len(bank.api.v1.charges.list({"payment_intent": bank.intent_of(session)}).data) == 2


@pytest.mark.parametrize(
    ("field", "typed", "complaint"),
    [
        ("number", "4242424242424241", "not a valid card number"),
        ("number", "", "not a valid card number"),
        ("expiry", "13/30", "Enter month and year"),
        ("expiry", "01/20", "This card has expired"),
        ("cvc", "12", "3 or 4 digits"),
        ("email", "nobody", "Enter an email address"),
        ("name", " ", "Enter the name"),
    ],
)
def test_a_wrong_field_is_marked(bank: Sandbox, field: str, typed: str, complaint: str) -> None:
    session = bank.session()
    form = {**PAYER, "number": "4242424242424242", field: typed}
    answer = web.post(f"{bank.url}/c/pay/{session.id}", data=form)

    assert answer.status_code == 422
    assert complaint in answer.text
    assert bank.api.v1.checkout.sessions.retrieve(session.id).payment_intent is None


@pytest.mark.parametrize(
    ("number", "brand", "funding"),
    [
        ("5555 5555 5555 4444", "mastercard", "credit"),
        ("4000056655665556", "visa", "debit"),
        ("378282246310005", "amex", "credit"),
    ],
)
def test_every_brand_is_known(bank: Sandbox, number: str, brand: str, funding: str) -> None:
    session = bank.session()
    bank.pay(session, number)
    charge = bank.api.v1.charges.list({"payment_intent": bank.intent_of(session)}).data[0]

    assert charge.payment_method_details is not None
    card = charge.payment_method_details.card
    assert card is not None
    assert (card.brand, card.funding, card.last4) == (brand, funding, number[-4:])


@pytest.mark.parametrize("card", ["4000002500003155", "4000002760003184"])
def test_a_passed_challenge_pays(bank: Sandbox, card: str) -> None:
    session = bank.session()
    challenge = bank.pay(session, card).headers["location"]
    assert bank.api.v1.payment_intents.retrieve(bank.intent_of(session)).status == "requires_action"

    answer = web.post(f"{bank.url}{challenge}", data={"answer": "pass"})
    assert answer.headers["location"] == f"https://shop.example/done?s={session.id}"


def test_a_failed_challenge_lets_the_payer_try_another_card(bank: Sandbox) -> None:
    session = bank.session()
    challenge = bank.pay(session, "4000002500003155").headers["location"]
    answer = web.post(f"{bank.url}{challenge}", data={"answer": "fail"})

    assert "could not confirm that it was you" in answer.text
    assert bank.pay(session).status_code == 303


def test_an_abandoned_challenge_waits_and_can_be_taken_up_again(bank: Sandbox) -> None:
    session = bank.session()
    challenge = bank.pay(session, "4000002500003155").headers["location"]

    assert challenge in page(bank, session.id).text
    assert "Complete authentication" in web.get(f"{bank.url}{challenge}").text


def test_a_challenge_in_two_tabs_takes_the_money_once_and_the_other_tab_says_so(bank: Sandbox) -> None:
    session = bank.session()
    challenge = bank.pay(session, "4000002500003155").headers["location"]
    bank.pay(session, "4000002760003184")
    first, second = (web.post(f"{bank.url}{challenge}", data={"answer": "pass"}) for _ in range(2))

    assert first.headers["location"] == f"https://shop.example/done?s={session.id}"
    assert (second.status_code, "This payment is complete" in second.text) == (200, True)
    assert bank.moves_of(bank.intent_of(session)) == [("authorised", 10_000)]


def test_a_challenge_answered_after_another_card_paid_takes_nothing_more(bank: Sandbox) -> None:
    session = bank.session()
    challenge = bank.pay(session, "4000002500003155").headers["location"]
    bank.pay(session)
    answer = web.post(f"{bank.url}{challenge}", data={"answer": "pass"})

    assert "This payment is complete" in answer.text
    assert bank.moves_of(bank.intent_of(session)) == [("authorised", 10_000)]


def test_a_declined_card_leaves_a_failed_charge_and_says_why_on_the_intent(bank: Sandbox) -> None:
    session = bank.session()
    bank.pay(session, "4000000000009995")
    intent = bank.intent_of(session)
    error: Any = bank.api.v1.payment_intents.retrieve(intent).last_payment_error
    charge = bank.charge_of(intent)

    assert (error.code, error.decline_code, error.charge) == (
        "card_declined",
        "insufficient_funds",
        charge.id,
    )
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, "card_declined")
    assert bank.events_of(intent)[-2:] == ["charge.failed", "payment_intent.payment_failed"]


def test_looking_at_the_page_changes_nothing(bank: Sandbox) -> None:
    session = bank.session()
    before = bank.api.v1.checkout.sessions.retrieve(session.id).to_dict()
    page(bank, session.id)

    assert bank.api.v1.checkout.sessions.retrieve(session.id).to_dict() == before


def test_a_paid_session_says_so(bank: Sandbox) -> None:
    session = bank.session()
    bank.pay(session)
    shown = page(bank, session.id).text

    assert "This payment is complete" in shown
    assert f"https://shop.example/done?s={session.id}" in shown


def test_a_session_nobody_knows_is_not_found(bank: Sandbox) -> None:
    assert page(bank, "cs_test_nothing").status_code == 404


def test_the_page_allows_nothing_foreign(bank: Sandbox) -> None:
    policy = page(bank, bank.session().id).headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "form-action 'self' https://shop.example" in policy


def test_the_card_number_is_nowhere_in_the_data(bank: Sandbox) -> None:
    bank.pay(bank.session(), "378282246310005")
    bank.read("log")

    kept = b"".join(path.read_bytes() for path in bank.data.glob("sandbox.db*"))
    assert b"378282246310005" not in kept


def test_the_front_page_shows_what_happened(bank: Sandbox) -> None:
    session = bank.session(4_321)
    shown = web.get(bank.url).text

    assert session.id in shown
    assert "$43.21" in shown
