"""Emails: what they say (``templates``, rendered by ``rendering``) and how they leave (``post``)."""

from florin.edges.mail.failures import MailRefused, MailUnavailable, MailUncertain
from florin.edges.mail.post import Attachment, Envelope, send

__all__ = ["Attachment", "Envelope", "MailRefused", "MailUnavailable", "MailUncertain", "send"]
