"""Which sender mail leaves through: what is missing is said in a sentence before anything starts."""

import pytest

from florin.config import environment, senders
from florin.config.environment import Misconfigured

WHOLE = {
    "FLORIN_MAIL_SENDER": "postmark",
    "POSTMARK_SERVER_TOKEN": "token",
    "FLORIN_MAIL_NOTICE_SECRET": "sixteen-letters-",
    "FLORIN_MAIL_FROM": "billing@florin.example",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WHOLE:
        monkeypatch.delenv(name, raising=False)


def set_all(monkeypatch: pytest.MonkeyPatch, **others: str) -> None:
    for name, value in {**WHOLE, **others}.items():
        monkeypatch.setenv(name, value)


def test_without_a_word_mail_leaves_over_smtp() -> None:
    sender = senders.mail_sender()

    assert (sender.name, sender.backend) == ("smtp", "django.core.mail.backends.smtp.EmailBackend")


def test_a_hosted_sender_gets_its_key_and_guards_its_door(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch)
    sender = senders.mail_sender()

    assert sender.backend == "anymail.backends.postmark.EmailBackend"
    assert sender.options["POSTMARK_SERVER_TOKEN"] == "token"
    assert sender.options["WEBHOOK_SECRET"] == "florin:sixteen-letters-"


def test_mailgun_signs_with_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, FLORIN_MAIL_SENDER="mailgun", MAILGUN_API_KEY="key")

    assert senders.mail_sender().options["MAILGUN_WEBHOOK_SIGNING_KEY"] == "sixteen-letters-"


@pytest.mark.parametrize("missing", [name for name in WHOLE if name != "FLORIN_MAIL_SENDER"])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    set_all(monkeypatch, **{missing: ""})

    with pytest.raises(Misconfigured, match=f"FLORIN_MAIL_SENDER=postmark needs {missing}"):
        senders.mail_sender()


@pytest.mark.parametrize("weak", ["fifteen-letters", "ñandúñandúñandúñandú"])
def test_a_weak_secret_is_none(monkeypatch: pytest.MonkeyPatch, weak: str) -> None:
    set_all(monkeypatch, FLORIN_MAIL_NOTICE_SECRET=weak)

    with pytest.raises(Misconfigured, match="FLORIN_MAIL_NOTICE_SECRET"):
        senders.mail_sender()


def test_an_unknown_sender_is_refused_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, FLORIN_MAIL_SENDER="pigeon")

    with pytest.raises(Misconfigured, match=r"must be smtp, postmark, mailgun, .*, not 'pigeon'"):
        senders.mail_sender()


def test_amazon_needs_its_own_library(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, FLORIN_MAIL_SENDER="amazon_ses", AWS_DEFAULT_REGION="us-east-1")
    monkeypatch.setattr(senders, "find_spec", lambda _name: None)

    with pytest.raises(Misconfigured, match="boto3"):
        senders.mail_sender()

    monkeypatch.setattr(senders, "find_spec", lambda _name: object())
    assert senders.mail_sender().backend == "anymail.backends.amazon_ses.EmailBackend"


def test_the_demo_never_sends_through_a_hosted_sender(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    set_all(monkeypatch, FLORIN_DATA=str(tmp_path))
    for name in ("STRIPE_API_BASE", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, "")
    for name in ("SANDBOX_API_KEY", "SANDBOX_CONTROL_TOKEN"):
        monkeypatch.setenv(name, "")
    for name in ("FLORIN_SMTP_HOST", "FLORIN_SMTP_PORT"):
        monkeypatch.setenv(name, "")
    environment.prepare_demo()

    assert senders.mail_sender().name == "smtp"
