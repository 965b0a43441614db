"""Making our records agree with what the processor reports about an attempt.

authorised -> lock the debts -> reserve what is still owed (or decide to void) -> the flow captures
settled    -> lock the debts -> book the money, whatever the state was (product promises 2, 3, 4)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from florin.domain.companies import numbers
from florin.domain.companies.numbers import Series
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.payments import attempts, bill, sharing
from florin.domain.payments.lifecycle import ATTEMPT
from florin.domain.payments.lifecycle import AttemptState as State
from florin.domain.payments.models import Allocation, Attempt, AttemptDebt, Payment
from florin.kernel import clock
from florin.kernel.database import locked
from florin.kernel.money import Money
from florin.kernel.processor import Outcome, Report


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


Step = Wait | Capture | Void | Booked | Ended


def lock(attempt_id: UUID) -> Attempt:
    """Return the attempt, locked until the transaction ends."""
    return (
        Attempt.objects.select_for_update(of=("self",))
        .select_related("company", "link__customer")
        .get(pk=attempt_id)
    )


def record(attempt: Attempt, report: Report) -> Step:
    """Take in what the processor reports, and say what is to be done next.

    The attempt is locked by the caller, in the caller's transaction. Safe to repeat, in any order: money is
    booked exactly once, a reservation is made once, and a final state is left only for money.
    """
    attempt.unsure_since = None
    step = _decide(attempt, report)
    attempt.save()
    return step


def _decide(attempt: Attempt, report: Report) -> Step:
    match report.outcome:
        case Outcome.OPEN:
            attempts.waited(attempt)
            return Wait()
        case Outcome.EXPIRED:
            return _end(attempt, State.EXPIRED)
        case Outcome.CANCELLED:
            return _end(attempt, State.CANCELLED)
        case Outcome.AUTHORISED:
            return _reserve(attempt, report)
        case Outcome.SETTLED:
            return _book(attempt, report)


def _end(attempt: Attempt, state: State) -> Step:
    if attempt.state in {State.SETTLED, State.CANCELLED, state}:
        return Wait()
    released = state == State.CANCELLED
    _move(attempt, State.CANCELLED if attempt.state in {State.CAPTURING, State.VOIDING} else state)
    attempt.debts.update(reserved=0)
    return Ended(released)


def _reserve(attempt: Attempt, report: Report) -> Step:
    """Decide, under lock, how much of the hold to take: what is still owed and nobody else is paying."""
    if attempt.state == State.CAPTURING:
        return Capture(Money(attempt.capture or 0, attempt.currency))
    if attempt.state == State.VOIDING:
        return Void()
    debts = _lock_debts(attempt)
    held = report.amount if report.amount and report.amount.currency == attempt.currency else None
    free = _free(debts)
    wanted = [min(debt.amount, free[debt.item_id]) for debt in debts]
    shares, _ = sharing.share(held.minor if held else 0, wanted)
    if not any(shares):
        _move(attempt, State.VOIDING)
        return Void()
    for debt, part in zip(debts, shares, strict=True):
        debt.reserved = part
    AttemptDebt.objects.bulk_update(debts, ["reserved"])
    attempt.capture = sum(shares)
    _move(attempt, State.CAPTURING)
    return Capture(Money(attempt.capture, attempt.currency))


def _book(attempt: Attempt, report: Report) -> Step:
    """Book money that the processor has taken; what is not owed becomes an overpayment (R18)."""
    if attempt.state == State.SETTLED or report.amount is None:
        return Wait()
    debts = _lock_debts(attempt)
    attempt.debts.update(reserved=0)
    payment = _write_payment(attempt, report, report.amount)
    _move(attempt, State.SETTLED)
    owed = _free(debts) if report.amount.currency == attempt.currency else {}
    shares, excess = sharing.share(report.amount.minor, [owed.get(debt.item_id, 0) for debt in debts])
    items = {item.pk: item for item in Item.objects.filter(pk__in=[debt.item_id for debt in debts])}
    parts = [
        (items[debt.item_id], debt.invoice_id, part) for debt, part in zip(debts, shares, strict=True) if part
    ]
    _post(attempt, payment, parts, excess)
    if report.fee:
        record_fee(payment, report.fee)
    return Booked(payment)


def record_fee(payment: Payment, fee: Money) -> None:
    """Book what the processor keeps of a payment, once (R15)."""
    changed = Payment.objects.filter(pk=payment.pk, fee__isnull=True).update(fee=fee.minor)
    if not changed:
        return
    payment.fee = fee.minor
    posting.post(
        NewEntry(
            company=payment.company,
            kind=Entry.Kind.FEE,
            source=f"payment:{payment.pk}",
            key=f"payment:{payment.pk}:fee",
            date=clock.today(payment.company.time_zone),
            by="processor",
            postings=[Posting(Account.FEES, fee), Posting(Account.CARD_CLEARING, -fee)],
        )
    )


def _lock_debts(attempt: Attempt) -> list[AttemptDebt]:
    """Lock the items of an attempt, in the one order that all use, and return what it wants of each."""
    debts = list(attempt.debts.order_by("position"))
    locked(Item.objects.all(), [debt.item_id for debt in debts])
    return debts


def _free(debts: Sequence[AttemptDebt]) -> dict[UUID, int]:
    """What is owed on each locked item and held by nobody."""
    keys = [debt.item_id for debt in debts]
    held = bill.reserved(keys)
    balances = Item.objects.filter(pk__in=keys).values_list("pk", "balance")
    return {key: max(balance - held.get(key, 0), 0) for key, balance in balances}


def _write_payment(attempt: Attempt, report: Report, amount: Money) -> Payment:
    return Payment.objects.create(
        company=attempt.company,
        customer=attempt.link.customer,
        attempt=attempt,
        number=numbers.following(attempt.company_id, Series.PAYMENT),
        method=attempt.method,
        currency=amount.currency,
        amount=amount.minor,
        received_at=clock.now(),
        reference=report.payment,
        payer_email=report.payer_email,
        card_brand=report.card_brand,
        card_last4=report.card_last4,
        card_funding=report.card_funding,
    )


def _post(attempt: Attempt, payment: Payment, parts: list[tuple[Item, UUID, int]], excess: int) -> None:
    today = clock.today(attempt.company.time_zone)
    currency = payment.currency
    postings = [Posting(Account.CARD_CLEARING, payment.money)]
    postings += [Posting(Account.RECEIVABLE, Money(-part, currency), item) for item, _, part in parts]
    allocations = [
        Allocation(
            payment=payment, item=item, invoice_id=invoice, amount=part, balance_after=item.balance - part
        )
        for item, invoice, part in parts
    ]
    if excess:
        item = posting.open_item(
            payment.customer,
            Item.Kind.OVERPAYMENT,
            number=payment.number,
            currency=currency,
            opened_on=today,
            due_on=today,
        )
        postings.append(Posting(Account.CUSTOMER_CREDIT, Money(-excess, currency), item))
        allocations.append(Allocation(payment=payment, item=item, amount=excess, balance_after=-excess))
    posting.post(
        NewEntry(
            company=attempt.company,
            kind=Entry.Kind.PAYMENT,
            source=f"payment:{payment.pk}",
            key=f"attempt:{attempt.pk}:payment",
            date=today,
            by="processor",
            postings=postings,
        )
    )
    Allocation.objects.bulk_create(allocations)


def _move(attempt: Attempt, state: State) -> None:
    ATTEMPT.check(State(attempt.state), state)
    attempt.state = state
