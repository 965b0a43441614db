"""Everything that the environment decides, read in one place; what is wrong is said in a sentence."""

import os
import secrets
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from florin.edges import database_server
from florin.kernel.fees import FeeSchedule, Rate, hundredths

PACKAGE = Path(__file__).parent.parent


class Misconfigured(SystemExit):
    """The environment asks for something impossible; the text says what to change."""


def text(name: str, default: str = "") -> str:
    """Return a variable, or the default when it is missing or empty."""
    return os.environ.get(name, "") or default


def number(name: str, default: int) -> int:
    """Return a whole number.

    Raises:
        Misconfigured: if the variable holds anything else.
    """
    value = text(name, str(default))
    if not value.isdigit():
        raise Misconfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def fees() -> FeeSchedule:
    """Return what processing is expected to cost (product decisions, "Fees").

    Raises:
        Misconfigured: if a rate or an amount is not written as it must be.
    """
    usual = FeeSchedule()
    return FeeSchedule(
        card=_rate("FLORIN_FEES_CARD", text("FLORIN_FEES_CARD"), usual.card),
        ach=_rate("FLORIN_FEES_ACH", text("FLORIN_FEES_ACH"), usual.ach),
        dispute=_hundredths("FLORIN_FEES_DISPUTE", text("FLORIN_FEES_DISPUTE"), usual.dispute),
        refund_kept=_hundredths(
            "FLORIN_FEES_REFUND_KEPT", text("FLORIN_FEES_REFUND_KEPT"), usual.refund_kept
        ),
    )


def _rate(name: str, value: str, usual: Rate) -> Rate:
    try:
        return Rate.parse(value) if value else usual
    except ValueError as problem:
        raise Misconfigured(
            f"{name} must look like 2.9% + 0.25, or 1%, at least 1.00; not {value!r}."
        ) from problem


def _hundredths(name: str, value: str, usual: int) -> int:
    try:
        return hundredths(value) if value else usual
    except ValueError as problem:
        raise Misconfigured(f"{name} must be an amount such as 15.00, not {value!r}.") from problem


def data_folder() -> Path:
    """Return the folder of everything that Florin keeps outside its database."""
    return Path(text("FLORIN_DATA", "var")).absolute()


def database_url() -> str:
    """Return the address of the database: ``DATABASE_URL``, or the embedded server's."""
    return text("DATABASE_URL") or database_server.address(data_folder() / "postgres")


def public_url() -> str:
    """Return where the world reaches Florin; links in mails begin with it, and no other host is served.

    Raises:
        Misconfigured: if it is not an http or https address.
    """
    url = text("FLORIN_URL", f"http://127.0.0.1:{number('FLORIN_PORT', 8000)}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise Misconfigured(f"FLORIN_URL must look like https://pay.example.com, not {url!r}.")
    return url


def secret(name: str) -> str:
    """Return a secret: the variable ``name``, or one made at random and kept in the data folder.

    There is no default secret that two installations could share.

    Raises:
        Misconfigured: if the variable holds fewer than 32 characters.
    """
    given = text(name)
    if given:
        if len(given) < 32:  # noqa: PLR2004 - said in the sentence
            raise Misconfigured(f"{name} must have at least 32 characters.")
        return given
    path = data_folder() / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(fresh)  # the first of several processes wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def connects() -> bool:
    """Return whether each company opens an account of its own at the processor (Stripe Connect).

    Raises:
        Misconfigured: if the variable says neither yes nor no.
    """
    answer = text("STRIPE_CONNECT", "no")
    if answer not in {"yes", "no"}:
        raise Misconfigured(f"STRIPE_CONNECT must be yes or no, not {answer!r}.")
    return answer == "yes"


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
    told = {key: text(key) for key in (*hosted.needs, *hosted.may_have) if text(key)}
    wanted = {
        **{key: key in told for key in hosted.needs},
        "FLORIN_MAIL_NOTICE_SECRET": len(password) >= _SHORTEST_SECRET and password.isascii(),
        "FLORIN_MAIL_FROM": text("FLORIN_MAIL_FROM"),
    }
    missing = [key for key, there in wanted.items() if not there]
    if missing:
        raise Misconfigured(
            f"FLORIN_MAIL_SENDER={name} needs {', '.join(missing)}. (FLORIN_MAIL_NOTICE_SECRET has at"
            " least 16 characters of ASCII; without it anybody could tell us that a mail bounced.)"
        )
    if name == "amazon_ses" and find_spec("boto3") is None:
        raise Misconfigured(
            "FLORIN_MAIL_SENDER=amazon_ses needs the package boto3: .venv/bin/pip install boto3."
        )
    signing_key = _SIGNS_NOTICES.get(name)
    guard = {signing_key: password} if signing_key else {"WEBHOOK_SECRET": f"florin:{password}"}
    options = {"REQUESTS_TIMEOUT": _MAIL_SECONDS, **hosted.always, **told, **guard}
    return MailSender(name, f"anymail.backends.{name}.EmailBackend", options)


def prepare_demo() -> None:
    """Point this process, and all that it starts, at the test processor and mailbox beside it."""
    sandbox_port = number("FLORIN_SANDBOX_PORT", 8010)
    os.environ.update(
        STRIPE_API_BASE=f"http://127.0.0.1:{sandbox_port}",
        STRIPE_DASHBOARD_URL=f"http://127.0.0.1:{sandbox_port}/dashboard",
        STRIPE_API_KEY="sk_test_florin_sandbox",
        STRIPE_CONNECT="yes",
        STRIPE_WEBHOOK_SECRET=f"whsec_{secret('FLORIN_DEMO_NOTICE_SECRET')}",
        FLORIN_CONTROL_TOKEN=secret("FLORIN_CONTROL_TOKEN"),
        FLORIN_MAIL_SENDER="smtp",
        FLORIN_SMTP_HOST="127.0.0.1",
        FLORIN_SMTP_PORT=str(number("FLORIN_SMTP_PORT", 8025)),
    )
