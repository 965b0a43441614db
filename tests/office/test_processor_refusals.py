"""What the processor refuses stands before people, with what to do, until it is over or dealt with."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client

from factories import make_link
from factories.payments import click_pay
from florin.contracts.processor import GatewayRefusal, RefusalReason
from florin.domain.refusals import services
from florin.domain.refusals.models import ProcessorRefusal
from florin.domain.staff.models import User
from florin.flows import settle_payment
from florin.kernel import paging
from florin.kernel.errors import Refusal
from florin.screens.office.bank import processor_refusals
from florin.screens.office.bank.processor_refusals import REASONS
from office import signed_in
from office.conftest import Open
from office.test_accessibility import check
from testing.bank import Bank

PAGE = "/office/payments/refusals/"


def turned_away(owner: User, bank: Bank, mode: str) -> None:
    bank.break_down("session.create", mode)
    with pytest.raises(Refusal):
        click_pay(make_link(owner))


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


@pytest.mark.parametrize(
    ("mode", "line", "remedy"),
    [
        ("401", "does not accept our key", "the right key is set"),
        ("403_permission", "lacks a permission at the payment processor", "rak_checkout_session_write"),
        ("400_amount", "Refused by the payment processor", "another way to pay"),
        ("400_parameter", "Refused by the payment processor", "parameter_unknown"),
    ],
)
def test_a_refusal_stands_on_home_with_what_to_do(
    owner: User, bank: Bank, *, mode: str, line: str, remedy: str
) -> None:
    turned_away(owner, bank, mode)
    office = signed_in(owner)
    assert line in text(office, "/office/")

    listed = text(office, PAGE)
    assert (remedy in listed, "req_" in listed, "INV-10001" in listed) == (True, True, True)
    assert "sk_test_" not in listed


def test_it_leaves_home_by_itself_once_the_processor_lets_us_in(owner: User, bank: Bank) -> None:
    turned_away(owner, bank, "401")
    settle_payment.settle(click_pay(make_link(owner)).pk)

    office = signed_in(owner)
    assert "Needs attention" not in text(office, "/office/")
    assert "Nothing is refused" in text(office, PAGE)


def test_what_somebody_has_dealt_with_leaves_and_comes_back_if_it_happens_again(
    owner: User, bank: Bank
) -> None:
    turned_away(owner, bank, "400_amount")
    office, key = signed_in(owner), services.open_ones(owner.company_id).get().pk
    assert office.post(f"{PAGE}{key}/end/").status_code == 302
    assert "Nothing is refused" in text(office, PAGE)

    turned_away(owner, bank, "400_amount")
    assert services.open_ones(owner.company_id).count() == 1


def test_a_strangers_refusals_are_not_there(owner: User, stranger: User) -> None:
    no = GatewayRefusal(RefusalReason.KEY, verb="start")
    services.note(owner.company_id, no, subject=uuid4())
    key = services.open_ones(owner.company_id).get().pk

    assert "Nothing is refused" in text(signed_in(stranger), PAGE)
    assert signed_in(stranger).post(f"{PAGE}{key}/end/").status_code == 404
    assert services.open_ones(owner.company_id).exists()


@pytest.mark.parametrize(("verb", "turned_away"), [("start", True), ("capture", False), ("movements", False)])
def test_only_who_opens_a_payment_is_turned_away_for_its_amount(verb: str, *, turned_away: bool) -> None:
    row = processor_refusals.RefusalRow(ProcessorRefusal(verb=verb, reason=RefusalReason.AMOUNT))
    assert ("turned away" in row.remedy) is turned_away


@pytest.mark.parametrize(("verb", "again"), [("start", False), ("capture", True)])
def test_only_what_is_asked_again_is_said_to_be(verb: str, *, again: bool) -> None:
    row = processor_refusals.RefusalRow(ProcessorRefusal(verb=verb, reason=RefusalReason.KEY_REUSED))
    assert ("asked again by itself" in row.remedy) is again


def test_every_reason_has_words() -> None:
    assert REASONS.keys() == {*RefusalReason}


@pytest.mark.parametrize("screen", ["light 1280", "dark 390", "light 360"])
def test_axe_finds_nothing_on_the_list_of_refusals(owner: User, browse: Open, screen: str) -> None:
    for reason in RefusalReason:
        no = GatewayRefusal(
            reason, "No such thing. " * 8, code="resource_missing", request="req_1", verb="start"
        )
        path = f"/office/orders/{uuid4()}/"
        services.note(owner.company_id, no, subject=uuid4(), number="INV-10001, INV-10002", path=path)
    scheme, width = screen.split()
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    for address in ("/office/", PAGE):
        page.goto(address)
        check(page)
    assert page.get_by_role("button", name="Dealt with").first.is_visible()


def test_a_long_list_of_refusals_is_paged_to_its_end(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "ROWS", 2)
    no = GatewayRefusal(RefusalReason.AMOUNT, verb="start")
    for number in range(3):
        services.note(owner.company_id, no, subject=uuid4(), number=f"INV-{number}")
    client = signed_in(owner)

    first = text(client, PAGE)
    second = text(client, PAGE + unescape(re.findall(r'href="(\?after=[^"]+)"', first)[0]))

    assert ["INV-2" in first, "INV-1" in first, "INV-0" in first] == [True, True, False]
    assert ["INV-1" in second, "INV-0" in second, "First page" in second] == [False, True, True]
