"""The page on which a person plays the bank."""

import httpx
import pytest

from sandbox.processes import Sandbox, web


def click(bank: Sandbox, do: str, subject: str, choice: str = "", **headers: str) -> httpx.Response:
    """Press a button of the page."""
    form = {"do": do, "id": subject, "choice": choice}
    return web.post(f"{bank.url}/dashboard", data=form, headers=headers)


def shown(bank: Sandbox) -> str:
    return web.get(f"{bank.url}/dashboard").text


def test_the_front_page_leads_to_the_payments(bank: Sandbox) -> None:
    assert 'href="/dashboard"' in web.get(bank.url).text


def test_a_payment_is_shown_with_what_can_be_done_to_it(bank: Sandbox) -> None:
    intent = bank.debited(amount=98_765)
    page = shown(bank).partition(intent)[2].partition("</article>")[0]

    assert "$987.65" in page
    assert "checking account ending 6789, SANDBOX TEST BANK, Pat Payer (pat@example.com)" in page
    assert "Clear now" in page
    assert "R01 insufficient funds" in page
    assert "Refund" not in page


def test_looking_changes_nothing(bank: Sandbox) -> None:
    intent = bank.debited()
    before = bank.moves_of(intent)
    shown(bank)

    assert bank.moves_of(intent) == before


def test_a_debit_is_cleared_refunded_and_returned_by_buttons(bank: Sandbox) -> None:
    intent = bank.debited()
    for do, choice in (("clear", ""), ("refund", ""), ("return", "R10")):
        assert click(bank, do, intent, choice).headers["location"] == "/dashboard"

    assert [move for move, _ in bank.moves_of(intent)] == [
        "pending",
        "cleared",
        "refunded",
        "refund_failed",
        "returned",
    ]


@pytest.mark.parametrize(("do", "status"), [("win", "won"), ("lose", "lost")])
def test_a_card_payment_is_disputed_and_decided_by_buttons(bank: Sandbox, do: str, status: str) -> None:
    intent = bank.captured()
    click(bank, "dispute", intent, "duplicate")
    assert "Dispute of $100.00, duplicate" in shown(bank)

    click(bank, do, bank.dispute_of(intent).id)
    assert bank.dispute_of(intent).status == status


def test_an_inquiry_becomes_a_dispute_by_a_button(bank: Sandbox) -> None:
    intent = bank.captured()
    click(bank, "ask", intent, "general")
    click(bank, "escalate", bank.dispute_of(intent).id)

    assert bank.dispute_of(intent).status == "needs_response"


def test_a_refund_arrives_or_fails_by_a_button(bank: Sandbox) -> None:
    intent = bank.debited()
    click(bank, "clear", intent)
    click(bank, "refund", intent)
    refund = bank.api.v1.refunds.list({"payment_intent": intent}).data[0].id
    click(bank, "arrive", refund)
    assert bank.api.v1.refunds.retrieve(refund).status == "succeeded"

    click(bank, "fail", refund)
    assert bank.api.v1.refunds.retrieve(refund).status == "failed"


@pytest.mark.parametrize(("step", "seconds"), [("day", 86_400), ("week", 604_800)])
def test_the_clock_moves_on_by_a_button(bank: Sandbox, step: str, seconds: int) -> None:
    before = bank.read("").json()["clock"]["offset"]
    click(bank, "clock", step)

    assert bank.read("").json()["clock"]["offset"] == before + seconds


@pytest.mark.parametrize(
    ("do", "subject", "status", "said"),
    [
        ("return", "pi_nothing", 404, "No such payment_intent"),
        ("win", "dp_nothing", 404, "No such dispute"),
        ("dance", "", 400, "There is no such button"),
        ("clock", "century", 400, "The clock moves on by an hour, a day or a week."),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(
    bank: Sandbox, do: str, subject: str, *, status: int, said: str
) -> None:
    answer = click(bank, do, subject)

    assert (answer.status_code, said in answer.text) == (status, True)


def test_a_page_of_another_site_presses_nothing(bank: Sandbox) -> None:
    intent = bank.debited()
    answer = click(bank, "clear", intent, **{"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert bank.moves_of(intent) == [("pending", 10_000)]
