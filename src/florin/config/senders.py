"""How mail leaves: over SMTP or through a hosted sender, and what each of those needs to be told."""

import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from florin.config import environment
from florin.config.environment import Misconfigured, text


@dataclass(frozen=True, slots=True)
class MailSender:
    """How mail leaves: the sender's name, Django's backend for it, and what anymail must know."""

    name: str
    backend: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Hosted:
    """What a hosted sender asks for: variables it needs and may have, and switches that are always so."""

    needs: tuple[str, ...]
    may_have: tuple[str, ...] = ()
    always: dict[str, Any] = field(default_factory=dict)


# Nobody counts what recipients open or click, and payment links are not rewritten to lead through the sender.
_UNWATCHED = {"track_opens": False, "track_clicks": False}
_HOSTED = {
    "postmark": _Hosted(
        ("POSTMARK_SERVER_TOKEN",), ("POSTMARK_MESSAGE_STREAM",), {"POSTMARK_SEND_DEFAULTS": _UNWATCHED}
    ),
    "mailgun": _Hosted(
        ("MAILGUN_API_KEY",),
        ("MAILGUN_SENDER_DOMAIN", "MAILGUN_API_URL"),
        {"MAILGUN_SEND_DEFAULTS": _UNWATCHED},
    ),
    "sendgrid": _Hosted(("SENDGRID_API_KEY",), ("SENDGRID_API_URL",), {"SENDGRID_SEND_DEFAULTS": _UNWATCHED}),
    "resend": _Hosted(("RESEND_API_KEY",)),
    "brevo": _Hosted(("BREVO_API_KEY",)),
    "amazon_ses": _Hosted(("AWS_DEFAULT_REGION",)),  # the keys are found by Amazon's own library
}
# How the senders write what they give out; who gave it out shows in a few of them.
_WRITTEN = re.compile(r"[A-Za-z0-9_-]+")
_KEY = re.compile(r"(?!https?:|xsmtpsib-|sk_|rk_|whsec_)[A-Za-z0-9_.:+/=-]+")
_SHAPES = {
    "POSTMARK_MESSAGE_STREAM": (re.compile(r"[a-z0-9_-]+"), "the ID of a message stream, such as outbound"),
    "MAILGUN_SENDER_DOMAIN": (
        re.compile(r"([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+"),
        "a domain such as mg.example.com",
    ),
    "AWS_DEFAULT_REGION": (re.compile(r"[a-z]{2,3}(-[a-z]+)+-\d+"), "a region such as us-east-1"),
}
_MAIL_SECONDS = 20
_SHORTEST_SECRET = 16
# Mailgun signs its notices with a key of its own; to the others we give a password to bring with them.
_SIGNS_NOTICES = {"mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY"}


def mail_sender() -> MailSender:
    """Return how mail leaves: over SMTP, unless a hosted sender is named.

    Raises:
        Misconfigured: if the sender is unknown, or something is missing that it needs.
    """
    name = text("FLORIN_MAIL_SENDER", "smtp")
    if name == "smtp":
        return MailSender(name, "django.core.mail.backends.smtp.EmailBackend")
    hosted = _HOSTED.get(name)
    if hosted is None:
        raise Misconfigured(f"FLORIN_MAIL_SENDER must be smtp, {', '.join(_HOSTED)}, not {name!r}.")
    password = text("FLORIN_MAIL_NOTICE_SECRET")
    given = {key: _checked(key) for key in (*hosted.needs, *hosted.may_have) if text(key)}
    wanted = {
        **{key: key in given for key in hosted.needs},
        "FLORIN_MAIL_NOTICE_SECRET": len(password) >= _SHORTEST_SECRET and _WRITTEN.fullmatch(password),
        "FLORIN_MAIL_FROM": text("FLORIN_MAIL_FROM"),
    }
    missing = [key for key, there in wanted.items() if not there]
    if missing:
        raise Misconfigured(
            f"FLORIN_MAIL_SENDER={name} needs {', '.join(missing)}. (FLORIN_MAIL_NOTICE_SECRET is at least 16"
            " letters, digits, - and _, for it stands in an address; without it anybody could tell us that a"
            " mail bounced.)"
        )
    if name == "amazon_ses" and find_spec("boto3") is None:
        raise Misconfigured(
            "FLORIN_MAIL_SENDER=amazon_ses needs the package boto3: .venv/bin/pip install boto3."
        )
    signing_key = _SIGNS_NOTICES.get(name)
    guard = {signing_key: password} if signing_key else {"WEBHOOK_SECRET": f"florin:{password}"}
    options = {"REQUESTS_TIMEOUT": _MAIL_SECONDS, **hosted.always, **given, **guard}
    return MailSender(name, f"anymail.backends.{name}.EmailBackend", options)


def _checked(name: str) -> str:
    """Return a variable of a hosted sender's.

    Raises:
        Misconfigured: if it cannot be what the sender gave out: another kind of key, or a text around it.
    """
    if name.endswith("_URL"):
        url = environment.address(name, "")
        if not url.startswith("https://"):
            raise Misconfigured(f"{name} must begin with https://, for the key goes there.")
        return url
    shape, wanted = _SHAPES.get(name, (_KEY, "the key as the sender shows it, for its API and not for SMTP"))
    value = text(name)
    if not shape.fullmatch(value):
        shown = "" if shape is _KEY else f", not {value!r}"
        raise Misconfigured(f"{name} must be {wanted}{shown}.")
    return value
