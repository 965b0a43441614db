"""Hosted mail senders' notices: checked and read by anymail, handed on as plain values.

anymail's own views would send Django signals; we ask them for their check and their reading only, so what a
notice means for us is decided by the flow that called. What recipients opened or clicked is passed over: mail
scanners open and click everything.
"""

import io
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from anymail.signals import EventType
from anymail.webhooks.amazon_ses import AmazonSESBaseWebhookView, AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailCoreWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

from florin.contracts.mailing import BadMailNotice, MailReport, MailStatus, UnsignedMailNotice
from florin.edges.mail.headers import excerpt
from florin.edges.mail.hosted import KEY


class _AmazonSes(AmazonSESTrackingWebhookView):  # type: ignore[misc]  # anymail has no types
    """Reads Amazon's notices without Amazon's library, which only confirming a subscription needs."""

    def __init__(self, **options: Any) -> None:
        self.auto_confirm_enabled = True
        self.session_params: dict[str, Any] = {}
        self.client_params: dict[str, Any] = {}
        super(AmazonSESBaseWebhookView, self).__init__(**options)


_VIEWS: dict[str, type[AnymailCoreWebhookView]] = {
    "amazon_ses": _AmazonSes,
    "brevo": BrevoTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "resend": ResendTrackingWebhookView,
    "sendgrid": SendGridTrackingWebhookView,
}
# These sign what they send; the others bring the password that we gave them.
_SIGNING = frozenset({"mailgun"})
_ASKED_FIRST = frozenset({"amazon_ses"})
_STATUSES = {
    EventType.DELIVERED: MailStatus.DELIVERED,
    EventType.BOUNCED: MailStatus.BOUNCED,
    EventType.REJECTED: MailStatus.BOUNCED,
    EventType.FAILED: MailStatus.BOUNCED,
    EventType.COMPLAINED: MailStatus.BOUNCED,
}
_SPAM = "Reported as spam by the recipient"
_NO_REASON = "The mail sender gave no reason"


def read(sender: str, headers: Mapping[str, str], body: bytes) -> list[MailReport]:
    """Return what a notice tells of our mails, in its order; often nothing that matters.

    ``headers`` have their names in lower case.

    Raises:
        LookupError: if mail does not leave through that sender.
        UnsignedMailNotice: if signature or password are missing or wrong.
        BadMailNotice: if it is signed, but cannot be read.
    """
    if sender != settings.MAIL_SENDER or sender not in _VIEWS:
        raise LookupError(sender)
    view, request = _VIEWS[sender](), _request(headers, body)
    _check(sender, view, request)
    try:
        return [report for event in view.parse_events(request) if (report := _report(event))]
    except Exception as problem:  # a stranger's text can break its reading in any way
        raise BadMailNotice("nobody can read it") from problem


def _check(sender: str, view: AnymailCoreWebhookView, request: WSGIRequest) -> None:
    if sender not in _SIGNING and not view.basic_auth:
        raise UnsignedMailNotice
    if sender in _ASKED_FIRST and "HTTP_AUTHORIZATION" not in request.META:
        raise UnsignedMailNotice(ask=True)
    try:
        view.run_validators(request)
    except Exception as problem:  # a stranger's text can break the check in any way
        raise UnsignedMailNotice from problem


def _request(headers: Mapping[str, str], body: bytes) -> WSGIRequest:
    """Put a request together as anymail's views expect one."""
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return WSGIRequest(
        {
            **named,
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "https",
        }
    )


def _report(event: Any) -> MailReport | None:
    status = _STATUSES.get(event.event_type)
    if status is None:
        return None
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    return MailReport(
        status=status,
        key=_key(metadata.get(KEY)),
        provider_id=_text(event.message_id),
        reason=_reason(event) if status == MailStatus.BOUNCED else "",
        at=_instant(event.timestamp),
    )


def _reason(event: Any) -> str:
    said = _text(event.mta_response) or _text(event.description) or _text(event.reject_reason)
    if event.event_type == EventType.COMPLAINED:
        return f"{_SPAM}: {said}" if said else _SPAM
    return said or _NO_REASON


def _key(text: Any) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _text(value: Any) -> str:
    return excerpt(value) if isinstance(value, str) else ""


def _instant(value: Any) -> datetime | None:
    aware = isinstance(value, datetime) and value.tzinfo is not None
    return value.astimezone(UTC) if aware else None
