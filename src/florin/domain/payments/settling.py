"""Making our records agree with what the processor reports about an attempt.

authorised -> lock the debts -> reserve what is still owed (or decide to void) -> the flow captures
settled    -> lock the debts -> book the money, whatever the state was (product promises 2, 3, 4)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from florin.contracts.processor import Outcome, Report
from florin.contracts.reasons import Code, DeclineReason
from florin.domain.attempts import bill, sharing
from florin.domain.attempts import services as attempts
from florin.domain.attempts.lifecycle import ATTEMPT, FINAL
from florin.domain.attempts.lifecycle import AttemptState as State
from florin.domain.attempts.models import Attempt, AttemptCredit, AttemptDebt
from florin.domain.attempts.services import LONGEST_CODE
from florin.domain.companies import numbers
from florin.domain.companies.numbers import Series
from florin.domain.ledger import applying, posting
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.payments import allocating
from florin.domain.payments.allocating import AllocatedAmount
from florin.domain.payments.models import Payment
from florin.kernel import cards, clock
from florin.kernel.database import locked
from florin.kernel.money import Money

_BY = "processor"


@dataclass(frozen=True, slots=True)
class Wait:
    """There is nothing to do but ask again later, or nothing new."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Ask the processor to take this much, and to release the rest."""

    amount: Money


@dataclass(frozen=True, slots=True)
class Void:
    """Ask the processor to release the hold: nothing is owed any more."""


@dataclass(frozen=True, slots=True)
class Booked:
    """The money has just been booked, as this payment."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class Ended:
    """The attempt has just ended without money; ``released`` says whether a hold was given back."""

    released: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """A bank debit has just got under way, or waits for its payer; it is paid, or not, days later."""


@dataclass(frozen=True, slots=True)
class Declined:
    """A card or a bank account was just refused; another may be tried."""

    reason: DeclineReason
    code: Code


Decision = Wait | Capture | Void | Booked | Ended | Pending | Declined


def lock(attempt_id: UUID) -> Attempt:
    """Return the attempt, locked until the transaction ends."""
    return (
        Attempt.objects.select_for_update(of=("self",))
        .select_related("company", "link__customer")
        .get(pk=attempt_id)
    )


def record(attempt: Attempt, report: Report, *, multiple: int = 1) -> Decision:
    """Take in what the processor reports, and say what is to be done next.

    ``multiple`` is of how many minor units an amount must be a multiple for the processor to take it.

    The attempt is locked by the caller, in the caller's transaction. Safe to repeat, in any order: money is
    booked exactly once, a reservation is made once, and a final state is left only for money.
    """
    attempt.unknown_since, attempt.is_lost = None, False
    todo = _decide(attempt, report, multiple)
    attempt.save()
    return todo


def give_up(attempt: Attempt) -> bool:
    """End an attempt about which the processor knows nothing; false if it had ended before.

    The attempt is locked by the caller. What it holds is free again.
    """
    attempt.unknown_since, attempt.is_lost = None, True
    decision = _end(attempt, State.EXPIRED)
    attempt.save()
    return isinstance(decision, Ended)


def _decide(attempt: Attempt, report: Report, multiple: int) -> Decision:  # noqa: PLR0911 - a table
    match report.outcome:
        case Outcome.OPEN:
            attempts.waited(attempt)
            return _notice_decline(attempt, report)
        case Outcome.EXPIRED:
            return _end(attempt, State.EXPIRED)
        case Outcome.CANCELLED:
            return _end(attempt, State.CANCELLED)
        case Outcome.FAILED:
            attempt.failure, attempt.code = report.failure, f"{report.code}"[:LONGEST_CODE]
            return _end(attempt, State.FAILED)
        case Outcome.PENDING:
            return _pend(attempt, report)
        case Outcome.AUTHORISED:
            return _reserve(attempt, report, multiple)
        case Outcome.SETTLED:
            return _book(attempt, report)


def _notice_decline(attempt: Attempt, report: Report) -> Decision:
    if not report.decline or report.decline == attempt.decline or attempt.state in FINAL:
        return Wait()
    attempts.declined(attempt, report.decline, reason=report.decline_reason, code=report.code)
    return Declined(report.decline_reason, report.code)


def _end(attempt: Attempt, state: State) -> Decision:
    if attempt.state in FINAL:
        return Wait()
    held = attempt.state in {State.CAPTURING, State.VOIDING}
    released = held or state == State.CANCELLED
    under_way = attempt.state == State.PENDING and state != State.FAILED
    # A session that held something did not just run out: its money was given back, and the payer is told so.
    _move(attempt, State.CANCELLED if held or under_way else state)
    _let_go(attempt)
    return Ended(released)


def _pend(attempt: Attempt, report: Report) -> Decision:
    """Hold what a bank debit will pay for as long as it is under way, or what of it is still free.

    That is also so while its payer has yet to confirm the bank account, which comes before the debit.
    """
    if attempt.state != State.PENDING and attempt.state not in {State.OPENED, State.EXPIRED}:
        return Wait()
    attempts.pends(attempt)
    waited, attempt.awaits_payer = attempt.awaits_payer, report.awaits_payer
    if attempt.state == State.PENDING:
        return Pending() if waited and not attempt.awaits_payer else Wait()
    wants = _lock_wants(attempt)
    owed = [min(debt.amount, wants.free[debt.item_id]) for debt in wants.debts]
    open_ = [min(credit.amount, wants.free[credit.item_id]) for credit in wants.credits]
    _hold(wants.debts, owed)
    _hold(wants.credits, sharing.share(sum(owed), open_)[0])
    _move(attempt, State.PENDING)
    return Pending()


def _reserve(attempt: Attempt, report: Report, multiple: int) -> Decision:
    """Decide, under lock, how much of the hold to take: what is still owed and nobody else is paying.

    After the end this is old news: somebody else asked later and was quicker. What was pending held its debts
    already, and gives them back to be shared out like anybody's.
    """
    if attempt.state in {State.SETTLED, State.CANCELLED, State.FAILED}:
        return Wait()
    if attempt.state == State.CAPTURING:
        return Capture(Money(attempt.capture or 0, attempt.currency))
    if attempt.state == State.VOIDING:
        return Void()
    if attempt.state == State.PENDING:
        _let_go(attempt)
    wants = _lock_wants(attempt)
    owed = [min(debt.amount, wants.free[debt.item_id]) for debt in wants.debts]
    open_ = [min(credit.amount, wants.free[credit.item_id]) for credit in wants.credits]
    from_credits, _ = sharing.share(sum(owed), open_)
    held = report.amount if report.amount and report.amount.currency == attempt.currency else None
    # Never more than is held, than was agreed to, and than is still owed: each may have become the least.
    taken = min(held.minor if held else 0, attempt.total, sum(owed) - sum(from_credits))
    taken -= taken % multiple  # the rest stays owed
    if taken <= 0:
        _move(attempt, State.VOIDING)
        return Void()
    # The debts are held for the credits, too: nobody else may pay what these are about to pay.
    shares, _ = sharing.share(taken + sum(from_credits), owed)
    _hold(wants.debts, shares)
    _hold(wants.credits, from_credits)
    attempt.capture = taken
    _move(attempt, State.CAPTURING)
    return Capture(Money(taken, attempt.currency))


def _book(attempt: Attempt, report: Report) -> Decision:
    """Book money that the processor has taken; what is not owed becomes an overpayment (R18).

    The money pays first, in the order of the bill; open credits pay what it leaves, up to what was agreed.
    """
    if attempt.state == State.SETTLED:
        _learn_fee(attempt, report)
        return Wait()
    if report.amount is None:
        return Wait()
    _let_go(attempt)  # else its own reservation would look like somebody else's
    wants = _lock_wants(attempt)
    # Money in another currency than the debts' pays none of them; all of it becomes open credit.
    same = report.amount.currency == attempt.currency
    owed = [wants.free[debt.item_id] if same else 0 for debt in wants.debts]
    paid, excess = _pay(report.amount.minor, wants.debts, owed)
    left = [limit - part for limit, part in zip(owed, paid, strict=True)]
    agreed = [min(credit.amount, wants.free[credit.item_id]) for credit in wants.credits]
    used, _ = sharing.share(sum(left), agreed)
    credited, _ = sharing.share(sum(used), left)
    payment = _taken(attempt, report, report.amount)
    _move(attempt, State.SETTLED)
    _post_payment(payment, _Booking(wants, paid, credited, used, excess))
    return Booked(payment)


def _learn_fee(attempt: Attempt, report: Report) -> None:
    """Book the fee once the processor has reckoned it; one in another currency is left to reconciliation."""
    if report.fee is not None and report.fee.currency == attempt.currency:
        record_fee(Payment.objects.select_related("company").get(attempt=attempt), report.fee)


def _pay(amount: int, debts: Sequence[AttemptDebt], owed: Sequence[int]) -> tuple[list[int], int]:
    """Share money out: first what the payer agreed to of each debt, then what else is owed on them."""
    agreed, more = sharing.share(
        amount, [min(debt.amount, limit) for debt, limit in zip(debts, owed, strict=True)]
    )
    extra, excess = sharing.share(more, [limit - part for limit, part in zip(owed, agreed, strict=True)])
    return [part + also for part, also in zip(agreed, extra, strict=True)], excess


def record_fee(payment: Payment, fee: Money) -> None:
    """Book what the processor keeps of a payment, once (R15)."""
    changed = Payment.objects.filter(pk=payment.pk, fee__isnull=True).update(fee=fee.minor)
    if not changed:
        return
    payment.fee = fee.minor
    _post_fee(payment, fee)


@dataclass(frozen=True, slots=True)
class _Wants:
    """What an attempt wants to pay and to use, its items locked, and what of each item is free."""

    debts: Sequence[AttemptDebt]
    credits: Sequence[AttemptCredit]
    items: Mapping[UUID, Item]
    free: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class _Booking:
    """What money (``paid``) and open credits (``credited``) pay of each debt, in minor units.

    ``used`` is what each credit gives for it, ``excess`` what of the money nobody owed.
    """

    wants: _Wants
    paid: Sequence[int]
    credited: Sequence[int]
    used: Sequence[int]
    excess: int


def _lock_wants(attempt: Attempt) -> _Wants:
    """Lock the items of an attempt, in the one order that all use, and see what of them is free."""
    debts = list(attempt.debts.order_by("position"))
    credits_ = list(attempt.credits.order_by("position"))
    parts: list[AttemptDebt | AttemptCredit] = [*debts, *credits_]
    items = locked(Item.objects.all(), [part.item_id for part in parts])
    held = {
        **bill.reserved([debt.item_id for debt in debts]),
        **bill.reserved_credits([credit.item_id for credit in credits_]),
    }
    free = {key: max(abs(item.balance) - held.get(key, 0), 0) for key, item in items.items()}
    return _Wants(debts, credits_, items, free)


def _hold(parts: Sequence[AttemptDebt | AttemptCredit], amounts: Sequence[int]) -> None:
    for part, amount in zip(parts, amounts, strict=True):
        part.reserved = amount
        part.save(update_fields=["reserved"])


def _let_go(attempt: Attempt) -> None:
    attempt.debts.update(reserved=0)
    attempt.credits.update(reserved=0)


def _taken(attempt: Attempt, report: Report, amount: Money) -> Payment:
    """Describe the payment; it is saved last, because the number's lock holds up the whole company."""
    fee = report.fee if report.fee and report.fee.currency == amount.currency else None
    return Payment(
        company=attempt.company,
        customer=attempt.link.customer,
        attempt=attempt,
        method=attempt.method,
        currency=amount.currency,
        amount=amount.minor,
        fee=fee.minor if fee is not None else None,
        received_at=_taken_at(attempt, report),
        reference=cards.StoredText(report.payment),
        gateway=attempt.gateway,
        account=attempt.account,
        payer_email=report.payer_email,
        card_brand=report.card_brand,
        card_last4=report.card_last4,
        card_funding=report.card_funding,
        bank_name=report.bank_name,
        bank_last4=report.bank_last4,
    )


def _taken_at(attempt: Attempt, report: Report) -> datetime:
    """Return when the money was taken, as the processor says: we may hear of it days later.

    Clocks differ, so never before Pay was pressed, and never later than now.
    """
    now = clock.now()
    return min(max(report.taken_at or now, attempt.started_at), now)


def _post_payment(payment: Payment, booking: _Booking) -> None:
    """Book the money, the open credits that the payer was shown, and the fee, in this order."""
    wants, key = booking.wants, f"attempt:{payment.attempt_id}"
    if booking.excess:  # its open credit is called as the payment
        payment.number = numbers.following(payment.company_id, Series.PAYMENT)
    paid = [
        (AllocatedAmount(wants.items[debt.item_id], debt.invoice_id, part), credit)
        for debt, part, credit in zip(wants.debts, booking.paid, booking.credited, strict=True)
        if part
    ]
    allocating.allocate(
        payment,
        [part for part, _ in paid],
        booking.excess,
        key=f"{key}:payment",
        by=_BY,
        settled=[credit for _, credit in paid],
    )
    applied = applying.pair(
        [(wants.items[one.item_id], part) for one, part in zip(wants.credits, booking.used, strict=True)],
        [(wants.items[one.item_id], part) for one, part in zip(wants.debts, booking.credited, strict=True)],
    )
    if parts := list(applied):
        source = f"payment:{payment.pk}"
        applying.apply(
            payment.company,
            parts,
            key=f"{key}:apply",
            by=_BY,
            source=source,
            origin=source,
            on=payment.received_on,
        )
    _post_fee(payment, Money(payment.fee or 0, payment.currency))
    payment.number = payment.number or numbers.following(payment.company_id, Series.PAYMENT)
    payment.save(force_insert=True)


def _post_fee(payment: Payment, fee: Money) -> None:
    if not fee:
        return
    posting.post(
        NewEntry(
            company=payment.company,
            kind=Entry.Kind.FEE,
            source=f"payment:{payment.pk}",
            key=f"attempt:{payment.attempt_id}:fee",
            date=payment.received_on,
            by=_BY,
            postings=[Posting(Account.FEES, fee), Posting(Account.PROCESSOR, -fee)],
        )
    )


def _move(attempt: Attempt, state: State) -> None:
    ATTEMPT.check(State(attempt.state), state)
    attempt.state = state
