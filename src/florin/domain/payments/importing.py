"""Taking over many payments at once that came in at the counter and are over: checks, wires, cash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from florin.domain.activity.models import Activity
from florin.domain.attempts.methods import Method
from florin.domain.companies import numbers
from florin.domain.companies.models import Company
from florin.domain.companies.numbers import Series
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.payments.models import Allocation, Payment
from florin.domain.payments.receiving import COUNTER
from florin.kernel.database import AT_ONCE, chunks, locked
from florin.kernel.errors import Refusal
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OldPayment:
    """A payment to take over, and what each invoice got of it in minor units: its amount is their sum.

    The invoices are the customer's, in its currency; ``at`` is when it came in, ``by`` who took it.
    """

    customer: Customer
    method: Method
    at: datetime
    shares: Sequence[tuple[Invoice, int]]
    by: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A payment and its allocations, with their invoices at hand without asking the database."""

    payment: Payment
    allocations: Sequence[Allocation]


@dataclass(frozen=True, slots=True)
class _Share:
    invoice: Invoice
    item: Item
    amount: int
    balance_after: int


def record_many(company: Company, olds: Sequence[OldPayment]) -> list[TakenOver]:
    """Book payments with allocations, entry and timeline in the caller's transaction, all or none.

    They are booked in their order, so the first of two that pay one invoice finds it as it was. Nothing is
    mailed; the receipts are the caller's matter.

    Raises:
        Refusal: if one is not the counter's, or an invoice has less open than it is to get.
    """
    if not olds:
        return []
    items = _lock(olds)
    parts = [_parts(old, items) for old in olds]
    names = numbers.following_many(company.pk, Series.PAYMENT, len(olds))
    payments = [_payment(company, old, number) for old, number in zip(olds, names, strict=True)]
    Payment.objects.bulk_create(payments, batch_size=AT_ONCE)
    pairs = list(zip(payments, olds, strict=True))
    entries = posting.post_many([_entry(company, payment, old, items) for payment, old in pairs])
    taken = [
        TakenOver(payment, [_allocation(payment, entry, part) for part in of_it])
        for payment, entry, of_it in zip(payments, entries, parts, strict=True)
    ]
    Allocation.objects.bulk_create([part for one in taken for part in one.allocations], batch_size=AT_ONCE)
    Activity.objects.bulk_create([_activity(payment, old) for payment, old in pairs], batch_size=AT_ONCE)
    return taken


def _lock(olds: Sequence[OldPayment]) -> dict[UUID, Item]:
    keys = sorted({invoice.item_id for old in olds for invoice, _amount in old.shares})
    return {key: item for some in chunks(keys) for key, item in locked(Item.objects.all(), some).items()}


def _payment(company: Company, old: OldPayment, number: str) -> Payment:
    if old.method not in COUNTER:
        raise Refusal(_("Choose how it was paid: cash, check, wire transfer or own card terminal."))
    return Payment(
        company=company,
        customer=old.customer,
        number=number,
        method=old.method,
        currency=old.customer.currency,
        amount=sum(amount for _invoice, amount in old.shares),
        received_at=old.at,
        reference=old.reference,
        received_by=old.by,
    )


def _entry(company: Company, payment: Payment, old: OldPayment, items: Mapping[UUID, Item]) -> NewEntry:
    return NewEntry(
        company=company,
        kind=Entry.Kind.PAYMENT,
        source=f"payment:{payment.pk}",
        key=f"payment:{payment.pk}:payment",
        date=payment.received_on,
        by=old.by,
        postings=[
            Posting(Account.BANK, payment.money),
            *(
                Posting(Account.RECEIVABLE, Money(-amount, payment.currency), items[invoice.item_id])
                for invoice, amount in old.shares
            ),
        ],
    )


def _parts(old: OldPayment, items: Mapping[UUID, Item]) -> list[_Share]:
    """Say what each invoice still owes after it, and note that on the item for the next payment."""
    parts = []
    for invoice, amount in old.shares:
        item = items[invoice.item_id]
        if amount > item.balance:
            raise Refusal(
                _("%(number)s has less open than is to be paid on it.") % {"number": invoice.number}
            )
        item.balance -= amount
        parts.append(_Share(invoice, item, amount, item.balance))
    return parts


def _allocation(payment: Payment, entry: Entry, part: _Share) -> Allocation:
    return Allocation(
        payment=payment,
        entry=entry,
        item=part.item,
        invoice=part.invoice,
        amount=part.amount,
        balance_after=part.balance_after,
    )


def _activity(payment: Payment, old: OldPayment) -> Activity:
    documents = {key for invoice, _amount in old.shares for key in (invoice.pk, invoice.order_id)}
    return Activity(
        company=payment.company,
        at=old.at,
        kind=Activity.Kind.PAYMENT_RECEIVED,
        actor=old.by,
        about={
            "number": payment.number,
            "payment": str(payment.pk),
            "method": payment.method,
            "amount": payment.amount,
            "currency": payment.currency,
        },
        subjects=[payment.pk, payment.customer_id, *sorted(documents)],
    )
