"""What becomes of mails after a hosted sender took them: delivered, bounced, reported as spam.

check the secret -> read -> find the mails -> state and timeline
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from florin.contracts.mailing import MailReport, MailStatus
from florin.domain.activity import services as activity
from florin.domain.outbox import services as outbox
from florin.domain.outbox.models import Message
from florin.edges.mail import tracking
from florin.kernel import clock

# Senders try a notice again for days; what says it is older, or of tomorrow, has its clock wrong.
_OLDEST = timedelta(days=30)


def receive(sender: str, headers: Mapping[str, str], body: bytes) -> None:
    """Take a sender's notice in. Safe to receive twice, late, early, or out of order.

    Raises:
        LookupError: if mail does not leave through that sender.
        UnsignedMailNotice: if the sender did not sign it.
        BadMailNotice: if it cannot be read.
    """
    record(tracking.read(sender, headers, body))


@transaction.atomic(durable=True)
def record(reports: Sequence[MailReport]) -> None:
    """Move each mail on, and tell the timelines of what it was about; what is known already changes nothing.

    A mail is found by the key that travelled with it, or else by the sender's own id. A mail that was
    delivered can still bounce; one that bounced stays so. Reports of mails that are not ours are passed over.
    """
    found = outbox.find_sent({one.key for one in reports if one.key}, {one.provider_id for one in reports})
    by_key = {message.pk: message for message in found}
    by_id = {message.provider_id: message for message in found if message.provider_id}
    for one in reports:
        message = (by_key.get(one.key) if one.key else None) or by_id.get(one.provider_id)
        if message is not None:
            _move(message, one)


def _move(message: Message, report: MailReport) -> None:
    at = _when(report)
    match report.status:
        case MailStatus.DELIVERED:
            if outbox.arrived(message, at=at):
                _note(message, activity.Kind.DELIVERED)
        case MailStatus.BOUNCED:
            if outbox.came_back(message, at=at, reason=report.reason):
                _note(message, activity.Kind.BOUNCED, reason=report.reason[:200])


def _note(message: Message, kind: activity.Kind, **about: str) -> None:
    activity.note(
        message.company_id,
        kind,
        subjects=message.subjects,
        to=message.recipient,
        mail=message.kind,
        **about,
    )


def _when(report: MailReport) -> datetime:
    now = clock.now()
    return report.at if report.at is not None and now - _OLDEST < report.at <= now else now
