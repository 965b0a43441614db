"""Mails: what they say (``letters``) and how they leave (``post``)."""

from florin.edges.mail.failures import MailRefused, MailUnavailable, MailUncertain
from florin.edges.mail.letters import (
    invoice_letter,
    invoice_list_letter,
    not_charged_letter,
    payment_notice_letter,
    payment_received_letter,
    statement_letter,
)
from florin.edges.mail.post import Attachment, Envelope, send
from florin.edges.mail.writing import Letter, inline_logo

__all__ = [
    "Attachment",
    "Envelope",
    "Letter",
    "MailRefused",
    "MailUnavailable",
    "MailUncertain",
    "inline_logo",
    "invoice_letter",
    "invoice_list_letter",
    "not_charged_letter",
    "payment_notice_letter",
    "payment_received_letter",
    "send",
    "statement_letter",
]
