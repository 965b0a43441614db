"""Comparing the processor's account of a company's money with ours: mend what is certain, tell the rest.

ask for movements and payouts -> settle what we missed -> keep and book -> follow what differs -> compare

A bank debit is told from the day on which it was submitted. Until it clears it is kept as under way; the
processor's balance is the books and what is under way.

A day or a week without a single notice is made up for by one run.
"""

import logging
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from florin.contracts import capabilities, patience
from florin.contracts.processor import GatewayError, GatewayRefusal
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.companies.services import account_of
from florin.domain.payments import allocating, settling
from florin.domain.payouts import checking, comparing, services
from florin.domain.payouts.comparing import ComparedPayment, Found
from florin.domain.payouts.models import Difference, Reconciliation
from florin.domain.payouts.services import MerchantAccount
from florin.domain.staff.models import User
from florin.flows import follow_payment, record_refusal, settle_payment
from florin.flows.read_account import BEGINNING, OVERLAP, Tally, gateway_of, read, unread
from florin.kernel import clock
from florin.kernel.errors import Refusal
from florin.kernel.jobs import Job, later
from florin.kernel.money import Money

_log = logging.getLogger(__name__)

SCHEDULE = "schedule"
_BALANCE = "balance"
# What was booked within this time may be too new to be in what the processor told.
_CALM = timedelta(minutes=15)
# How long all of a run, or of a round, waits for a processor that is asked too often.
_PATIENCE_SECONDS = 60


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
    with patience.lasting(_PATIENCE_SECONDS):
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
    over, unless payments still go there. What the processor refuses to show, and what cannot be read, is
    told as a difference, and holds up neither the rest nor the next run.

    Safe to run at once and again: each movement is kept and booked exactly once, each payment settled once.
    Where the processor says "not so fast" it waits, up to a minute altogether: never call it from a request.

    Raises:
        Refusal: if the company has no payments account.
        GatewayError: if the processor of the current account does not answer; what was taken in stays.
        GatewayRefusal: if that account has left us.
    """
    _need_account(company)
    with patience.lasting(_PATIENCE_SECONDS):
        return _compare(services.begin(company, since=since or _since(company), by=by))


def _compare(begun: Reconciliation) -> Reconciliation:
    company = begun.company
    for debit in services.due_debits(company):
        settle_payment.settle(debit)
    tally = Tally(since=begun.since, until=begun.started_at)
    problem: GatewayError | GatewayRefusal | None = None
    for account in services.accounts_of(company):
        try:
            read(account, begun.since, tally)
        except (GatewayError, GatewayRefusal) as current:
            problem = current
    if problem:
        raise problem
    _mend(company, tally)
    done = _conclude(begun, tally)
    asked = ["movements", "payouts", "balance"]
    record_refusal.over(company.pk, asked, subject=company.pk, since=begun.started_at)
    return done


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
    read(MerchantAccount(company, gateway, reference), since, Tally(since=since, until=clock.now()))
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
    return last - OVERLAP if last else BEGINNING


def _mend(company: Company, tally: Tally) -> None:
    """Learn fees, and follow what happened to payments, where the books have not what the processor has."""
    for row in comparing.draw_up(checking.in_question(company, since=tally.since)):
        if row.agrees or row.taken is None:
            continue
        fee = Money(row.taken.fee, row.taken.currency)
        if row.payment.fee is None and fee.currency == row.payment.currency:
            with transaction.atomic(durable=True):
                settling.record_fee(allocating.lock(row.payment.pk), fee)
        if not _now(row).agrees:
            with suppress(GatewayError, GatewayRefusal):  # then it stays a difference, for a person
                follow_payment.follow(row.payment.pk)
        tally.mended += _now(row).agrees


def _now(row: ComparedPayment) -> ComparedPayment:
    return comparing.draw_up([row.payment.pk])[0]


def _conclude(begun: Reconciliation, tally: Tally) -> Reconciliation:
    """Compare everything in question once more, keep what differs, and note how the run went."""
    company = begun.company
    with transaction.atomic(durable=True):
        services.lock(company)
        services.link(company, since=tally.since)
    balances = _about_balances(company, begun, tally)
    before = checking.still_unread(company, read=tally.read)
    found = [*before, *tally.found, *_differences(company, tally.since), *balances]
    with transaction.atomic(durable=True):
        services.lock(company)
        begun.different = checking.note(company, found)
        begun.compared, begun.mended, begun.until = tally.compared, tally.mended, tally.until
        begun.finished_at = clock.now()
        begun.save()
    return begun


def _differences(company: Company, since: datetime) -> list[Found]:
    with checking.still_picture():
        rows = comparing.draw_up(checking.in_question(company, since=since))
        return [
            *comparing.compare_payments(rows, calm=clock.now() - _CALM, fees=settings.FEES),
            *checking.about_movements(company, since=since),
            *checking.about_debits(company),
            *checking.about_payouts(company, since=since),
            *checking.about_the_whole(company, rows),
        ]


def _about_balances(company: Company, begun: Reconciliation, tally: Tally) -> list[Found]:
    """Hold the processor's own balance against the books, if no money moved while both were looked at.

    The order is what keeps it from false alarms: first what we know, in one picture; then the balance; then
    the movements of the last days once more. A movement can have entered the balance only if it was written
    by then, so it is in that last list. If all of the list were known before the balance was asked for, the
    balance consists of exactly what we know, and may be compared. If one was not, money moved meanwhile (or
    waits to be settled): this run says nothing new, and a later one finds a quiet moment. What the books have
    ahead of the processor, such as a refund on its way, is no difference: the movements explain the balance.

    Nothing is compared where an account is shared, or has left us: its balance is not this company's alone;
    nor where the processor has no such thing, or refuses to tell it.
    """
    try:
        return _judge_balances(company, begun, tally)
    except GatewayRefusal as problem:
        record_refusal.about_account(company, problem)
        tally.found.append(unread(_BALANCE, problem))
        return checking.still_open(company, Difference.Kind.BALANCE)


def _tells_balance(account: MerchantAccount) -> bool:
    return capabilities.for_gateway(account.gateway).tells_balance


def _judge_balances(company: Company, begun: Reconciliation, tally: Tally) -> list[Found]:
    accounts, lately = services.accounts_of(company), begun.started_at - OVERLAP
    if tally.lost or any(services.is_shared(account) or not _tells_balance(account) for account in accounts):
        return checking.still_open(company, Difference.Kind.BALANCE)
    with checking.still_picture():
        ours, moved = checking.sums(company)
        known = services.known(company, since=lately - OVERLAP)
    theirs: Counter[str] = Counter()
    for gateway in map(gateway_of, accounts):
        theirs.update({money.currency: money.minor for money in gateway.balance()})
    for account in accounts:
        names = {(*account.name, one.reference) for one in gateway_of(account).movements(since=lately)}
        if not names <= known:
            return checking.still_open(company, Difference.Kind.BALANCE)
    tally.read.add(_BALANCE)
    return checking.about_balances(ours, moved, theirs)
