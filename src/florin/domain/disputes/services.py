"""Disputes: making our records agree with what the processor reports about one (product decision 15).

inquiry: nothing moves
opened:  the money is held            processor -> disputed, its fee to the fees
won:     it comes back                disputed -> processor
lost:    it is gone                   disputed <- wherever the payment's money stands: invoices are open again
appeal:  it stays gone, until that is won
won after all: back the same two ways, so that the invoices are paid again as far as they are still owed
"""

from dataclasses import dataclass
from enum import IntEnum

from django.db.models import Sum

from florin.contracts.processor import DisputeOutcome, DisputeReport
from florin.domain.disputes.lifecycle import DISPUTE, LOSSES, OPEN, DisputeState
from florin.domain.disputes.models import Dispute
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Line
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.payments import allocating
from florin.domain.payments.allocating import AllocatedAmount
from florin.domain.payments.models import Allocation, Payment
from florin.kernel import clock
from florin.kernel.money import Money

_BY = "processor"
_LONGEST_CODE = 120


class _Place(IntEnum):
    """Where the contested money is; it moves from one place to the next, and back the same way."""

    OURS = 0  # with the processor, for us
    HELD = 1
    GONE = 2


_MOVES = (Entry.Kind.DISPUTE, Entry.Kind.DISPUTE_WON, Entry.Kind.DISPUTE_LOST)


@dataclass(frozen=True, slots=True)
class DisputeChange:
    """What a report changed; ``was`` is none for a dispute that we did not know.

    ``taken`` is the key of the entry that opened invoices again, ``regained`` of the one that paid them once
    more, if there is one.
    """

    dispute: Dispute
    was: DisputeState | None
    taken: str = ""
    regained: str = ""

    @property
    def moved_on(self) -> bool:
        """Whether the dispute is in another state than before."""
        return self.was != self.dispute.state


def take_in(payment: Payment, report: DisputeReport) -> DisputeChange | None:
    """Record what the processor says about one dispute of a payment; none if there is nothing new.

    The payment is locked by the caller. Safe to repeat, in any order: a report that is older than what we
    know is passed over, and the money is moved to where it is now and nowhere twice. Money contested in
    another currency than the payment's is left to the reconciliation.
    """
    known = Dispute.objects.filter(payment=payment, reference=report.reference).first()
    was = DisputeState(known.state) if known else None
    state = _state(report.outcome)
    if was and state != was and state not in DISPUTE.moves[was]:
        return None
    dispute = known or Dispute(reference=report.reference)
    dispute.payment, dispute.company = payment, payment.company
    changed = _describe(dispute, report, state)
    if changed:
        dispute.save()
    fee = _charge(dispute, report.fee)
    moved = _move(dispute, _target(report)) if dispute.currency == payment.currency else {}
    if not (changed or fee or moved):
        return None
    taken, regained = (moved.get(step, "") for step in (_LOSS, _REGAINING))
    return DisputeChange(dispute, was, taken=taken, regained=regained)


def turns_of(dispute: Dispute) -> int:
    """Return how often the money of a dispute, or its fee, has moved."""
    return Entry.objects.filter(source=_source(dispute)).count()


def _state(outcome: DisputeOutcome) -> DisputeState:
    return DisputeState(outcome.value)


def _describe(dispute: Dispute, report: DisputeReport, state: DisputeState) -> bool:
    """Take over what is told, and say whether anything is new; the amount stays once its money has moved."""
    closed_at = None if state in OPEN else dispute.closed_at or clock.now()
    values: dict[str, object] = {
        "state": state,
        "reason": report.reason.value,
        "code": f"{report.code}"[:_LONGEST_CODE],
        "opened_at": report.opened_at,
        "due_by": report.due_by,
        "closed_at": closed_at,
    }
    if _place(dispute) == _Place.OURS:
        values |= {"amount": report.amount.minor, "currency": report.amount.currency}
    changed = {name for name, value in values.items() if getattr(dispute, name) != value}
    for name in changed:
        setattr(dispute, name, values[name])
    return bool(changed)


def _target(report: DisputeReport) -> _Place:
    """Say where the money is by what the processor tells: it has withdrawn it, or not, or for good."""
    if not report.withdrawn:
        return _Place.OURS
    return _Place.GONE if _state(report.outcome) in LOSSES else _Place.HELD


def _place(dispute: Dispute) -> _Place:
    """Say where the money is in the books: held, or else gone if the processor has not given it back."""
    if dispute.held:
        return _Place.HELD
    moves = Line.objects.filter(entry__source=_source(dispute), entry__kind__in=_MOVES)
    withdrawn = moves.filter(account=Account.PROCESSOR).aggregate(sum=Sum("amount"))["sum"]
    return _Place.GONE if withdrawn else _Place.OURS


def _move(dispute: Dispute, target: _Place) -> dict[tuple[_Place, _Place], str]:
    """Bring the money to a place, step by step; return the steps, each with the key of its entry."""
    place, steps = _place(dispute), {}
    while place != target:
        step = place, _Place(place + 1 if place < target else place - 1)
        steps[step] = _key(dispute)
        _STEPS[step](dispute)
        place = step[1]
    return steps


def _hold(dispute: Dispute) -> None:
    _post(
        dispute,
        Entry.Kind.DISPUTE,
        Posting(Account.DISPUTED, dispute.money),
        Posting(Account.PROCESSOR, -dispute.money),
    )
    _set_held(dispute, dispute.amount)


def _release(dispute: Dispute) -> None:
    _post(
        dispute,
        Entry.Kind.DISPUTE_WON,
        Posting(Account.PROCESSOR, dispute.money),
        Posting(Account.DISPUTED, -dispute.money),
    )
    _set_held(dispute, 0)


def _lose(dispute: Dispute) -> None:
    """Let the held money go: it no longer pays invoices, and credits applied with it are back."""
    key = _key(dispute)
    allocating.take_all(
        dispute.payment,
        dispute.amount,
        to=Account.DISPUTED,
        kind=Entry.Kind.DISPUTE_LOST,
        key=key,
        by=_BY,
        source=_source(dispute),
    )
    allocating.restore_credits(dispute.payment, key=key, by=_BY)
    _set_held(dispute, 0)


def _regain(dispute: Dispute) -> None:
    """Put money that was lost back to where it was taken from; the bank has decided anew."""
    lost = Entry.objects.filter(source=_source(dispute), kind=Entry.Kind.DISPUTE_LOST).latest("pk")
    taken = Allocation.objects.filter(entry=lost).select_related("item")
    parts = [AllocatedAmount(part.item, part.invoice_id, -part.amount) for part in taken]
    if parts:
        allocating.give_back(
            dispute.payment,
            parts,
            out_of=Account.DISPUTED,
            kind=Entry.Kind.DISPUTE_WON,
            key=_key(dispute),
            by=_BY,
            source=_source(dispute),
        )
    adjusted = Line.objects.filter(entry=lost, account=Account.ADJUSTMENTS).first()
    if adjusted:
        missing = Money(adjusted.amount, dispute.currency)
        _post(
            dispute,
            Entry.Kind.DISPUTE_WON,
            Posting(Account.DISPUTED, missing),
            Posting(Account.ADJUSTMENTS, -missing),
        )
    _set_held(dispute, dispute.amount)


_LOSS, _REGAINING = (_Place.HELD, _Place.GONE), (_Place.GONE, _Place.HELD)
_STEPS = {
    (_Place.OURS, _Place.HELD): _hold,
    _LOSS: _lose,
    _REGAINING: _regain,
    (_Place.HELD, _Place.OURS): _release,
}


def _charge(dispute: Dispute, fee: Money | None) -> bool:
    """Book what the processor charges for the dispute, or what it gives back of that (R15)."""
    if fee is None or fee.currency != dispute.currency or fee.minor == dispute.fee:
        return False
    more = fee - Money(dispute.fee or 0, dispute.currency)
    if more:
        _post(dispute, Entry.Kind.FEE, Posting(Account.FEES, more), Posting(Account.PROCESSOR, -more))
    dispute.fee = fee.minor
    dispute.save(update_fields=["fee"])
    return True


def _post(dispute: Dispute, kind: Entry.Kind, *postings: Posting) -> None:
    company = dispute.company
    posting.post(
        NewEntry(
            company=company,
            kind=kind,
            source=_source(dispute),
            key=_key(dispute),
            date=clock.today(company.time_zone),
            by=_BY,
            postings=postings,
        )
    )


def _set_held(dispute: Dispute, amount: int) -> None:
    dispute.held = amount
    dispute.save(update_fields=["held"])


def _source(dispute: Dispute) -> str:
    return f"dispute:{dispute.pk}"


def _key(dispute: Dispute) -> str:
    """Return the key of the next entry; the payment's lock lets one come after the other."""
    return f"dispute:{dispute.pk}:{turns_of(dispute) + 1}"
