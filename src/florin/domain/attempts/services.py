"""Opening attempts, finding them, and remembering that an answer is missing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from florin.contracts.reasons import Code, DeclineReason
from florin.domain.attempts.bill import Bill
from florin.domain.attempts.lifecycle import FINAL
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt, AttemptCredit, AttemptDebt
from florin.domain.companies.services import account_of
from florin.domain.links.models import Link
from florin.kernel import clock
from florin.kernel.errors import Refusal

# At the processor a session lasts from 30 minutes to 24 hours; this is long enough to type a card number.
_SESSION_LASTS = timedelta(minutes=45)
LONGEST_CODE = 120
_MOST_OPEN = 60  # a link with more open attempts than this is being used to try out cards
_FIRST_CHECK = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=10)
_LONGEST_PAUSE_UNKNOWN = timedelta(minutes=2)
_PENDING_PAUSE = timedelta(hours=1)


class TooManyAttempts(Refusal):
    """Somebody presses Pay over and over."""

    status = 429


def of_page(link: Link, nonce: str) -> Attempt | None:
    """Return the attempt that was made when Pay was pressed on this page, if it was."""
    return Attempt.objects.filter(link=link, nonce=nonce).first()


def open_for(
    bill: Bill,
    *,
    nonce: str,
    method: Method = Method.CARD,
    order: Mapping[str, Any] | None = None,
    place: str = "",
) -> Attempt:
    """Freeze what the payer agreed to, in the caller's transaction, which holds the link's lock.

    ``order`` is what the session is asked for with; asked again, it must be the same, for the key is.
    ``place`` is from where Pay was pressed (``kernel.clients``).

    Raises:
        TooManyAttempts: if the link has too many attempts open already.
    """
    open_now = Attempt.objects.filter(link=bill.link, state=Attempt.State.OPENED).count()
    if open_now >= _MOST_OPEN:
        raise TooManyAttempts(_("This bill was opened for payment many times. Please try again in an hour."))
    account = account_of(bill.link.company)
    now = clock.now()
    fresh = Attempt(
        company_id=bill.link.company_id,
        link=bill.link,
        nonce=nonce,
        place=place,
        gateway=account.gateway if account else "",
        account=account.reference if account else "",
        method=method,
        currency=bill.link.currency,
        total=bill.payable.minor,
        order=dict(order or {}),
        started_at=now,
        expires_at=now + _SESSION_LASTS,
        check_at=now + _FIRST_CHECK,
    )
    fresh.save(force_insert=True)
    _write_debts(fresh, bill)
    _write_credits(fresh, bill)
    return fresh


def opened(attempt: Attempt, *, reference: str, url: str) -> None:
    """Record the session that the processor made for the attempt."""
    attempt.reference, attempt.url, attempt.unknown_since = reference, url, None
    attempt.save(update_fields=["reference", "url", "unknown_since"])


def refused(attempt: Attempt) -> None:
    """Record that the processor will not open a session, so that nobody asks about it any more."""
    Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.OPENED).update(
        state=Attempt.State.EXPIRED, unknown_since=None
    )


def ended_unseen(attempt: Attempt) -> bool:
    """Say whether an attempt's session, if there is one, has ended and nobody ever got its address.

    Or nobody ever can: what it was asked for with is not known, since it is older than this rule.
    """
    return not attempt.reference and (attempt.expires_at <= clock.now() or not attempt.order)


def is_undecided(attempt: Attempt) -> bool:
    """Say whether the processor is still to be asked: it is not final, or final and an answer is missing."""
    return attempt.state not in FINAL or attempt.unknown_since is not None


def touched(attempt: Attempt) -> list[UUID]:
    """Return the keys of everything whose timeline an attempt belongs to."""
    debts = attempt.debts.values_list("invoice_id", "invoice__order_id")
    subjects = [key for pair in debts for key in pair]
    return [attempt.pk, attempt.link_id, attempt.link.customer_id, *subjects]


def items_of(attempt: Attempt) -> list[UUID]:
    """Return the keys of the ledger items that an attempt pays or uses."""
    return [*attempt.debts.values_list("item", flat=True), *attempt.credits.values_list("item", flat=True)]


def mark_unknown(attempt_id: UUID) -> None:
    """Record that the processor's answer is missing, and when to ask again: soon, then ever later.

    Never later than in two minutes, so that the truth is known soon after the processor is back.
    """
    with transaction.atomic(durable=True):
        attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
        attempt.unanswered += 1
        attempt.unknown_since = attempt.unknown_since or clock.now()
        attempt.check_at = _next_check(attempt.unanswered)
        attempt.save(update_fields=["unanswered", "unknown_since", "check_at"])


def postpone(attempt_id: UUID, *, seconds: int) -> None:
    """Put off the next question because the processor is asked too often; nothing else is known by that."""
    check_at = clock.now() + timedelta(seconds=seconds)
    Attempt.objects.filter(pk=attempt_id).update(check_at=check_at)


def waited(attempt: Attempt) -> None:
    """Put off the next question about an attempt whose payer is still typing; the caller saves it."""
    age = clock.now() - attempt.started_at
    attempt.check_at = clock.now() + min(max(age, _FIRST_CHECK), _LONGEST_PAUSE)


def declined(attempt: Attempt, name: str, *, reason: DeclineReason, code: Code) -> None:
    """Say which card was refused last, and why, for the payer who comes back; the caller saves it."""
    attempt.decline = name
    attempt.failure, attempt.code = reason.value, f"{code}"[:LONGEST_CODE]


def pends(attempt: Attempt) -> None:
    """Put off the next question about a bank debit, which takes days; the caller saves it."""
    attempt.check_at = clock.now() + _PENDING_PAUSE


def due(now: datetime) -> QuerySet[Attempt]:
    """Return attempts whose turn it is to be asked about: not final, or final and an answer is missing.

    Late money for an attempt that we had given up may be announced once only; a look-up that failed then
    must be made again.
    """
    wanted = ~Q(state__in=sorted(FINAL)) | Q(unknown_since__isnull=False)
    return Attempt.objects.filter(wanted, check_at__lte=now).order_by("check_at")


def hurry(link: Link) -> None:
    """Let the poller ask at once about the link's open attempts, but for those whose answer is missing.

    Rows that somebody else has locked are left out: whoever holds them asks.
    """
    now = clock.now()
    waiting = Attempt.objects.filter(
        link=link, state=Attempt.State.OPENED, unknown_since__isnull=True, check_at__gt=now
    )
    with transaction.atomic():
        keys = list(waiting.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
        Attempt.objects.filter(pk__in=keys).update(check_at=now)


def competing_attempts(items: list[UUID]) -> QuerySet[Attempt]:
    """Return the open attempts that want to pay one of these items: stale once a balance has changed."""
    wanted = Q(debts__item__in=items) | Q(credits__item__in=items)
    return Attempt.objects.filter(wanted, state=Attempt.State.OPENED).distinct()


def _next_check(unanswered: int) -> datetime:
    pause = timedelta(seconds=2 << min(unanswered - 1, 10))
    return clock.now() + min(pause, _LONGEST_PAUSE_UNKNOWN)


def _write_debts(attempt: Attempt, bill: Bill) -> None:
    AttemptDebt.objects.bulk_create(
        AttemptDebt(
            attempt=attempt,
            invoice_id=line.invoice_id,
            item_id=line.item_id,
            position=position,
            amount=line.payable.minor,
        )
        for position, line in enumerate(bill.lines, start=1)
        if line.payable
    )


def _write_credits(attempt: Attempt, bill: Bill) -> None:
    AttemptCredit.objects.bulk_create(
        AttemptCredit(attempt=attempt, item_id=credit.item_id, position=position, amount=credit.amount.minor)
        for position, credit in enumerate(bill.credits, start=1)
    )
