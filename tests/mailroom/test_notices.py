"""The door of the mail senders: what is signed is recorded, anything else is refused with a sentence."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from florin.domain.activity.models import Activity
from florin.domain.outbox.models import Message
from florin.domain.security import services as security
from florin.domain.security.models import SecurityEvent
from mailroom.conftest import PostNotice
from mailroom.senders import NO_SUCH_USER, SECRET, SENDERS, Sender, basic, mailgun_signature, sns

State, Kind = Message.State, Activity.Kind


def told_of(message: Message) -> list[str]:
    told = Activity.objects.filter(kind__in=[Kind.DELIVERED, Kind.BOUNCED], subjects=message.subjects)
    return [*told.order_by("at", "pk").values_list("kind", flat=True)]


def test_a_mail_that_was_delivered_is_delivered(
    sender: Sender, mail: Message, post_notice: PostNotice
) -> None:
    answer = post_notice(sender.name, sender.notice("delivered", key=str(mail.pk)))

    mail.refresh_from_db()
    assert (answer.status_code, mail.state) == (200, State.DELIVERED)
    assert mail.delivered_at is not None
    [story] = Activity.objects.filter(kind=Kind.DELIVERED)
    assert (story.subjects, story.about["to"]) == (mail.subjects, mail.recipient)


def test_a_mail_that_bounced_bounces_for_the_reason_given(
    sender: Sender, mail: Message, post_notice: PostNotice
) -> None:
    assert post_notice(sender.name, sender.notice("bounced", key=str(mail.pk))).status_code == 200

    mail.refresh_from_db()
    assert mail.state == State.BOUNCED
    assert NO_SUCH_USER in mail.error
    [story] = Activity.objects.filter(kind=Kind.BOUNCED)
    assert NO_SUCH_USER in story.about["reason"]


def test_a_mail_reported_as_spam_is_seen_by_staff(
    sender: Sender, mail: Message, post_notice: PostNotice
) -> None:
    post_notice(sender.name, sender.notice("delivered", key=str(mail.pk)))
    post_notice(sender.name, sender.notice("spam", key=str(mail.pk)))

    mail.refresh_from_db()
    assert mail.state == State.BOUNCED
    assert mail.error.startswith("Reported as spam by the recipient")


def test_without_our_key_the_senders_own_id_finds_the_mail(
    sender: Sender, mail: Message, post_notice: PostNotice
) -> None:
    Message.objects.update(provider_id="<id-1@sender>")
    post_notice(sender.name, sender.notice("delivered", provider_id="<id-1@sender>"))

    mail.refresh_from_db()
    assert mail.state == State.DELIVERED


def test_what_a_scanner_opened_is_no_news(sender: Sender, mail: Message, post_notice: PostNotice) -> None:
    assert post_notice(sender.name, sender.notice("opened", key=str(mail.pk))).status_code == 200

    mail.refresh_from_db()
    assert (mail.state, told_of(mail)) == (State.SENT, [])


def test_the_same_notice_three_times_is_one_story(
    sender: Sender, mail: Message, post_notice: PostNotice
) -> None:
    for what in ("delivered", "bounced"):
        for _ in range(3):
            assert post_notice(sender.name, sender.notice(what, key=str(mail.pk))).status_code == 200

    assert told_of(mail) == [Kind.DELIVERED, Kind.BOUNCED]


def test_news_of_a_mail_that_is_not_ours_is_passed_over(
    sender: Sender, mail: Message, post_notice: PostNotice
) -> None:
    answer = post_notice(sender.name, sender.notice("bounced", provider_id="<of-another-program@sender>"))

    mail.refresh_from_db()
    assert (answer.status_code, mail.state) == (200, State.SENT)


def test_a_notice_that_is_not_signed_is_refused(
    sender: Sender, mail: Message, post_notice: PostNotice
) -> None:
    headers, body = sender.notice("bounced", key=str(mail.pk))
    headers = {name: value for name, value in headers.items() if name != "Authorization"}
    loose = json.loads(body)
    if sender.name == "mailgun":
        loose["signature"] = mailgun_signature("the key of somebody else")
    answer = post_notice(sender.name, (headers, json.dumps(loose)))

    # Amazon brings its password only to whoever asks for it.
    assert answer.status_code == (401 if sender.name == "amazon_ses" else 403)
    mail.refresh_from_db()
    assert mail.state == State.SENT


@pytest.mark.parametrize("name", [one.name for one in SENDERS if one.name != "mailgun"])
def test_a_wrong_password_is_refused(
    settings: Settings, mail: Message, post_notice: PostNotice, name: str
) -> None:
    sender = next(one for one in SENDERS if one.name == name)
    sender.put_to_use(settings)
    headers, body = sender.notice("bounced", key=str(mail.pk))

    assert post_notice(name, ({**headers, **basic("a guess")}, body)).status_code == 403
    mail.refresh_from_db()
    assert mail.state == State.SENT


def test_a_wrong_password_is_in_the_security_log(
    postmark: Sender, mail: Message, post_notice: PostNotice
) -> None:
    security.tally.clear()
    headers, body = postmark.notice("bounced", key=str(mail.pk))
    post_notice("postmark", ({**headers, **basic("a guess")}, body))

    row = SecurityEvent.objects.get()
    assert (row.kind, row.company, row.about) == ("notice_forged", None, {"sender": "postmark"})


@pytest.mark.parametrize("guard", [{}, {"WEBHOOK_SECRET": ""}, {"WEBHOOK_SECRET": []}])
def test_without_a_secret_the_door_is_shut(
    postmark: Sender, settings: Settings, post_notice: PostNotice, guard: dict[str, Any]
) -> None:
    settings.ANYMAIL = guard

    assert post_notice("postmark", postmark.notice("bounced")).status_code == 403


def test_amazon_is_asked_for_its_password(settings: Settings, post_notice: PostNotice) -> None:
    next(one for one in SENDERS if one.name == "amazon_ses").put_to_use(settings)
    headers, body = sns("Notification", Message="{}")
    del headers["Authorization"]

    assert post_notice("amazon_ses", (headers, body))["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize("name", ["mailgun", "smtp", "nobody"])
def test_a_sender_that_is_not_in_use_has_no_door(
    postmark: Sender, post_notice: PostNotice, name: str
) -> None:
    assert post_notice(name, postmark.notice("bounced")).status_code == 404


def test_over_smtp_there_is_no_door_at_all(post_notice: PostNotice) -> None:
    assert post_notice("postmark", SENDERS[0].notice("bounced")).status_code == 404


def test_looking_at_the_door_does_nothing(postmark: Sender) -> None:
    assert Client().get("/notices/mail/postmark").status_code == 405


def test_a_notice_larger_than_any_is_not_read(postmark: Sender, post_notice: PostNotice) -> None:
    assert post_notice("postmark", (basic(), "x" * (1024 * 1024 + 1))).status_code == 413


def test_many_mails_in_one_notice_are_recorded_together(
    settings: Settings, mail: Message, post_notice: PostNotice
) -> None:
    sendgrid = next(one for one in SENDERS if one.name == "sendgrid")
    sendgrid.put_to_use(settings)
    headers, delivered = sendgrid.notice("delivered", key=str(mail.pk))
    _, bounced = sendgrid.notice("bounced", key=str(mail.pk))
    strange = [
        {"event": "delivered", "email": f"{place}@x.test", "anymail_id": f"n{place}"} for place in range(300)
    ]
    everything = [*strange, *json.loads(delivered), *json.loads(bounced)]

    assert post_notice("sendgrid", (headers, json.dumps(everything))).status_code == 200
    mail.refresh_from_db()
    assert mail.state == State.BOUNCED
    assert told_of(mail) == [Kind.DELIVERED, Kind.BOUNCED]


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just("\x00"),
    st.just("\ud800"),
)
ANYTHING = st.recursive(
    ODD, lambda some: st.lists(some, max_size=4) | st.dictionaries(st.text(max_size=8), some, max_size=4)
)
FIELDS = ["event", "RecordType", "Type", "type", "MessageID", "message-id", "Metadata", "data", "event-data"]
FIELDS += ["timestamp", "ts_epoch", "DeliveredAt", "created_at", "signature", "anymail_id", "Message", "mail"]
LIKE_EVENTS = st.dictionaries(
    st.sampled_from(FIELDS),
    st.sampled_from(["delivered", "Delivery", "Bounce", "bounce", "failed", "hard_bounce"]) | ANYTHING,
    max_size=8,
)


@pytest.mark.usefixtures("database")
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=ANYTHING | LIKE_EVENTS | st.lists(LIKE_EVENTS, max_size=3))
def test_no_garbage_breaks_the_door(sender: Sender, post_notice: PostNotice, body: Any) -> None:
    if sender.name == "mailgun" and isinstance(body, dict):
        body["signature"] = mailgun_signature()
    notice = sns("Notification", Message=json.dumps(body)) if sender.name == "amazon_ses" else None

    assert post_notice(sender.name, notice or (basic(), json.dumps(body))).status_code in {200, 400, 403}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "body", ["", "{", "[" * 100_000, '{"a":' * 50_000, "\x00", "null", "NaN", '"\\ud800"']
)
def test_no_broken_text_breaks_the_door(sender: Sender, post_notice: PostNotice, body: str) -> None:
    assert post_notice(sender.name, (basic(), body)).status_code in {200, 400, 401, 403}


@pytest.mark.parametrize("field", ["Details", "MessageID"])
def test_text_that_no_database_holds_is_recorded_as_well_as_can_be(
    postmark: Sender, mail: Message, post_notice: PostNotice, field: str
) -> None:
    headers, body = postmark.notice("bounced", key=str(mail.pk))
    strange = json.dumps({**json.loads(body), field: "a\x00b\ud800c" * 300})

    assert post_notice("postmark", (headers, strange)).status_code == 200
    mail.refresh_from_db()
    assert mail.state == State.BOUNCED


def test_the_secret_is_in_no_answer(sender: Sender, post_notice: PostNotice) -> None:
    assert SECRET not in post_notice(sender.name, ({}, "{}")).text
