"""Comparing the processor's account of a company's money with ours: mend what is certain, tell the rest.

ask for movements and payouts -> settle what we missed -> keep and book -> follow what differs -> compare

A day or a week without a single notice is made up for by one run.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from florin.contracts.processor import (
    GatewayError,
    GatewayRefusal,
    Movement,
    MovementKind,
    PayoutReport,
    RefusalReason,
)
from florin.domain.activity import services as activity
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.companies.services import account_of
from florin.domain.payments import allocating, settling
from florin.domain.payments.models import Attempt, Payment
from florin.domain.payouts import checking, comparing, services
from florin.domain.payouts.comparing import Found, Standing
from florin.domain.payouts.models import Difference, Payout, Reconciliation
from florin.domain.payouts.services import MerchantAccount
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.edges.gateways.interface import Gateway
from florin.flows import follow_payment, settle_payment
from florin.kernel import clock
from florin.kernel.errors import Refusal
from florin.kernel.jobs import Job, later
from florin.kernel.money import Money

_log = logging.getLogger(__name__)

SCHEDULE = "schedule"
_BEGINNING = datetime(2010, 1, 1, tzinfo=UTC)
# Processors write some movements late, and clocks differ: each run looks so far back behind the last.
_OVERLAP = timedelta(days=3)
# A payout arrives, or comes back, days after it was made; its parts are named a little after it.
_PAYOUTS_MOVE = timedelta(days=35)
_PARTS_COME = timedelta(days=7)
# What was booked within this time may be too new to be in what the processor told.
_CALM = timedelta(minutes=15)
_AT_ONCE = 500


@dataclass(slots=True)
class _Tally:
    """What a run has done so far: it looks at everything from ``since`` and can vouch for it ``until`` then.

    It has ``lost`` an account if there is one that it could not look at.
    """

    since: datetime
    until: datetime
    lost: bool = False
    compared: int = 0
    mended: int = 0
    found: list[Found] = field(default_factory=list)


def ask(company: Company, *, by: User) -> None:
    """Ask for a comparison as soon as a worker is free.

    Raises:
        Refusal: if the company has no payments account to compare with.
    """
    _need_account(company)
    with transaction.atomic(durable=True):
        later(Job.RECONCILE, company=str(company.pk), by=by.name or by.email)


def run_all(*, by: str = SCHEDULE) -> list[Reconciliation]:
    """Compare every company that takes payments; one whose processor is away keeps no other waiting."""
    done = []
    accounts = PaymentsAccount.objects.exclude(state=PaymentsAccount.State.NEW).select_related("company")
    for account in accounts.order_by("pk"):
        try:
            done.append(run(account.company, by=by))
        except (GatewayError, GatewayRefusal) as problem:
            _log.warning("The account of %s cannot be compared: %s", account.company.slug, problem)
        except Exception:  # noqa: BLE001 - one company that trips us keeps no other waiting
            _log.exception("The account of %s cannot be compared", account.company.slug)
    return done


def run(company: Company, *, by: str, since: datetime | None = None) -> Reconciliation:
    """Compare a company's accounts from where the last run ended, or ``since``, and return what came of it.

    That is every account through which it takes money or ever did; one that has left us for good is passed
    over, unless payments still go there.

    Safe to run at once and again: each movement is kept and booked exactly once, each payment settled once.

    Raises:
        Refusal: if the company has no payments account.
        GatewayError: if the processor does not answer; what was taken in until then stays.
        GatewayRefusal: if it says no.
    """
    _need_account(company)
    begun = services.begin(company, since=since or _since(company), by=by)
    tally = _Tally(since=begun.since, until=begun.started_at)
    for account in services.accounts_of(company):
        _read(account, begun.since, tally)
    _mend(company, tally)
    return _conclude(begun, tally)


def catch_up(gateway: str, reference: str) -> bool:
    """Take in what moved in an account because a payout has come further; false if it is nobody's here.

    The same as a run does first, and as safe to repeat; what differs is left to the next run. Of an account
    that several companies share, or that payments no longer go to, the hourly round takes in what it must.

    Raises:
        GatewayError: if the processor does not answer; ask again later.
        GatewayRefusal: if it says no.
    """
    own = PaymentsAccount.objects.filter(gateway=gateway, reference=reference)
    owners = list(own.exclude(state=PaymentsAccount.State.NEW).select_related("company")[:2])
    if len(owners) != 1:
        return False
    company = owners[0].company
    since = _since(company)
    _read(MerchantAccount(company, gateway, reference), since, _Tally(since=since, until=clock.now()))
    return True


def settle_difference(company: Company, pk: UUID, *, note: str, by: User) -> Difference:
    """Close a difference by hand, with a note of what was done about it.

    Raises:
        NotFound: if there is none, or it is another company's.
        Refusal: without a note.
    """
    if not note:
        raise Refusal(_("Say in a few words what was found out, so that others need not ask again."))
    with transaction.atomic(durable=True):
        return services.settle(company, pk, note=note, by=by.name or by.email)


def _need_account(company: Company) -> None:
    account = account_of(company)
    if account is None or account.state == PaymentsAccount.State.NEW:
        raise Refusal(_("There is no payments account yet, so there is nothing to compare with."))


def _since(company: Company) -> datetime:
    """Return from when on a run looks: a little before the end of the last that ended, or the beginning."""
    ended = Reconciliation.objects.filter(company=company, finished_at__isnull=False)
    last = ended.order_by("-started_at").values_list("until", flat=True).first()
    return last - _OVERLAP if last else _BEGINNING


def _read(account: MerchantAccount, since: datetime, tally: _Tally) -> None:
    """Take in movements and payouts since then; of an account never looked at, from the beginning."""
    since = _BEGINNING if services.is_new(account) else since
    gateway = _gateway(account)
    try:
        told = list(gateway.movements(since=since))
        payouts = list(gateway.payouts(since=since - _PAYOUTS_MOVE))
    except GatewayRefusal as refusal:
        if account.is_current or refusal.reason != RefusalReason.ACCOUNT_GONE:
            raise
        _log.warning("The account %s has left us and is not compared", account.reference)
        tally.lost = True
        return
    tally.since = min(tally.since, since)
    _take_in(account, told, payouts, tally)
    _itemise(account, gateway, since - _PARTS_COME, tally)


def _take_in(
    account: MerchantAccount, told: Sequence[Movement], payouts: Sequence[PayoutReport], tally: _Tally
) -> None:
    """Keep movements and payouts, after the attempts that they are about have become payments."""
    left = _settle_missed(account, told, tally)
    tally.compared += len(told)
    _take_in_payouts(account, payouts)
    rest = [one for one in reversed(told) if one.payment not in left]  # the oldest first
    for start in range(0, len(rest), _AT_ONCE):
        with transaction.atomic(durable=True):
            services.lock(account.company)
            services.take_in(account, rest[start : start + _AT_ONCE])


def _settle_missed(account: MerchantAccount, told: Sequence[Movement], tally: _Tally) -> set[str]:
    """Settle attempts whose money the processor has and we have not.

    Returns the processor's names of those that must wait for the next run, with all that followed them.
    """
    waiting = set()
    for start in range(0, len(told), _AT_ONCE):
        part = told[start : start + _AT_ONCE]
        ours = services.ours(account, part)
        for one in part:
            attempt = ours.attempts.get(one.attempt)
            if one.kind != MovementKind.PAYMENT or attempt is None or one.payment in {"", *ours.payments}:
                continue
            settle_payment.settle(attempt.pk)
            if Payment.objects.filter(attempt=attempt, reference=one.payment).exists():
                tally.mended += 1
                continue
            waiting.add(one.payment)
            tally.until = min(tally.until, one.at)
            tally.found.append(_unsettled(attempt, one))
    return waiting


def _unsettled(attempt: Attempt, told: Movement) -> Found:
    return Found(
        Difference.Kind.STATE,
        told.payment,
        ours=Attempt.objects.values_list("state", flat=True).get(pk=attempt.pk),
        theirs=f"{told.gross.decimal} {told.gross.currency}",
    )


@transaction.atomic(durable=True)
def _take_in_payouts(account: MerchantAccount, told: Sequence[PayoutReport]) -> None:
    """Keep payouts, and tell on the timeline of those that arrived or came back."""
    kinds = {
        Payout.State.PAID: activity.Kind.PAID_OUT,
        Payout.State.FAILED: activity.Kind.PAYOUT_FAILED,
    }
    services.lock(account.company)
    for payout, _before in services.take_in_payouts(account, told):
        kind = kinds.get(Payout.State(payout.state))
        if kind:
            activity.note(
                account.company.pk,
                kind,
                subjects=[payout.pk],
                actor=services.BY,
                payout=str(payout.pk),
                amount=payout.amount,
                currency=payout.currency,
            )


def _itemise(account: MerchantAccount, gateway: Gateway, since: datetime, tally: _Tally) -> None:
    """Ask of which movements each payout consists that is not the sum of its parts yet (X6)."""
    for payout in services.not_itemised(account, since=since):
        parts = list(gateway.movements(since=_BEGINNING, payout=payout.reference))
        _take_in(account, parts, (), tally)
        with transaction.atomic(durable=True):
            services.lock(account.company)
            services.itemise(payout, parts)


def _mend(company: Company, tally: _Tally) -> None:
    """Learn fees, and follow what happened to payments, where the books have not what the processor has."""
    for row in comparing.standings(checking.in_question(company, since=tally.since)):
        if row.agrees or row.taken is None:
            continue
        fee = Money(row.taken.fee, row.taken.currency)
        if row.payment.fee is None and fee.currency == row.payment.currency:
            with transaction.atomic(durable=True):
                settling.record_fee(allocating.lock(row.payment.pk), fee)
        if not _now(row).agrees:
            with suppress(GatewayRefusal):  # then it stays a difference, for a person
                follow_payment.follow(row.payment.pk)
        tally.mended += _now(row).agrees


def _now(row: Standing) -> Standing:
    return comparing.standings([row.payment.pk])[0]


def _conclude(begun: Reconciliation, tally: _Tally) -> Reconciliation:
    """Compare everything in question once more, keep what differs, and note how the run went."""
    company = begun.company
    with transaction.atomic(durable=True):
        services.lock(company)
        services.link(company, since=tally.since)
    found = [*tally.found, *_differences(company, tally.since), *_about_balances(company, begun, tally)]
    with transaction.atomic(durable=True):
        services.lock(company)
        begun.different = checking.note(company, found)
        begun.compared, begun.mended, begun.until = tally.compared, tally.mended, tally.until
        begun.finished_at = clock.now()
        begun.save()
    return begun


def _differences(company: Company, since: datetime) -> list[Found]:
    with checking.still_picture():
        rows = comparing.standings(checking.in_question(company, since=since))
        return [
            *comparing.judge(rows, calm=clock.now() - _CALM, fees=settings.FEES),
            *checking.about_movements(company, since=since),
            *checking.about_payouts(company, since=since),
            *checking.about_the_whole(company, rows),
        ]


def _about_balances(company: Company, begun: Reconciliation, tally: _Tally) -> list[Found]:
    """Hold the processor's own balance against the books, if no money moved while both were looked at.

    The order is what keeps it from false alarms: first what we know, in one picture; then the balance; then
    the movements of the last days once more. A movement can have entered the balance only if it was written
    by then, so it is in that last list. If all of the list were known before the balance was asked for, the
    balance consists of exactly what we know, and may be compared. If one was not, money moved meanwhile (or
    waits to be settled): this run says nothing new, and a later one finds a quiet moment. What the books have
    ahead of the processor, such as a refund on its way, is no difference: the movements explain the balance.

    Nothing is compared where an account is shared, or has left us: its balance is not this company's alone.
    """
    accounts, lately = services.accounts_of(company), begun.started_at - _OVERLAP
    if tally.lost or any(services.is_shared(account) for account in accounts):
        return checking.still_open(company, Difference.Kind.BALANCE)
    with checking.still_picture():
        ours, moved = checking.sums(company)
        known = services.known(company, since=lately - _OVERLAP)
    theirs: Counter[str] = Counter()
    for gateway in map(_gateway, accounts):
        theirs.update({money.currency: money.minor for money in gateway.balance()})
    for account in accounts:
        names = {(*account.name, one.reference) for one in _gateway(account).movements(since=lately)}
        if not names <= known:
            return checking.still_open(company, Difference.Kind.BALANCE)
    return checking.about_balances(ours, moved, theirs)


def _gateway(account: MerchantAccount) -> Gateway:
    return registry.get(account.gateway, account.reference)
