"""Hosted mail senders: what anymail must know to send a mail of ours, and what their answers mean.

anymail speaks each sender's own API; which one is a matter of settings (``MAIL_SENDER``, ``ANYMAIL``).
"""

import re
from collections.abc import Mapping
from email.mime.image import MIMEImage
from http import HTTPStatus
from typing import Any

from anymail.exceptions import (
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailUnsupportedFeature,
)
from django.conf import settings
from django.core.mail import EmailAlternative, EmailMultiAlternatives
from requests.exceptions import ConnectTimeout

from florin.edges.mail.failures import MailRefused, MailUnavailable, MailUncertain
from florin.edges.mail.headers import excerpt, one_line

FAILURES = (AnymailError,)
# The name under which our own key travels; Postmark allows 20 characters.
KEY = "florin_message"

_PREFIX = "anymail."
_NO_PICTURES_INSIDE = frozenset({"brevo"})
_PICTURE = re.compile(r"<img\b[^>]*\bcid:[^>]*>")
_ALT = re.compile(r'alt="([^"]*)"')
_ABOUT_MESSAGE = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
# How the senders name the recipient's field: 'to' parameter (Mailgun), `to` field (Resend), in to (Brevo),
# personalizations.0.to (SendGrid).
_ABOUT_RECIPIENT = re.compile(r"[\"'`]to[\"'`]|\bvalid in to\b|\.to\b|\brecipient\b", re.IGNORECASE)
_SAID_IN = ("Message", "message", "error", "errors")
_LONGEST = 300


def in_use() -> bool:
    """Tell whether mail leaves through a hosted sender."""
    return settings.EMAIL_BACKEND.startswith(_PREFIX)


def prepare(message: EmailMultiAlternatives, *, key: str, logo: bytes, logo_id: str) -> None:
    """Give the mail what a hosted sender needs: our key, to know its notices by, and the picture."""
    message.metadata = {KEY: key}  # type: ignore[attr-defined]  # anymail's way of passing it
    if not logo:
        return
    if settings.MAIL_SENDER in _NO_PICTURES_INSIDE:
        _write_picture_out(message)
        return
    picture = MIMEImage(logo, "png")
    picture.add_header("Content-ID", f"<{logo_id}>")
    picture.add_header("Content-Disposition", "inline", filename="logo.png")
    message.attach(picture)


def id_of(message: EmailMultiAlternatives) -> str:
    """Return what the sender calls a mail that it took; empty if it does not say."""
    status = getattr(message, "anymail_status", None)
    called = getattr(status, "message_id", None)
    return one_line(called) if isinstance(called, str) else ""


def verdict(problem: Exception, *, to: str) -> MailRefused | MailUnavailable:
    """Say what a failure means for the mail, in the sender's words.

    Only what is certainly about this recipient or this mail is a refusal: a wrong key, an address of ours
    that is not confirmed yet, or a limit are ours to mend, and the same mail will pass afterwards.
    """
    words = _words(problem)
    if isinstance(problem, AnymailRecipientsRefused | AnymailInvalidAddress | AnymailUnsupportedFeature):
        return MailRefused(words)
    status = _status(problem)
    if status is None:
        known = isinstance(problem, ConnectTimeout) or not isinstance(problem, OSError)
        return MailUnavailable(words) if known else MailUncertain(words)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status < HTTPStatus.MULTIPLE_CHOICES:
        return MailUncertain(words)  # it broke half-way, or said yes in words that nobody can read
    about_recipient = status in _ABOUT_MESSAGE and (_ABOUT_RECIPIENT.search(words) or to in words)
    if about_recipient or status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return MailRefused(words)
    return MailUnavailable(words)


def _write_picture_out(message: EmailMultiAlternatives) -> None:
    """Put the company's name where its logo would stand: this sender takes no picture inside a mail."""
    for place, each in enumerate(message.alternatives):
        content, kind = each
        html = _PICTURE.sub(_name_of, str(content))
        message.alternatives[place] = EmailAlternative(html, str(kind))


def _name_of(picture: re.Match[str]) -> str:
    alt = _ALT.search(picture[0])
    return f"<strong>{alt[1]}</strong>" if alt else ""


def _status(problem: Exception) -> int | None:
    status = getattr(problem, "status_code", None)
    return status if isinstance(status, int) else None


def _words(problem: Exception) -> str:
    said = excerpt(_sentence(getattr(problem, "response", None)))
    status = _status(problem)
    if not said:
        said = excerpt(str(problem.__cause__ or problem)) or type(problem).__name__
    return f"{status} {said}"[:_LONGEST] if status else said[:_LONGEST]


def _sentence(response: Any) -> str:
    """Return the sentence in a sender's answer, whichever of the usual places it stands in."""
    try:
        answer = response.json()
    except (AttributeError, ValueError):
        return str(getattr(response, "text", "") or "")
    if not isinstance(answer, Mapping):
        return ""
    return next((_flat(answer[place]) for place in _SAID_IN if answer.get(place)), "")


def _flat(said: Any) -> str:
    """Write out SendGrid's list of errors, each with the field it is about."""
    if isinstance(said, list):
        return "; ".join(_flat(one) for one in said)
    if isinstance(said, Mapping):
        return " ".join(str(said[name]) for name in ("field", "message") if said.get(name))
    return str(said)
