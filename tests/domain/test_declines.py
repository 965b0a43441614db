"""How many declines are enough, and for whom."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from factories import make_company, make_link
from factories.attempts import open_attempt, report
from factories.declines import SOMEWHERE, decline
from factories.ledger import usd
from florin.contracts.processor import Outcome
from florin.domain.attempts import bill
from florin.domain.attempts.bill import BillState
from florin.domain.declines import services as declines
from florin.domain.declines.models import Decline
from florin.domain.declines.services import COOLS_FOR, MOST_FROM_PLACE, MOST_OF_LINK, MOST_OF_SESSION
from florin.domain.links import services as links
from florin.domain.staff.models import User
from florin.kernel import clock

ELSEWHERE = "198.51.100.9"


def test_the_same_decline_is_counted_once_whoever_tells_of_it(owner: User) -> None:
    link, attempt = make_link(owner), uuid4()

    with transaction.atomic():
        told = [declines.count(link, attempt=attempt, name="ch_1", place="") for _ in range(3)]

    assert told == [True, False, False]
    assert Decline.objects.count() == 1


def test_a_session_is_over_at_the_fifth_decline_and_not_before(owner: User) -> None:
    link, attempt = make_link(owner), uuid4()
    decline(link, MOST_OF_SESSION - 1, attempt=attempt)
    assert not declines.is_enough(attempt)

    decline(link, attempt=attempt)

    assert declines.is_enough(attempt)


def test_a_link_cools_down_at_the_tenth_decline_whoever_had_them_and_not_before(owner: User) -> None:
    link = make_link(owner)
    for place in (SOMEWHERE, ELSEWHERE, ""):
        decline(link, (MOST_OF_LINK - 1) // 3, place=place)
    assert bill.draw_up(link).state == BillState.PAYABLE

    decline(link)

    assert bill.draw_up(link).state == BillState.COOLING


def test_it_takes_payments_again_when_the_first_of_the_ten_is_an_hour_ago(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = make_link(owner)
    decline(link, MOST_OF_LINK)
    until = bill.draw_up(link).until
    assert until == Decline.objects.order_by("at")[0].at + COOLS_FOR

    monkeypatch.setattr(clock, "now", lambda: until + timedelta(seconds=1))

    assert bill.draw_up(link).state == BillState.PAYABLE


def test_another_link_to_the_same_bill_is_not_touched(owner: User) -> None:
    link = make_link(owner)
    decline(link, MOST_OF_LINK)
    invoice = link.debts.get().invoice

    assert bill.draw_up(make_link(owner, invoice), place=SOMEWHERE).state == BillState.PAYABLE


def test_from_a_place_with_many_declines_no_link_that_had_one_takes_a_payment(owner: User) -> None:
    for _ in range(MOST_FROM_PLACE - 1):
        decline(make_link(owner))
    link, untouched = make_link(owner), make_link(owner)
    decline(link)

    assert bill.draw_up(link, place=SOMEWHERE).state == BillState.COOLING
    assert bill.draw_up(link, place=ELSEWHERE).state == BillState.PAYABLE
    assert bill.draw_up(untouched, place=SOMEWHERE).state == BillState.PAYABLE


def test_declines_from_we_do_not_know_where_are_no_place(owner: User) -> None:
    for _ in range(MOST_FROM_PLACE):
        decline(make_link(owner), place="")
    link = make_link(owner)
    decline(link, place="")

    assert bill.draw_up(link, place="").state == BillState.PAYABLE


def test_money_that_arrives_while_the_link_cools_down_is_booked(owner: User) -> None:
    link = make_link(owner)
    attempt = open_attempt(link)
    decline(link, MOST_OF_LINK)

    report(attempt, Outcome.SETTLED, usd(10_000))

    assert bill.draw_up(link).state == BillState.PAID


def test_only_what_is_owed_by_a_link_that_works_is_trouble(owner: User) -> None:
    link, few, paid, revoked = (make_link(owner) for _ in range(4))
    attempt = open_attempt(paid)
    for each in (link, paid, revoked):
        decline(each, MOST_OF_LINK)
    decline(few, MOST_OF_LINK - 1)
    report(attempt, Outcome.SETTLED, usd(10_000))
    links.revoke(revoked)

    [trouble] = declines.in_trouble(owner.company)

    assert (trouble.link, trouble.declines) == (link.pk, MOST_OF_LINK)
    assert declines.in_trouble(make_company(slug="elsewhere", name="Elsewhere")) == []


def test_declines_and_where_they_came_from_are_forgotten_after_thirty_days(owner: User) -> None:
    link = make_link(owner)
    decline(link, 2)
    Decline.objects.filter(pk=Decline.objects.latest("pk").pk).update(at=clock.now() - timedelta(days=31))

    assert declines.purge() == 1
    assert Decline.objects.filter(link=link).count() == 1
