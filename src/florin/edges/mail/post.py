"""Sending: one envelope out through Django's mail API, over a connection that stays open.

Every thread keeps one connection, to the SMTP server or to a hosted sender (``hosted``); after any
failure it is closed and the next mail opens a new one. A mail is tried a second time here only when a
kept SMTP connection turned out to be dead before the server had begun to take the mail; whoever calls
decides about everything else.
"""

import contextlib
import os
import smtplib
import threading
from dataclasses import dataclass
from email.header import Header
from email.message import Message
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.utils import formataddr, parseaddr
from typing import Any, NamedTuple

from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives, SafeMIMEMultipart, SafeMIMEText
from django.core.mail.backends.base import BaseEmailBackend

from florin.edges.mail import hosted
from florin.edges.mail.failures import MailRefused, MailUnavailable, MailUncertain
from florin.edges.mail.headers import excerpt, one_line
from florin.edges.mail.rendering import LOGO_ID
from florin.edges.mail.wire import Wire
from florin.kernel import addresses
from florin.kernel.addresses import BadAddress

_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_WATCHED = f"{Wire.__module__}.{Wire.__name__}"
_SECONDS = 15
_CLOSING = 421
_PERMANENT = range(500, 600)
_TOO_LARGE = frozenset({523, 552})

FAILURES = (smtplib.SMTPException, OSError, *hosted.FAILURES)

_kept = threading.local()


class Attachment(NamedTuple):
    """A file that travels with a mail; ``type`` is its media type, such as ``application/pdf``."""

    name: str
    content: bytes
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One mail to one recipient, complete.

    ``message_id`` is the Message-ID header as it will stand, angle brackets included: the same for
    every try of the same mail. ``logo`` is a PNG shown inside the HTML part, or empty.
    """

    to: str
    from_name: str
    reply_to: str
    subject: str
    html: str
    text: str
    message_id: str
    language: str
    attachments: tuple[tuple[str, bytes, str], ...] = ()
    logo: bytes = b""


def send(envelope: Envelope) -> str:
    """Hand one mail to the server; returning means that the server took it.

    Returns:
        What a hosted sender calls the mail; empty over SMTP.

    Raises:
        MailRefused: the address is no address, or the server said no for good (5xx).
        MailUnavailable: the server could not be reached, was too slow, or said "later" (4xx).
        MailUncertain: (a MailUnavailable) nobody can say whether the server took it.
    """
    message = _message(envelope)
    if _carried_on_kept_connection(message):
        return hosted.id_of(message)
    connection = _connect()
    try:
        connection.open()
        connection.send_messages([message])
    except FAILURES as problem:
        raise _verdict(problem, connection, message) from problem
    _kept.connection = connection
    return hosted.id_of(message)


def hang_up() -> None:
    """Close this thread's connection, if it has one. Safe to call at any time."""
    connection = _take_connection()
    if connection is not None:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            connection.close()


def _carried_on_kept_connection(message: EmailMultiAlternatives) -> bool:
    """Send over the connection that is open; False if there is none or it had died before it took it."""
    connection = _take_connection()
    if connection is None:
        return False
    try:
        connection.send_messages([message])
    except FAILURES as problem:
        if not _stale(problem, connection):
            raise _verdict(problem, connection, message) from problem
        _cut(connection)
        return False
    _kept.connection = connection
    return True


def _take_connection() -> BaseEmailBackend | None:
    """Take this thread's connection out of its place, unless made for other settings or before a fork."""
    connection: BaseEmailBackend | None = getattr(_kept, "connection", None)
    _kept.connection = None
    return connection if getattr(_kept, "made_for", None) == _circumstances() else None


def _connect() -> BaseEmailBackend:
    _kept.made_for = _circumstances()
    if settings.EMAIL_BACKEND == _SMTP:
        watched: BaseEmailBackend = mail.get_connection(_WATCHED, timeout=settings.EMAIL_TIMEOUT or _SECONDS)
        return watched
    other: BaseEmailBackend = mail.get_connection()
    return other


def _circumstances() -> tuple[object, ...]:
    # A connection inherited through a fork is shared with the parent; it must never be written to.
    return os.getpid(), settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT


def _stale(problem: Exception, connection: BaseEmailBackend) -> bool:
    """Tell whether a kept connection had certainly died before the server began to take the mail."""
    if not isinstance(connection, Wire) or connection.in_doubt:
        return False
    return not isinstance(problem, smtplib.SMTPException) or _code(problem) in {None, _CLOSING}


def _verdict(
    problem: Exception, connection: BaseEmailBackend, message: EmailMultiAlternatives
) -> MailRefused | MailUnavailable:
    """Say what a failure means for the mail, in the server's words; the connection is closed."""
    if hosted.in_use():
        return hosted.verdict(problem, to=message.to[0])
    in_doubt = not isinstance(connection, Wire) or connection.in_doubt
    _cut(connection)
    code, words = _code(problem), _words(problem)
    if code is None:
        return MailUncertain(words) if in_doubt else MailUnavailable(words)
    # A sender that is refused is our own misconfiguration: mended, the same mail will pass.
    ours = isinstance(problem, (smtplib.SMTPSenderRefused, smtplib.SMTPAuthenticationError))
    about_message = isinstance(problem, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError))
    if code in _PERMANENT and (about_message or (ours and code in _TOO_LARGE)):
        return MailRefused(words)
    return MailUnavailable(words)


def _cut(connection: BaseEmailBackend) -> None:
    if isinstance(connection, Wire):
        connection.cut()


def _code(problem: Exception) -> int | None:
    """Return the server's answer as a number, or None if it gave none that can be read."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return next(code for code, _text in problem.recipients.values())
    if isinstance(problem, smtplib.SMTPResponseException) and problem.smtp_code > 0:
        return problem.smtp_code
    return None


def _words(problem: Exception) -> str:
    text: str | bytes = str(problem) or type(problem).__name__
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        text = next(said for _number, said in problem.recipients.values())
    elif isinstance(problem, smtplib.SMTPResponseException):
        text = problem.smtp_error
    words = excerpt(text.decode(errors="replace") if isinstance(text, bytes) else text)
    code = _code(problem)
    return f"{code} {words}" if code else words


class _Mail(EmailMultiAlternatives):
    """A mail whose HTML part may hold the company's logo, and whose subject begins on its own line.

    Django folds a subject as if nothing stood before it; one of other letters than ASCII then moves to the
    second line as a whole, and whoever unfolds it finds a space before its first word.
    """

    logo = b""

    def message(self) -> SafeMIMEText | SafeMIMEMultipart:
        built: SafeMIMEText | SafeMIMEMultipart = super().message()
        built.replace_header("Subject", Header(str(self.subject), header_name="Subject").encode())
        if self.logo:
            _place_logo(built, self.logo)
        return built


def _place_logo(built: Message, logo: bytes) -> None:
    """Put the HTML part and its picture together (multipart/related), so that readers show it in place."""
    for part in built.walk():
        # The stubs do not say that the payload of a multipart is the list of its parts.
        below: Any = part.get_payload() if part.is_multipart() else []
        for place, child in enumerate(below):
            if child.get_content_type() == "text/html":
                picture = MIMEImage(logo, "png")
                picture.add_header("Content-ID", f"<{LOGO_ID}>")
                picture.add_header("Content-Disposition", "inline", filename="logo.png")
                below[place] = MIMEMultipart("related", _subparts=[child, picture])
                return


def _message(envelope: Envelope) -> EmailMultiAlternatives:
    message = _Mail(
        subject=one_line(envelope.subject),
        body=_sendable(envelope.text),
        from_email=_sender(envelope.from_name),
        to=[_address(envelope.to)],
        reply_to=_answers_to(envelope.reply_to),
        headers={
            "Message-ID": one_line(envelope.message_id),
            "Auto-Submitted": "auto-generated",
            "Content-Language": one_line(envelope.language),
        },
    )
    message.attach_alternative(_sendable(envelope.html), "text/html")
    for name, content, kind in envelope.attachments:
        message.attach(one_line(name).replace("/", "-"), content, kind)
    if hosted.in_use():
        key, _, _ = envelope.message_id.strip("<>").partition("@")
        hosted.prepare(message, key=key, logo=envelope.logo, logo_id=LOGO_ID)
    else:
        message.logo = envelope.logo
    return message


def _sender(name: str) -> str:
    _own_name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((one_line(name), address))


def _address(text: str) -> str:
    try:
        return addresses.on_the_wire(text)
    except BadAddress as problem:
        raise MailRefused(excerpt(str(problem))) from problem


def _answers_to(text: str) -> list[str] | None:
    """Return where answers go; a company whose address is none all the same gets its mails out."""
    with contextlib.suppress(BadAddress):
        return [addresses.on_the_wire(text)]
    return None


def _sendable(text: str) -> str:
    # Half a surrogate pair cannot be written as UTF-8, and must not lose a mail.
    return text.encode("utf-8", "replace").decode()
