"""Declines that come at the same instant: each counts, once, and the last of them sees all; and controls."""

from functools import partial

import pytest
from django.db import connection

from factories import make_link
from factories.attempts import open_attempt
from factories.declines import decline, notice
from factories.payments import click_pay
from florin.domain.activity.models import Activity
from florin.domain.attempts import bill
from florin.domain.attempts.bill import BillState
from florin.domain.attempts.models import Attempt
from florin.domain.declines.models import Decline
from florin.domain.declines.services import MOST_OF_LINK, MOST_OF_SESSION
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.notices.models import ProcessorNotice
from florin.domain.staff.models import User
from florin.flows import handle_notice, send_fresh_link
from testing.bank import Bank
from testing.races import at_once, without_locks


def arrive(attempt: Attempt, charge: str) -> None:
    """A notice of a decline comes in at the door."""
    headers, body = notice(attempt.pk, charge=charge)
    handle_notice.receive("stripe", headers, body)


def test_of_a_storm_of_notices_each_decline_counts_once(owner: User) -> None:
    link = make_link(owner)
    attempt = open_attempt(link)

    problems = at_once(*[partial(arrive, attempt, f"ch_{n % 10}") for n in range(30)])

    assert problems == [None] * 30
    assert Decline.objects.count() == 10
    assert Activity.objects.filter(kind=Activity.Kind.CARD_DECLINED).count() == 10
    assert bill.draw_up(link).state == BillState.COOLING


def ten_with_five_at_once(owner: User) -> int:
    """A link has five declines, and five sessions one more each; return how many ask for the end."""
    link = make_link(owner)
    tries = [open_attempt(link) for _ in range(5)]
    decline(link, MOST_OF_LINK - len(tries))
    ProcessorNotice.objects.all().delete()
    at_once(*[partial(arrive, attempt, "ch_1") for attempt in tries])
    return ProcessorNotice.objects.filter(handled_at=None).count()


def test_of_declines_at_once_only_the_tenth_asks_the_processor(owner: User) -> None:
    assert [ten_with_five_at_once(owner) for _ in range(3)] == [1, 1, 1]


def test_control_without_the_locks_none_is_the_tenth(owner: User) -> None:
    """If this fails, the test above proves nothing."""
    with without_locks():
        assert any(ten_with_five_at_once(owner) != 1 for _ in range(20))


def test_the_last_of_five_at_once_ends_the_session(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    at_once(*[partial(arrive, attempt, f"ch_{n}") for n in range(MOST_OF_SESSION)])

    events = ProcessorNotice.objects.values_list("event", flat=True)
    at_once(*[partial(handle_notice.handle, "stripe", event, f"{attempt.pk}") for event in events])

    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.EXPIRED


def test_control_without_the_constraint_a_decline_counts_more_than_once(owner: User) -> None:
    """If this fails, the first test above proves nothing."""
    attempt = open_attempt(make_link(owner))
    [constraint] = Decline._meta.constraints
    with connection.schema_editor() as editor:
        editor.remove_constraint(Decline, constraint)
    try:
        at_once(*[partial(arrive, attempt, "ch_1")] * 10)
        assert Decline.objects.count() > 1
    finally:
        Decline.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Decline, constraint)


def test_a_new_link_that_many_ask_for_at_once_is_mailed_once(owner: User) -> None:
    link = make_link(owner)
    decline(link, MOST_OF_LINK)

    answers = at_once(*[partial(send_fresh_link.ask, links.token_of(link.pk), place="")] * 8)

    assert answers == [True] * 8
    assert Link.objects.exclude(pk=link.pk).count() == 1


def test_control_without_the_lock_more_than_one_link_is_made(owner: User) -> None:
    """If this fails, the test above proves nothing."""
    for _ in range(20):
        link = make_link(owner)
        decline(link, MOST_OF_LINK)
        with without_locks():
            at_once(*[partial(send_fresh_link.ask, links.token_of(link.pk), place="")] * 8)
        if Link.objects.filter(customer=link.customer_id).count() > 2:
            return
    pytest.fail("One link was made each time")
