"""A card or a bank account was refused: count it once, whoever tells of it, and tell the company.

count -> timeline -> too many? -> ask about the link's sessions now, and they end
"""

from uuid import UUID

from florin.contracts.processor import Notice
from florin.contracts.reasons import Code, DeclineReason
from florin.domain.activity import services as activity
from florin.domain.attempts import services as attempts
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.declines import services as declines
from florin.domain.links import services as links
from florin.domain.payments import settling

_UNDECIDED = {Attempt.State.OPENED, Attempt.State.EXPIRED}


def noticed(gateway: str, key: UUID, notice: Notice) -> bool:
    """Count what a notice tells of an attempt, in the caller's transaction; true if nobody need be asked.

    Somebody must be if the session was open with that, and had too many.

    Attempt and link are locked, in this order, so that of declines at the same instant the last one sees all.
    A bank debit that fails once it is under way is told in the same words, and is no decline.
    """
    if not Attempt.objects.filter(pk=key, gateway=gateway).exists():
        return False
    attempt = settling.lock(key)
    if attempt.method != Method.CARD and attempt.state not in _UNDECIDED:
        return False
    links.lock(attempt.link)
    note(attempt, notice.decline, reason=notice.decline_reason, code=notice.code)
    if attempt.state != Attempt.State.OPENED:
        return True  # what came of it otherwise is told by notices of its own
    attempts.declined(attempt, notice.decline, reason=notice.decline_reason, code=notice.code)
    attempt.save(update_fields=["decline", "failure", "code"])
    return not (declines.is_enough(key) or declines.cools_until(attempt.link, place=attempt.place))


def note(attempt: Attempt, name: str, *, reason: DeclineReason, code: Code) -> None:
    """Count a decline and tell it on the timeline, in the caller's transaction; once for each ``name``."""
    if not declines.count(attempt.link, attempt=attempt.pk, name=name, place=attempt.place):
        return
    activity.note(
        attempt.company_id,
        activity.Kind.CARD_DECLINED,
        subjects=attempts.touched(attempt),
        actor=attempt.link.customer.name,
        reason=reason,
        told=f"{code}",
        method=attempt.method,
        link=str(attempt.link_id),
        attempt=str(attempt.pk),
        **activity.details_of(attempt.money),
    )


def spread(attempt: Attempt) -> None:
    """Let the other sessions of a link that is cooling be looked at, and so ended, now and not by and by.

    Whoever asks later ends them too (``stale_sessions.is_overtaken``), so nothing is lost with a lost job.
    """
    if declines.cools_until(attempt.link, place=""):
        attempts.hurry(attempt.link)
