"""A mail's state after it was sent: forward only, whatever order the news come in."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from factories import make_link
from florin.contracts.mailing import MailReport, MailStatus
from florin.domain.activity.models import Activity
from florin.domain.outbox import services as outbox
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.flows import deliver_outbox, track_mail
from florin.kernel import clock
from testing.bank import Bank
from testing.races import at_once

State, Kind = Message.State, Activity.Kind
STATUSES = [MailStatus.DELIVERED, MailStatus.BOUNCED, MailStatus.DELIVERED]


def report(
    status: MailStatus, message: Message | None = None, *, at: datetime | None = None, id_: str = ""
) -> MailReport:
    key = message.pk if message else None
    return MailReport(status=status, key=key, provider_id=id_, reason="550 no such user", at=at)


def timeline_kinds() -> list[str]:
    told = Activity.objects.filter(kind__in=[Kind.DELIVERED, Kind.BOUNCED])
    return [*told.order_by("at", "pk").values_list("kind", flat=True)]


@pytest.fixture
def claimed(owner: User) -> Message:
    """A mail that a worker is just handing to the sender."""
    make_link(owner)
    [message] = outbox.claim()
    return message


@pytest.fixture
def mail(claimed: Message) -> Message:
    """A mail that the sender took."""
    outbox.sent(claimed, provider_id="pm-1")
    return Message.objects.get()


@pytest.mark.parametrize("order", sorted(set(permutations(STATUSES))))
def test_whatever_the_order_a_bounce_stays(mail: Message, order: tuple[MailStatus, ...]) -> None:
    for status in order:
        track_mail.record([report(status, mail)])

    assert Message.objects.get().state == State.BOUNCED
    assert timeline_kinds().count(Kind.BOUNCED) == 1


def test_news_that_overtake_the_worker_are_not_undone_by_it(claimed: Message) -> None:
    track_mail.record([report(MailStatus.DELIVERED, claimed)])
    outbox.sent(claimed, provider_id="pm-1")

    assert Message.objects.values_list("state", "provider_id").get() == (State.DELIVERED, "pm-1")


def test_a_bounce_that_overtakes_the_worker_is_not_undone_by_it(claimed: Message) -> None:
    track_mail.record([report(MailStatus.BOUNCED, claimed)])
    outbox.sent(claimed, provider_id="pm-1")

    assert Message.objects.get().state == State.BOUNCED


def test_a_mail_whose_fate_is_known_is_not_sent_again(
    claimed: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    track_mail.record([report(MailStatus.DELIVERED, claimed)])

    assert not outbox.postponed(claimed, "timed out")
    then = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: then)
    assert outbox.claim() == []


def test_a_mail_is_found_by_the_senders_own_id(mail: Message) -> None:
    track_mail.record([report(MailStatus.DELIVERED, id_="pm-1"), report(MailStatus.BOUNCED, id_="pm-2")])

    assert Message.objects.get().state == State.DELIVERED


def test_our_own_key_counts_for_more_than_the_senders_id(mail: Message, owner: User) -> None:
    make_link(owner, to=("other@shop.example",))
    other = Message.objects.get(recipient="other@shop.example")
    track_mail.record([report(MailStatus.DELIVERED, other, id_="pm-1")])

    assert Message.objects.get(pk=mail.pk).state == State.SENT
    assert Message.objects.get(pk=other.pk).state == State.DELIVERED


def test_without_an_id_nothing_is_found(owner: User) -> None:
    """A mail over SMTP has no id at a sender; news without one must not be taken for news of it."""
    make_link(owner)
    track_mail.record(
        [
            report(MailStatus.BOUNCED),
            MailReport(status=MailStatus.BOUNCED, key=uuid4(), provider_id="", reason="", at=None),
        ]
    )

    assert Message.objects.get().state == State.QUEUED


@pytest.mark.parametrize(
    ("told", "kept"), [(timedelta(hours=-1), True), (timedelta(days=-31), False), (timedelta(hours=1), False)]
)
def test_the_senders_time_counts_if_it_can_be_true(mail: Message, told: timedelta, kept: bool) -> None:  # noqa: FBT001 - a table
    at = clock.now() + told
    track_mail.record([report(MailStatus.DELIVERED, mail, at=at)])

    assert (Message.objects.get().delivered_at == at) is kept


def test_the_same_news_at_the_same_instant_are_one_story(mail: Message) -> None:
    answers = at_once(*[lambda: track_mail.record([report(MailStatus.BOUNCED, mail)])] * 6)

    assert answers == [None] * 6
    assert timeline_kinds() == [Kind.BOUNCED]


def test_notices_of_the_same_mails_in_other_orders_do_not_wait_for_each_other(owner: User) -> None:
    make_link(owner, to=tuple(f"{place}@shop.example" for place in range(6)))
    mails = [*Message.objects.all()]
    forward, backward = (
        [report(MailStatus.DELIVERED, each) for each in mails],
        [report(MailStatus.BOUNCED, each) for each in reversed(mails)],
    )

    answers = at_once(*[lambda: track_mail.record(forward), lambda: track_mail.record(backward)] * 4)

    assert answers == [None] * 8
    assert set(Message.objects.values_list("state", flat=True)) == {State.BOUNCED}


def test_the_reason_is_told_on_the_timeline_of_everything_the_mail_was_about(mail: Message) -> None:
    track_mail.record([report(MailStatus.BOUNCED, mail, at=datetime(2026, 1, 1, tzinfo=UTC))])

    [story] = Activity.objects.filter(kind=Kind.BOUNCED)
    assert story.subjects == mail.subjects
    assert story.about == {"to": mail.recipient, "mail": mail.kind, "reason": "550 no such user"}


@pytest.mark.parametrize("mode", ["hang", "accept_disconnect"])
def test_a_mail_that_may_have_been_taken_is_shown_twice_at_most_as_the_same_mail(
    owner: User, bank: Bank, settings: object, mode: str
) -> None:
    bank.forget_mails()
    settings.EMAIL_TIMEOUT = 1  # type: ignore[attr-defined]
    make_link(owner)
    bank.refuse_mail(mode, times=1, seconds=3)
    deliver_outbox.deliver()
    assert Message.objects.get().state == State.QUEUED

    for _ in range(3):
        Message.objects.filter(state=State.QUEUED).update(due_at=clock.now() - timedelta(seconds=1))
        deliver_outbox.deliver()

    mails = bank.mails()
    assert Message.objects.get().state == State.SENT
    assert {mail["message_id"].strip("<>").split("@")[0] for mail in mails} == {str(Message.objects.get().pk)}
    # A server that hung had not taken it; one that took it and vanished has it twice, under one Message-ID.
    assert len(mails) == (2 if mode == "accept_disconnect" else 1)


def test_a_worker_that_died_after_the_server_said_yes_sends_the_same_mail_once_more(
    owner: User, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.forget_mails()
    make_link(owner)
    with monkeypatch.context() as dying:
        dying.setattr(outbox, "sent", lambda *_told, **_more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deliver_outbox.deliver()
    deliver_outbox.deliver()
    assert len(bank.mails()) == 1  # the claim still holds

    Message.objects.update(due_at=clock.now() - timedelta(seconds=1))
    deliver_outbox.deliver()
    deliver_outbox.deliver()

    assert len(bank.mails()) == 2
    assert len({mail["message_id"] for mail in bank.mails()}) == 1


def test_over_smtp_taken_is_sent_and_not_yet_delivered(owner: User, bank: Bank) -> None:
    make_link(owner)
    deliver_outbox.deliver()

    message = Message.objects.get()
    assert (message.state, message.delivered_at, message.provider_id) == (State.SENT, None, "")
    assert timeline_kinds() == []


def test_over_smtp_refused_is_bounced_with_the_servers_words(owner: User, bank: Bank) -> None:
    make_link(owner)
    bank.refuse_mail("reject_permanent", times=1)
    deliver_outbox.deliver()

    message = Message.objects.get()
    assert (message.state, message.sent_at) == (State.BOUNCED, None)
    assert message.bounced_at is not None
    assert message.error.startswith("550")
