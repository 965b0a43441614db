"""Taking in the processor's account of a company's money: every line of it, once.

What concerns a payment of ours is booked by whoever follows that payment. The rest is booked here, so that
the processor's balance and ours stay equal: payouts, the processor's own fees, money that we know nothing of.

A bank debit is in the processor's balance from the day on which it was submitted. It is kept as pending, and
booked by nobody, until it clears and is a payment (``adopt``), or fails: then what came and went is booked
here, and with it what the processor keeps for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from florin.contracts import processor
from florin.contracts.processor import Itemised, MovementKind, PayoutReport
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.disputes.models import Dispute
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.payments.models import Payment
from florin.domain.payouts.lifecycle import PAYOUT, PayoutState
from florin.domain.payouts.models import Difference, Movement, Payout, Reconciliation
from florin.domain.refunds.models import Refund
from florin.kernel import clock
from florin.kernel.database import AT_ONCE, find
from florin.kernel.money import Money

BY = "processor"
_OF_PAYOUTS = (MovementKind.PAYOUT, MovementKind.PAYOUT_FAILED)
_OF_REFUNDS = (MovementKind.REFUND, MovementKind.REFUND_FAILED)
_OF_DISPUTES = (MovementKind.DISPUTE, MovementKind.DISPUTE_WON)


@dataclass(frozen=True, slots=True)
class MerchantAccount:
    """An account at a processor into which a company's payments go (``is_current``) or once went."""

    company: Company
    gateway: str
    reference: str
    is_current: bool = True

    @property
    def name(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.gateway, self.reference


@dataclass(frozen=True, slots=True)
class Ours:
    """What of ours the processor speaks of: payments by its reference, attempts by that of the movement.

    ``news`` are the movements that we do not have yet.
    """

    payments: dict[str, UUID]
    attempts: dict[str, Attempt]
    news: Sequence[processor.Movement]


def accounts_of(company: Company) -> list[MerchantAccount]:
    """Return every account through which a company takes money or ever tried to, the current one first."""
    current = PaymentsAccount.objects.get(company=company)
    names = {(current.gateway, current.reference): True}
    tried = Attempt.objects.filter(company=company).exclude(reference="")
    names |= dict.fromkeys(
        sorted(set(tried.values_list("gateway", "account").distinct()) - set(names)), False
    )
    return [MerchantAccount(company, *name, is_current) for name, is_current in names.items()]


def lock(company: Company) -> None:
    """Let one run at a time write about a company's accounts, until the transaction ends."""
    PaymentsAccount.objects.select_for_update(of=("self",)).get(company=company)


def is_shared(account: MerchantAccount) -> bool:
    """Say whether an account at the processor is not this company's alone: its payouts belong to none then.

    Several companies may use it; and the installation's own is nobody's whose payments go elsewhere now.
    """
    same = PaymentsAccount.objects.filter(gateway=account.gateway, reference=account.reference)
    others = same.exclude(state=PaymentsAccount.State.NEW).exclude(company=account.company)
    return others.exists() or not (account.is_current or account.reference)


def is_new(account: MerchantAccount) -> bool:
    """Say whether there are payments in an account of which no movement has been taken in yet."""
    mine = {"gateway": account.gateway, "account": account.reference, "company": account.company}
    return not Movement.objects.filter(**mine).exists() and Payment.objects.filter(**mine).exists()


def known(company: Company, *, since: datetime) -> set[tuple[str, str, str]]:
    """Return the names of the movements since then that we know: gateway, account and reference."""
    rows = Movement.objects.filter(company=company, at__gte=since)
    return set(rows.values_list("gateway", "account", "reference"))


def ours(account: MerchantAccount, reported: Sequence[processor.Movement]) -> Ours:
    """Find what of the account's company new movements speak of, in four queries."""
    references = [one.reference for one in reported]
    known = set(_mine(account).filter(reference__in=references).values_list("reference", flat=True))
    news = [one for one in reported if one.reference not in known]
    mine = {"company": account.company, "gateway": account.gateway, "account": account.reference}
    payments = Payment.objects.filter(**mine, reference__in={one.payment for one in news if one.payment})
    debits = _debits(account, news)
    keys = {
        one.reference: _key(one.attempt) or debits.get(one.source) or debits.get(one.payment) for one in news
    }
    attempts = Attempt.objects.filter(**mine).in_bulk({key for key in keys.values() if key})
    return Ours(
        payments=dict(payments.values_list("reference", "pk")),
        attempts={name: attempts[key] for name, key in keys.items() if key in attempts},
        news=news,
    )


def take_in(account: MerchantAccount, reported: Sequence[processor.Movement]) -> list[Movement]:
    """Keep the movements that we do not have yet, and book what no payment of ours accounts for.

    Exactly once for each movement; the company is locked by the caller, and payouts were taken in before.
    Returns what is new. Of an account that is shared, only what concerns this company's payments, and payouts
    from the time when it was not. ``reported`` is the oldest first.
    """
    found = _locked(account, reported)
    payouts = _payouts_of(account, reported)
    shared = is_shared(account)
    fresh = [
        _movement(
            account, one, payment=found.payments.get(one.payment), attempt=found.attempts.get(one.reference)
        )
        for one in found.news
        if not shared
        or one.payment in found.payments
        or one.reference in found.attempts
        or one.source in payouts
    ]
    over = _end_pending(account, fresh)
    Movement.objects.bulk_create(fresh, batch_size=AT_ONCE)
    apart = {row: row.at for row in fresh if row.payment_id is None and not row.is_pending} | over
    news = [_entry(account.company, row, payouts, at=at) for row, at in apart.items() if row.net]
    news += [_exchange(account.company, row) for row in fresh if row.payment_id and row.is_converted]
    posting.post_many(news)
    return fresh


def adopt(payment: Payment) -> None:
    """Say which payment a debit that was under way has become; in the transaction that books the payment."""
    pending = Movement.objects.filter(company=payment.company_id, is_pending=True, attempt=payment.attempt_id)
    converted = list(pending.filter(presented__isnull=False))
    pending.update(payment=payment, is_pending=False)
    posting.post_many([_exchange(payment.company, row) for row in converted])


def due_debits(company: Company) -> list[UUID]:
    """Return the attempts whose debits the processor told as under way and that it is time to ask about."""
    pending = Movement.objects.filter(company=company, is_pending=True)
    due = Attempt.objects.filter(pk__in=pending.values("attempt"), check_at__lte=clock.now())
    return list(due.order_by("check_at").values_list("pk", flat=True))


def take_in_payouts(account: MerchantAccount, reported: Sequence[PayoutReport]) -> list[tuple[Payout, str]]:
    """Keep payouts as the processor tells of them now; the company is locked by the caller.

    Lists may come in any order: one that is older than what we know already changes nothing.
    Returns those whose state is new, each with the state before, empty for one that we did not know.
    """
    known = _payouts(account).filter(reference__in=[one.reference for one in reported])
    rows = {payout.reference: payout for payout in known}
    shared, news = is_shared(account), []
    for one in reported:
        if shared and one.reference not in rows:
            continue
        payout = rows.get(one.reference) or Payout(
            company=account.company,
            gateway=account.gateway,
            account=account.reference,
            reference=one.reference,
            currency=one.amount.currency,
            amount=one.amount.minor,
            made_at=one.made_at,
        )
        before, after = payout.state, PayoutState(one.state)
        if before not in {"", after} and after not in PAYOUT.moves[PayoutState(before)]:
            continue
        payout.state, payout.arrives_on = after, one.arrives_on
        payout.way, payout.itemised = one.way, one.itemised
        payout.save()
        if before != after:
            news.append((payout, before))
    return news


def itemise(payout: Payout, reported: Iterable[processor.Movement]) -> bool:
    """Note of which movements a payout consists, and say whether they add up to it (X6)."""
    parts = Movement.objects.filter(gateway=payout.gateway, account=payout.account)
    own = Q(kind=MovementKind.PAYOUT.value, source=payout.reference)
    parts.filter(~own, reference__in=[one.reference for one in reported]).update(payout=payout)
    return adds_up(payout)


def adds_up(payout: Payout) -> bool:
    """Say whether the known parts of a payout come to its amount."""
    total = payout.movements.aggregate(total=Sum("net"))["total"]
    return total is not None and int(total) == payout.amount


def not_itemised(account: MerchantAccount, *, since: datetime) -> list[Payout]:
    """Return payouts made since of which the processor tells all parts and we do not know them yet.

    The oldest first.
    """
    made = _payouts(account).filter(made_at__gte=since, itemised=Itemised.YES)
    summed = made.annotate(parts=Sum("movements__net")).order_by("made_at")
    return [payout for payout in summed if payout.parts != payout.amount]


def link(company: Company, *, since: datetime) -> None:
    """Point movements since then at the refunds and disputes that they are about, once those are known."""
    loose = Movement.objects.filter(
        company=company, at__gte=since, payment__isnull=False, refund__isnull=True, dispute__isnull=True
    )
    refund = Refund.objects.filter(payment=OuterRef("payment"), reference=OuterRef("source"))
    loose.filter(kind__in=_OF_REFUNDS).update(refund=Subquery(refund.values("pk")[:1]))
    dispute = Dispute.objects.filter(payment=OuterRef("payment"), reference=OuterRef("source"))
    loose.filter(kind__in=_OF_DISPUTES).update(dispute=Subquery(dispute.values("pk")[:1]))


def begin(company: Company, *, since: datetime, by: str) -> Reconciliation:
    """Note that a comparison begins."""
    now = clock.now()
    return Reconciliation.objects.create(company=company, started_at=now, since=since, until=now, asked_by=by)


def settle(company: Company, pk: UUID, *, note: str, by: str) -> Difference:
    """Note that a person has dealt with a difference, in the caller's transaction; the first who does counts.

    Raises:
        NotFound: if there is none, or it is another company's.
    """
    difference = find(Difference.objects.filter(company=company).select_for_update(of=("self",)), pk=pk)
    if difference.settled_at is None:
        difference.settled_at, difference.settled_by, difference.note = clock.now(), by, note
        difference.save(update_fields=["settled_at", "settled_by", "note"])
    return difference


def _mine(account: MerchantAccount) -> QuerySet[Movement]:
    return Movement.objects.filter(gateway=account.gateway, account=account.reference)


def _payouts(account: MerchantAccount) -> QuerySet[Payout]:
    return Payout.objects.filter(company=account.company, gateway=account.gateway, account=account.reference)


def _debits(account: MerchantAccount, news: Sequence[processor.Movement]) -> dict[str, UUID | None]:
    """Find the attempts of debits under way that movements are about.

    What follows a payment names no attempt, only the charge or the payment: both are the keys here.
    """
    named = Q(source__in=[one.source for one in news if one.source])
    named |= Q(about__in={one.payment for one in news if one.payment})
    pending = _mine(account).filter(named, is_pending=True).values_list("source", "about", "attempt")
    found = [*pending, *((one.source, one.payment, _key(one.attempt)) for one in news if one.attempt)]
    return {name: attempt for *names, attempt in found for name in names if name}


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _locked(account: MerchantAccount, reported: Sequence[processor.Movement]) -> Ours:
    """Find what of ours movements speak of, and let no attempt among it become a payment meanwhile."""
    found = ours(account, reported)
    open_ = {found.attempts[one.reference].pk for one in found.news if _is_debit(one, found)}
    if not open_:
        return found
    list(Attempt.objects.filter(pk__in=open_).select_for_update(of=("self",)).order_by("pk"))
    return ours(account, reported)


def _is_debit(reported: processor.Movement, found: Ours) -> bool:
    is_payment = reported.kind == MovementKind.PAYMENT
    return is_payment and reported.payment not in found.payments and reported.reference in found.attempts


def _end_pending(account: MerchantAccount, fresh: Sequence[Movement]) -> dict[Movement, datetime]:
    """Return the debits that were reversed, pending no more, each with the time at which it was."""
    reversed_ = [row for row in fresh if row.kind == MovementKind.PAYMENT_REVERSED and not row.payment_id]
    if not reversed_:
        return {}
    kept = _mine(account).filter(is_pending=True, source__in=[row.source for row in reversed_])
    pending = {row.source: row for row in [*kept, *(row for row in fresh if row.is_pending)]}
    over = {}
    for row in reversed_:
        if debit := pending.pop(row.source, None):
            row.attempt_id, debit.is_pending = debit.attempt_id, False
            over[debit] = row.at
    Movement.objects.filter(pk__in=[debit.pk for debit in over]).update(is_pending=False)
    return over


def _movement(
    account: MerchantAccount, reported: processor.Movement, *, payment: UUID | None, attempt: Attempt | None
) -> Movement:
    return Movement(
        company=account.company,
        gateway=account.gateway,
        account=account.reference,
        reference=reported.reference,
        kind=reported.kind.value,
        currency=reported.gross.currency,
        gross=reported.gross.minor,
        fee=reported.fee.minor,
        net=reported.net.minor,
        at=reported.at,
        source=reported.source,
        about=reported.payment,
        payment_id=payment,
        attempt=None if payment else attempt,
        presented=reported.presented.minor if reported.presented else None,
        presented_currency=reported.presented.currency if reported.presented else "",
        exchange_rate=reported.exchange_rate if reported.presented else None,
        is_pending=payment is None and attempt is not None and reported.kind == MovementKind.PAYMENT,
    )


def _payouts_of(account: MerchantAccount, reported: Iterable[processor.Movement]) -> dict[str, UUID]:
    """Return the company's payouts that movements are, or come back from, by the processor's name."""
    sources = {one.source for one in reported if one.kind in _OF_PAYOUTS}
    return dict(_payouts(account).filter(reference__in=sources).values_list("reference", "pk"))


def _exchange(company: Company, row: Movement) -> NewEntry:
    """Say how a conversion is booked: what the payer's currency gave, what the account's got, and the fee.

    The payment, refund or dispute itself is booked by whoever follows it, in the payer's currency.
    """
    given = row.payers
    return NewEntry(
        company=company,
        kind=Entry.Kind.EXCHANGE,
        source=f"movement:{row.pk}",
        key=f"movement:{row.pk}",
        date=clock.local(row.at, company.time_zone),
        by=BY,
        postings=[
            Posting(Account.PROCESSOR, -given),
            Posting(Account.EXCHANGE, given),
            Posting(Account.PROCESSOR, Money(row.net, row.currency)),
            Posting(Account.EXCHANGE, Money(-row.gross, row.currency)),
            Posting(Account.FEES, Money(row.fee, row.currency)),
        ],
    )


def _entry(company: Company, row: Movement, payouts: Mapping[str, UUID], *, at: datetime) -> NewEntry:
    """Say how a movement is booked that no payment accounts for: its fee to the fees, whatever else it is."""
    kind, against = Entry.Kind.ADJUSTMENT, Account.ADJUSTMENTS
    match MovementKind(row.kind):
        case MovementKind.PAYOUT:
            kind, against = Entry.Kind.PAYOUT, Account.BANK
        case MovementKind.PAYOUT_FAILED:
            kind, against = Entry.Kind.PAYOUT_FAILED, Account.BANK
        case MovementKind.FEE:
            against = Account.FEES
        case _:
            pass
    return NewEntry(
        company=company,
        kind=kind,
        source=f"payout:{payouts[row.source]}" if row.source in payouts else f"movement:{row.pk}",
        key=f"movement:{row.pk}",
        date=clock.local(at, company.time_zone),
        by=BY,
        postings=[
            Posting(Account.PROCESSOR, Money(row.net, row.currency)),
            Posting(against, Money(-row.gross, row.currency)),
            Posting(Account.FEES, Money(row.fee, row.currency)),
        ],
    )
