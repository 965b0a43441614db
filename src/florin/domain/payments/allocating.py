"""Where a payment's money stands: putting it on invoices and open credits, and taking it back from there.

Whoever calls holds the payment's lock (``lock``), so that nobody moves the same money at once; the items are
locked here, in the one order that all use. Every verb is one ledger entry, once for each ``key``.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Sum

from florin.domain.attempts import bill
from florin.domain.companies.models import Company
from florin.domain.ledger import applying, posting
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.payments import discounts
from florin.domain.payments.models import Allocation, Payment
from florin.kernel import clock
from florin.kernel.database import find, locked
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True)
class AllocatedAmount:
    """Some of a payment's money at one item, in minor units; an open credit has no ``invoice_id``."""

    item: Item
    invoice_id: UUID | None
    amount: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken back: the entry, from where, and what stood nowhere any more (minor units)."""

    entry: Entry
    parts: Sequence[AllocatedAmount]
    missing: int = 0


def lock(payment_id: UUID, company: Company | None = None) -> Payment:
    """Return a payment (of a company), locked until the transaction ends.

    Raises:
        NotFound: if there is none.
    """
    payments = Payment.objects.select_for_update(of=("self",)).select_related("company", "customer")
    return find(payments.filter(company=company) if company else payments, pk=payment_id)


def lock_around(payment: Payment, parts: Sequence[AllocatedAmount]) -> dict[UUID, Item]:
    """Lock the items of some parts, and of whatever was applied out of them or together with the payment.

    Who must look at balances before taking money calls this first, for the same parts.
    """
    credits_ = [part.item.pk for part in parts if part.invoice_id is None]
    keys: set[UUID] = set()
    wanted = {part.item.pk for part in parts} | _items(
        applying.current_applications(origin=f"payment:{payment.pk}")
    )
    items: dict[UUID, Item] = {}
    while not wanted <= keys:
        keys |= wanted
        items = locked(Item.objects.all(), keys)
        wanted |= _items(applying.current_applications(credit__in=credits_))
    return items


def current_allocations(payment: Payment) -> list[AllocatedAmount]:
    """Return where a payment's money stands now: open credits first, then invoices by their due dates."""
    rows = (
        Allocation.objects.filter(payment=payment)
        .values_list("item", "invoice")
        .annotate(left=Sum("amount"))
        .filter(left__gt=0)
    )
    found = {item: (invoice, int(left)) for item, invoice, left in rows}
    items = Item.objects.filter(pk__in=found).order_by("due_on", "number")
    parts = [AllocatedAmount(item, *found[item.pk]) for item in items]
    return sorted(parts, key=lambda part: part.invoice_id is not None)


def allocate(
    payment: Payment,
    parts: Sequence[AllocatedAmount],
    excess: int,
    *,
    key: str,
    by: str,
    settled: Sequence[int] = (),
) -> Entry:
    """Book a payment that has just come in; what nobody owes becomes an open credit (R18).

    The items are locked by the caller. ``settled`` is what else pays each part's invoice in the same moment
    (credits, a discount), in minor units, so that the balances told are those of the end.
    """
    others = settled or [0] * len(parts)
    allocations = [
        (part, part.item.balance - part.amount - other) for part, other in zip(parts, others, strict=True)
    ]
    if excess:
        item = _credit_item(payment, on=payment.received_on)
        allocations.append((AllocatedAmount(item, None, excess), item.balance - excess))
    postings = [
        Posting(payment.holder, payment.money),
        *_postings(payment, [part for part, _ in allocations]),
    ]
    entry = _post(
        payment,
        Entry.Kind.PAYMENT,
        postings,
        key=key,
        by=by,
        on=payment.received_on,
    )
    _note(payment, entry, allocations)
    return entry


def unapply(payment: Payment, item_id: UUID, amount: int, *, key: str, by: str) -> AllocatedAmount:
    """Take some of a payment's money from an invoice and keep it as an open credit; return what was taken.

    A discount that was given with it is lost once nothing of it stands on the invoice.

    Raises:
        NotFound: if the payment has not so much money there.
    """
    wanted = [part for part in current_allocations(payment) if part.item.pk == item_id and part.invoice_id]
    found = find(Item.objects.filter(pk__in=[part.item.pk for part in wanted if part.amount >= amount]))
    credit = _credit_item(payment)
    # Both at once, in the order that all use: one after the other would let two such moves block each other.
    items = locked(Item.objects.all(), [found.pk, credit.pk])
    away = AllocatedAmount(items[found.pk], wanted[0].invoice_id, -amount)
    kept = AllocatedAmount(items[credit.pk], None, amount)
    _take_back_discounts(payment, [away], key=key, by=by)
    entry = _post(payment, Entry.Kind.UNAPPLY, _postings(payment, [away, kept]), key=key, by=by)
    _note(payment, entry, [(part, part.item.balance - part.amount) for part in (away, kept)])
    return AllocatedAmount(away.item, away.invoice_id, amount)


def deallocate(
    payment: Payment,
    parts: Sequence[AllocatedAmount],
    *,
    to: Account,
    kind: Entry.Kind,
    key: str,
    by: str,
    source: str = "",
    missing: int = 0,
) -> Taken:
    """Take money back from where it stands and let it leave through an account: invoices are open again.

    An open credit that has been applied meanwhile is taken back from its invoices first, and a discount is
    lost with the last of the money on its invoice. ``missing`` leaves as well although it stands nowhere (an
    adjustment).
    """
    items = lock_around(payment, parts)
    fresh = [AllocatedAmount(items[part.item.pk], part.invoice_id, -part.amount) for part in parts]
    # First what hangs on this money, so that the entry below notes the balances of the end.
    _free_credits(payment, fresh, items, key=key, by=by)
    _take_back_discounts(payment, fresh, key=key, by=by)
    currency = payment.currency
    gone = Money(missing - sum(part.amount for part in fresh), currency)
    postings = [
        *_postings(payment, fresh),
        Posting(Account.ADJUSTMENTS, Money(missing, currency)),
        Posting(to, -gone),
    ]
    entry = _post(payment, kind, postings, key=key, by=by, source=source)
    _note(payment, entry, [(part, part.item.balance - part.amount) for part in fresh])
    return Taken(
        entry, [AllocatedAmount(part.item, part.invoice_id, -part.amount) for part in fresh], missing
    )


def take_all(
    payment: Payment, amount: int, *, to: Account, kind: Entry.Kind, key: str, by: str, source: str = ""
) -> Taken:
    """Take an amount back from wherever it stands: open credits first, then invoices."""
    parts = choose(current_allocations(payment), amount)
    missing = amount - sum(part.amount for part in parts)
    return deallocate(payment, parts, to=to, kind=kind, key=key, by=by, source=source, missing=missing)


def restore_credits(payment: Payment, *, key: str, by: str) -> None:
    """Open the credits again that were applied with a payment that a bank took back, if none of it is left.

    ``key`` is that of the entry that took it. Credits stay applied if the payment was refunded (R21).
    """
    if current_allocations(payment):
        return
    applied = applying.current_applications(origin=f"payment:{payment.pk}")
    _take_back(payment, applied, key=f"{key}:restored", by=by)


def give_back(
    payment: Payment,
    parts: Sequence[AllocatedAmount],
    *,
    out_of: Account,
    kind: Entry.Kind,
    key: str,
    by: str,
    source: str = "",
) -> Entry:
    """Put money that came back to us where it was taken from; what is no longer owed becomes open credit."""
    known = _known_credit_item(payment)
    items = locked(Item.objects.all(), {*([known.pk] if known else []), *(part.item.pk for part in parts)})
    held = bill.reserved(list(items))
    fresh: dict[UUID, AllocatedAmount] = {}
    excess = 0
    for part in parts:
        item = items[part.item.pk]
        # What an attempt holds, its payer is paying now: money put there would turn theirs into too much.
        free = max(item.balance - held.get(item.pk, 0), 0) if part.invoice_id else part.amount
        amount = min(part.amount, free)
        if amount:
            fresh[item.pk] = AllocatedAmount(item, part.invoice_id, amount)
        excess += part.amount - amount
    if excess:
        credit = items[known.pk] if known else _credit_item(payment)
        also = fresh[credit.pk].amount if credit.pk in fresh else 0
        fresh[credit.pk] = AllocatedAmount(credit, None, excess + also)
    total = Money(sum(part.amount for part in parts), payment.currency)
    postings = [Posting(out_of, total), *_postings(payment, fresh.values())]
    entry = _post(payment, kind, postings, key=key, by=by, source=source)
    _note(payment, entry, [(part, part.item.balance - part.amount) for part in fresh.values()])
    return entry


def choose(parts: Iterable[AllocatedAmount], amount: int) -> list[AllocatedAmount]:
    """Take an amount from parts in their order, as far as they go."""
    chosen = []
    for part in parts:
        piece = min(part.amount, amount)
        if piece:
            chosen.append(AllocatedAmount(part.item, part.invoice_id, piece))
        amount -= piece
    return chosen


def touched(payment: Payment, parts: Iterable[AllocatedAmount] | None = None) -> list[UUID]:
    """Return the keys of everything whose timeline a payment belongs to, narrowed to some of its parts."""
    rows = Allocation.objects.filter(payment=payment, invoice__isnull=False)
    if parts is not None:
        rows = rows.filter(item__in=[part.item.pk for part in parts])
    subjects = {key for pair in rows.values_list("invoice_id", "invoice__order_id") for key in pair}
    link = payment.attempt.link_id if payment.attempt else None
    return [payment.pk, payment.customer_id, *([link] if link else []), *sorted(subjects)]


def _credit_item(payment: Payment, *, on: date | None = None) -> Item:
    """Return the open credit that a payment's excess becomes; made the first time, as of a day or today."""
    known = _known_credit_item(payment)
    if known:
        return known
    day = on or clock.today(payment.company.time_zone)
    return posting.open_item(
        payment.customer,
        Item.Kind.PREPAYMENT if payment.is_prepayment else Item.Kind.OVERPAYMENT,
        number=payment.number,
        currency=payment.currency,
        opened_on=day,
        due_on=day,
    )


def _known_credit_item(payment: Payment) -> Item | None:
    kinds = (Item.Kind.OVERPAYMENT, Item.Kind.PREPAYMENT)
    return Item.objects.filter(company=payment.company, kind__in=kinds, number=payment.number).first()


def _items(applied: Iterable[applying.CurrentApplication]) -> set[UUID]:
    return {item.pk for part in applied for item in (part.credit, part.debt)}


def _free_credits(
    payment: Payment, parts: Collection[AllocatedAmount], items: dict[UUID, Item], *, key: str, by: str
) -> None:
    """Take open credits back from invoices until what is to leave them is open; latest application first."""
    undone = []
    for part in parts:
        if part.invoice_id is not None:
            continue
        short = -part.amount + part.item.balance
        for applied in reversed(applying.current_applications(credit=part.item)):
            piece = min(applied.amount, short)
            if piece > 0:
                undone.append(
                    applying.CurrentApplication(part.item, items[applied.debt.pk], piece, applied.origin)
                )
                short -= piece
    _take_back(payment, undone, key=f"{key}:freed", by=by)
    for back in undone:  # the caller reckons on with the items that it has in hand
        back.credit.balance -= back.amount
        back.debt.balance += back.amount


def _take_back_discounts(payment: Payment, parts: Sequence[AllocatedAmount], *, key: str, by: str) -> None:
    """Take back the discounts on invoices from which the last of a payment's money is about to go."""
    given = discounts.current_discounts(payment)
    if not given:
        return
    stands = {part.item.pk: part.amount for part in current_allocations(payment)}
    lost = [
        (part.item, given[part.item.pk])
        for part in parts
        if part.item.pk in given and stands.get(part.item.pk, 0) + part.amount <= 0
    ]
    discounts.take_back(payment, lost, key=f"{key}:discounts", by=by)
    for item, amount in lost:
        item.balance += amount


def _take_back(payment: Payment, parts: Sequence[applying.CurrentApplication], *, key: str, by: str) -> None:
    if parts:
        applying.take_back(payment.company, parts, key=key, by=by, source=f"payment:{payment.pk}")


def _postings(payment: Payment, parts: Iterable[AllocatedAmount]) -> list[Posting]:
    return [
        Posting(
            Account.RECEIVABLE if part.invoice_id else Account.CUSTOMER_CREDIT,
            Money(-part.amount, payment.currency),
            part.item,
        )
        for part in parts
    ]


def _note(payment: Payment, entry: Entry, parts: Iterable[tuple[AllocatedAmount, int]]) -> None:
    Allocation.objects.bulk_create(
        Allocation(
            payment=payment,
            entry=entry,
            item=part.item,
            invoice_id=part.invoice_id,
            amount=part.amount,
            balance_after=after,
        )
        for part, after in parts
    )


def _post(
    payment: Payment,
    kind: Entry.Kind,
    postings: Sequence[Posting],
    *,
    key: str,
    by: str,
    source: str = "",
    on: date | None = None,
) -> Entry:
    return posting.post(
        NewEntry(
            company=payment.company,
            kind=kind,
            source=source or f"payment:{payment.pk}",
            key=key,
            date=on or clock.today(payment.company.time_zone),
            by=by,
            postings=postings,
        )
    )
