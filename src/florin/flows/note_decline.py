"""A card or a bank account was refused: count it once, whoever tells of it, and tell the company.

count -> timeline; after the commit: too many? -> ask about the link's sessions now, and they end
"""

from uuid import UUID

from florin.contracts.reasons import Code, DeclineReason
from florin.domain.activity import services as activity
from florin.domain.declines import services as declines
from florin.domain.payments import attempts
from florin.domain.payments.models import Attempt


def find(key: UUID, gateway: str) -> Attempt | None:
    """Return the attempt that a processor's notice names."""
    return Attempt.objects.select_related("link__customer").filter(pk=key, gateway=gateway).first()


def note(attempt: Attempt, name: str, *, reason: DeclineReason, code: Code) -> None:
    """Count a decline and tell it on the timeline, in the caller's transaction; once for each ``name``."""
    if not declines.count(attempt.link, attempt=attempt.pk, name=name, place=attempt.place):
        return
    activity.note(
        attempt.company_id,
        activity.Kind.CARD_DECLINED,
        subjects=attempts.touched(attempt),
        actor=attempt.link.customer.name,
        amount=attempt.total,
        currency=attempt.currency,
        reason=reason,
        told=f"{code}",
        method=attempt.method,
        link=str(attempt.link_id),
        attempt=str(attempt.pk),
    )


def spread(attempt: Attempt) -> None:
    """Let the other sessions of a link that is cooling be looked at, and so ended, now and not by and by.

    Whoever asks later ends them too (``stale_sessions.is_overtaken``), so nothing is lost with a lost job.
    """
    if declines.cools_until(attempt.link, place=""):
        attempts.hurry(attempt.link)
