"""A mail is decided in a transaction, taken by one worker, and given up after three days and not before."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from factories.database import sql
from florin.contracts.emails import Email, NotCharged, PaymentReceived
from florin.domain.companies.models import Company
from florin.domain.outbox import queries, services
from florin.domain.outbox.models import Message
from florin.domain.outbox.services import NewMessage
from florin.kernel import clock
from florin.kernel.database import AT_ONCE
from testing.races import at_once

State = Message.State
EMAIL = NotCharged(amount=1_000, currency="USD")


@transaction.atomic
def enqueue(company: Company, *recipients: str, event: str = "send:1", email: Email = EMAIL) -> None:
    services.enqueue(
        NewMessage(
            company_id=company.pk,
            event=event,
            email=email,
            language="en",
            recipients=recipients,
            subjects=[company.pk],
        )
    )


def jobs() -> int:
    [(count,)] = sql("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'deliver_outbox'")
    return int(count)


def make_message(company: Company, recipient: str = "a@shop.example") -> Message:
    enqueue(company, recipient, event=uuid4().hex)
    return Message.objects.get(recipient=recipient)


def later(monkeypatch: pytest.MonkeyPatch, **passed: float) -> None:
    """Let time pass."""
    then = timezone.now() + timedelta(**passed)
    monkeypatch.setattr(clock, "now", lambda: then)


def test_one_mail_a_recipient_and_a_job_to_deliver_them(company: Company) -> None:
    enqueue(company, "a@shop.example", " b@shop.example ", "a@shop.example", "", "  ")

    assert sorted(Message.objects.values_list("recipient", flat=True)) == ["a@shop.example", "b@shop.example"]
    assert jobs() == 1


def test_the_same_event_twice_is_one_mail_and_another_event_is_another(company: Company) -> None:
    for _ in range(2):
        enqueue(company, "a@shop.example")
    enqueue(company, "a@shop.example", email=PaymentReceived(receipt=company.pk))
    enqueue(company, "a@shop.example", event="send:2")

    assert Message.objects.count() == 3


def test_the_same_news_at_the_same_instant_is_one_mail(company: Company) -> None:
    answers = at_once(*[lambda: enqueue(company, "a@shop.example")] * 6)

    assert answers == [None] * 6
    assert Message.objects.count() == 1


def test_the_database_itself_keeps_the_second_one_out(company: Company) -> None:
    message = make_message(company)
    message.pk = uuid4()

    with pytest.raises(IntegrityError, match="message_once_per_event"):
        message.save(force_insert=True)


def test_a_rollback_queues_no_mail_and_asks_for_no_job(company: Company) -> None:
    with transaction.atomic():
        enqueue(company, "a@shop.example")
        transaction.set_rollback(True)

    assert not Message.objects.exists()
    assert jobs() == 0


def test_nobody_to_write_to_asks_for_nothing(company: Company) -> None:
    enqueue(company, "", " ")

    assert jobs() == 0


def test_a_claimed_mail_is_not_taken_again(company: Company) -> None:
    message = make_message(company)

    assert services.claim() == [message]
    assert services.claim() == []


def test_eight_workers_at_once_take_each_mail_once(company: Company) -> None:
    enqueue(company, *[f"{place}@shop.example" for place in range(40)])

    taken = at_once(*[lambda: services.claim(most=5)] * 8)

    keys = [message.pk for some in taken if isinstance(some, list) for message in some]
    assert len(keys) == len(set(keys)) == 40


def test_what_another_worker_is_just_taking_is_passed_over_without_waiting(company: Company) -> None:
    held, free = make_message(company), make_message(company, "b@shop.example")

    with transaction.atomic():
        Message.objects.select_for_update().get(pk=held.pk)
        [taken] = at_once(_claim_without_waiting)

    assert taken == [free]


def _claim_without_waiting() -> list[Message]:
    sql("SET lock_timeout = '2s'")
    try:
        return services.claim()
    finally:
        sql("RESET lock_timeout")


def test_only_the_mails_asked_for_are_taken(company: Company) -> None:
    wanted, _ = make_message(company), make_message(company, "b@shop.example")

    assert services.claim([wanted.pk, uuid4()]) == [wanted]


def test_a_claim_lapses_when_its_worker_dies(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    message = make_message(company)
    services.claim()

    later(monkeypatch, seconds=119)
    assert services.claim() == []
    later(monkeypatch, seconds=121)
    assert services.claim() == [message]
    assert Message.objects.get().tries == 2


@pytest.mark.parametrize("ending", ["sent", "bounced"])
def test_a_mail_that_is_done_never_comes_back(
    company: Company, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    make_message(company)
    [message] = services.claim()
    services.sent(message) if ending == "sent" else services.bounced(message, "no such mailbox")

    later(monkeypatch, days=10)
    assert services.claim() == []
    assert Message.objects.get().state == ending


def test_a_mail_that_fails_waits_longer_each_time_up_to_an_hour(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_message(company)
    moment, pauses = clock.now(), []
    for _ in range(11):
        monkeypatch.setattr(clock, "now", lambda now=moment: now)
        [message] = services.claim()
        assert services.postponed(message, "mailbox is busy")
        due = Message.objects.get().due_at
        pauses.append(round((due - moment).total_seconds()))
        moment = due

    assert pauses == [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert Message.objects.get().error == "mailbox is busy"


@pytest.mark.parametrize(("hours", "hopeless"), [(71, False), (73, True)])
def test_after_three_days_a_mail_is_hopeless(
    company: Company, monkeypatch: pytest.MonkeyPatch, *, hours: int, hopeless: bool
) -> None:
    make_message(company)
    later(monkeypatch, hours=hours)
    [message] = services.claim()

    assert services.is_hopeless(message) == hopeless


def test_a_slow_worker_does_not_unsend_what_another_has_sent(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker's claim lapsed while its mail server hung; the second was quicker."""
    make_message(company)
    [slow] = services.claim()
    later(monkeypatch, seconds=121)
    [quick] = services.claim()
    services.sent(quick)

    assert not services.postponed(slow, "timed out")
    services.bounced(slow, "timed out")

    assert Message.objects.values_list("state", "error").get() == (State.SENT, "")
    later(monkeypatch, days=1)
    assert services.claim() == []


def test_bounced_mails_are_the_latest_first_and_only_as_old_as_asked(company: Company) -> None:
    now = clock.now()
    for days in (1, 20, 3):
        message = make_message(company, f"{days}@shop.example")
        Message.objects.filter(pk=message.pk).update(
            state=State.BOUNCED, bounced_at=now - timedelta(days=days)
        )
    make_message(company, "fine@shop.example")

    found = queries.bounced(company.pk, since=now - timedelta(days=14))
    assert [message.recipient for message in found] == ["1@shop.example", "3@shop.example"]


@pytest.fixture
def large_outbox(company: Company) -> Company:
    """Thousands of mails, one in a hundred bounced."""
    now = clock.now()
    Message.objects.bulk_create(
        (
            Message(
                company=company,
                event=f"send:{place}",
                kind=Message.Kind.INVOICE,
                recipient="a@shop.example",
                snapshot={},
                subjects=[],
                state=State.SENT if place % 100 else State.BOUNCED,
                queued_at=now,
                due_at=now,
                bounced_at=None if place % 100 else now,
                provider_id=f"pm-{place}",
            )
            for place in range(8000)
        ),
        batch_size=AT_ONCE,
    )
    sql("ANALYZE outbox_message")
    return company


def test_a_large_outbox_is_searched_through_its_indexes(large_outbox: Company) -> None:
    mails = Message.objects.filter(Q(pk__in=[uuid4()]) | Q(provider_id__in=["pm-1", "pm-2"]))
    since = clock.now() - timedelta(days=14)

    assert "message_of_provider" in mails.explain()
    assert "message_bounced" in queries.bounced(large_outbox.pk, since=since)[:20].explain()
    sends = Message.objects.filter(company=large_outbox, event__in=["send:1", "send:2"])
    assert "message_once_per_event" in sends.explain()
