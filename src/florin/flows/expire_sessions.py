"""Ending checkout sessions that a change has overtaken: of a balance, a credit, a switch, or a link."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from florin.domain.attempts import bill
from florin.domain.attempts import services as attempts
from florin.domain.attempts.bill import BillState
from florin.domain.attempts.lifecycle import FINAL
from florin.domain.attempts.models import Attempt, AttemptDebt
from florin.domain.declines import services as declines
from florin.domain.ledger.models import Item
from florin.kernel.jobs import Job, later


def expire_wanting(items: Iterable[UUID]) -> None:
    """Ask for the end of the sessions that are to pay or use one of these items, whose balance has changed.

    Open credits are shared over all that a customer owes: where there are any, and the company deducts them,
    one change changes all bills of the customer in the currency, so all their sessions end. As ``expire``,
    once the caller's transaction commits; whoever was quicker is charged what is owed by then.
    """
    keys = set(items)
    changed = Item.objects.filter(pk__in=keys, company__use_open_credits=True)
    whose = set(changed.values_list("customer", "currency"))
    credits_ = Item.objects.filter(customer__in={customer for customer, _ in whose}, balance__lt=0)
    shared = whose & set(credits_.values_list("customer", "currency"))
    fit = reduce(or_, (Q(link__customer=customer, currency=currency) for customer, currency in shared), Q())
    theirs = _debts(fit) if shared else set()
    _ask((keys if attempts.competing_attempts(list(keys)).exists() else set()) | theirs)


def expire(**conditions: object) -> None:
    """Ask for the end of the sessions whose attempts fit, once the caller's transaction commits.

    Whoever still owes the same invoices by another link presses Pay again.
    """
    _ask(_debts(**conditions))


def is_overtaken(attempt: Attempt) -> bool:
    """Say whether the bill is another by now than the payer agreed to: its amount, its methods, its link.

    Or whether too many cards were declined, in this session, by this link or from the payer's place.

    Jobs only hurry: whoever looks at an open session asks this too, so that none that is stale is missed.
    """
    link = attempt.link
    now = bill.draw_up(link, place=attempt.place)
    stands = now.state == BillState.PAYABLE and now.payable == attempt.money and attempt.method in now.methods
    return link.revoked_at is not None or not stands or declines.is_enough(attempt.pk)


def _debts(*fit: Q, **conditions: object) -> set[UUID]:
    """Return the items that the open attempts which fit are to pay."""
    # Told as the index of unfinished attempts tells it, so that the finished ones are never read.
    unfinished = Attempt.objects.exclude(state__in=sorted(FINAL)).filter(
        *fit, state=Attempt.State.OPENED, **conditions
    )
    return set(AttemptDebt.objects.filter(attempt__in=unfinished).values_list("item_id", flat=True))


def _ask(items: set[UUID]) -> None:
    if items:
        later(Job.EXPIRE_SESSIONS, items=sorted(str(item) for item in items))
