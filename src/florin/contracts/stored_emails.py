"""Emails as the outbox stores them: which record each kind has, and how old ones are read."""

from collections.abc import Callable, Mapping
from typing import Any

from florin.contracts import emails, snapshots
from florin.contracts.emails import Email

KINDS: dict[str, type[Email]] = {
    "invoice": emails.InvoiceEmail,
    "invoices": emails.InvoicesEmail,
    "sample_invoice": emails.SampleInvoice,
    "statement": emails.StatementEmail,
    "fresh_link": emails.FreshLink,
    "payment_received": emails.PaymentReceived,
    "payment_notice": emails.PaymentNotice,
    "not_charged": emails.NotCharged,
    "payment_initiated": emails.PaymentInitiated,
    "initiated_notice": emails.InitiatedNotice,
    "payment_failed": emails.PaymentFailed,
    "failed_notice": emails.FailedNotice,
    "payment_returned": emails.PaymentReturned,
    "returned_notice": emails.ReturnedNotice,
    "payment_regained": emails.PaymentRegained,
    "refund_initiated": emails.RefundInitiated,
    "refund_notice": emails.RefundNotice,
    "refund_failed": emails.RefundFailed,
    "refund_failed_notice": emails.RefundFailedNotice,
    "dispute_notice": emails.DisputeNotice,
    "account_notice": emails.AccountNotice,
    "settlement_report": emails.SettlementReport,
    "invitation": emails.InvitationEmail,
    "password_reset": emails.PasswordReset,
    "password_changed": emails.PasswordChanged,
    "second_factor_changed": emails.SecondFactorChanged,
}
_NAMES = {record: kind for kind, record in KINDS.items()}


def kind_of(email: Email) -> str:
    """Return the name of an email's kind, which is also that of the folder of its templates."""
    return _NAMES[type(email)]


def write(email: Email, *, language: str) -> dict[str, Any]:
    """Return what the outbox stores of an email to a reader of this language."""
    return {"language": language, **snapshots.write(email)}


def read(kind: str, stored: Mapping[str, Any]) -> Email:
    """Read back what ``write`` wrote, or what was stored while all notifications shared one record."""
    return snapshots.read(KINDS[kind], _renewed(kind, stored) if "news" in stored else stored)


# Fields that have a name of their own in some kinds, and had one name for all while they shared a record.
_OWN_NAMES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "payment_initiated": lambda news: {"awaits_payer": bool(news.get("state", ""))},
    "initiated_notice": lambda news: {"awaits_payer": bool(news.get("state", ""))},
    "payment_returned": lambda news: {"disputed": bool(news.get("state", ""))},
    "refund_initiated": lambda news: {"way": news.get("state", "")},
    "refund_notice": lambda news: {"way": news.get("state", "")},
    "account_notice": lambda news: {
        "status": news.get("state", ""),
        "wanted": [name for name in news["reference"].split(",") if name],
    },
}


def _renewed(kind: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was stored until November 2026, as it is stored now."""
    news = stored["news"]
    about = {**news, "link": stored.get("link") or None, "path": stored.get("path", "")}
    own = _OWN_NAMES[kind](news) if kind in _OWN_NAMES else {}
    return {**news, **stored, **own, "about": about}
