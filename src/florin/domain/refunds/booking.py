"""A refund in the books: money leaves where it stands, and is there again if the refund fails."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, Sum

from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item, Line
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.payments import allocating, returns
from florin.domain.payments.allocating import AllocatedAmount
from florin.domain.payments.models import Allocation, Payment, Return
from florin.domain.refunds.models import Refund
from florin.kernel import clock
from florin.kernel.database import locked
from florin.kernel.money import Money

_BY = "processor"


def deallocate(refund: Refund, parts: Sequence[AllocatedAmount], *, by: str) -> None:
    """Take a refund from parts of its payment's money, or from its credit; their items are locked."""
    if refund.credit is None:
        allocating.deallocate(
            refund.payment,
            parts,
            to=refund.payment.holder,
            kind=Entry.Kind.REFUND,
            key=_key(refund),
            by=by,
            source=_source(refund),
        )
    else:
        _post(refund, Entry.Kind.REFUND, _out_of_credit(refund.credit, refund.money, refund), by=by)


def take_anywhere(refund: Refund) -> None:
    """Take a refund that the processor has made from wherever the payment's money stands."""
    allocating.take_all(
        refund.payment,
        refund.amount,
        to=refund.payment.holder,
        kind=Entry.Kind.REFUND,
        key=_key(refund),
        by=_BY,
        source=_source(refund),
    )


def put_back(refund: Refund) -> None:
    """Undo a refund that failed: its money is again where it was taken from, the fee is kept after all."""
    if refund.credit is not None:
        credit = locked(Item.objects.all(), [refund.credit.pk])[refund.credit.pk]
        _post(
            refund,
            Entry.Kind.REFUND_FAILED,
            _out_of_credit(credit, -refund.money, refund),
            by=_BY,
            suffix=":failed",
        )
    else:
        _give_back(refund)
    if refund.fee_returned:
        _post_fee(refund, -Money(refund.fee_returned, refund.currency), suffix=":fee:failed")
        refund.fee_returned = 0


def learn_fee(refund: Refund, minor: int) -> None:
    """Book what of the processor's fee comes back with a refund, once (R15); the caller saves the refund."""
    if refund.fee_returned is not None:
        return
    refund.fee_returned = minor
    if minor:
        _post_fee(refund, Money(minor, refund.currency), suffix=":fee")


def taken(refund: Refund) -> list[AllocatedAmount]:
    """Return from where a refund took its payment's money, in minor units, positive."""
    rows = Allocation.objects.filter(entry__key=_key(refund)).select_related("item").order_by("item__due_on")
    return [AllocatedAmount(row.item, row.invoice_id, -row.amount) for row in rows]


def items_of(refund: Refund) -> Sequence[UUID]:
    """Return the keys of all items whose balance a refund has changed, by leaving or by coming back."""
    return returns.items_of(_key(refund))


def _give_back(refund: Refund) -> None:
    """Let money that came back first make good what was taken of its payment though it stood nowhere.

    A return that overtook the refund took all of the payment: then its invoices stay open.
    """
    adjusted = Money(min(_adjusted(refund.payment), refund.amount), refund.currency)
    if adjusted:
        postings = [Posting(Account.ADJUSTMENTS, -adjusted), Posting(refund.payment.holder, adjusted)]
        _post(refund, Entry.Kind.REFUND_FAILED, postings, by=_BY, suffix=":failed:adjusted")
    rest = refund.amount - adjusted.minor
    if rest:  # an invoice that was paid otherwise meanwhile is not paid twice: ``give_back`` makes it credit
        allocating.give_back(
            refund.payment,
            allocating.choose(_former_places(refund, rest), rest),
            out_of=refund.payment.holder,
            kind=Entry.Kind.REFUND_FAILED,
            key=_key(refund, ":failed"),
            by=_BY,
            source=_source(refund),
        )


def _adjusted(payment: Payment) -> int:
    """Return what was taken of a payment by returns and refunds though it stood nowhere (minor units)."""
    refunds = [f"refund:{key}" for key in Refund.objects.filter(payment=payment).values_list("pk", flat=True)]
    returned = Return.objects.filter(payment=payment).values("entry")
    lines = Line.objects.filter(Q(entry__source__in=refunds) | Q(entry__in=returned))
    return int(lines.filter(account=Account.ADJUSTMENTS).aggregate(sum=Sum("amount", default=0))["sum"])


def _former_places(refund: Refund, amount: int) -> list[AllocatedAmount]:
    """Return from where a refund took its money; if that was less than so much, all that its payment paid."""
    # A refund can have taken less than its amount from invoices: the rest stood nowhere, after a return.
    parts = taken(refund)
    if sum(part.amount for part in parts) >= amount:
        return parts
    came_in = Allocation.objects.filter(payment=refund.payment, entry__kind=Entry.Kind.PAYMENT)
    return [AllocatedAmount(row.item, row.invoice_id, row.amount) for row in came_in.select_related("item")]


def _out_of_credit(credit: Item, amount: Money, refund: Refund) -> list[Posting]:
    return [Posting(Account.CUSTOMER_CREDIT, amount, credit), Posting(refund.payment.holder, -amount)]


def _post_fee(refund: Refund, amount: Money, *, suffix: str) -> None:
    postings = [Posting(Account.FEES, -amount), Posting(Account.PROCESSOR, amount)]
    _post(refund, Entry.Kind.FEE, postings, by=_BY, suffix=suffix)


def _post(
    refund: Refund, kind: Entry.Kind, postings: Sequence[Posting], *, by: str, suffix: str = ""
) -> None:
    posting.post(
        NewEntry(
            company=refund.company,
            kind=kind,
            source=_source(refund),
            key=_key(refund, suffix),
            date=clock.today(refund.company.time_zone),
            by=by,
            postings=postings,
        )
    )


def _key(refund: Refund, suffix: str = "") -> str:
    return f"refund:{refund.pk}{suffix}"


def _source(refund: Refund) -> str:
    return f"refund:{refund.pk}"
