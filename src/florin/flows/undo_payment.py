"""Undoing what was recorded: a payment at the counter as a whole, or what any payment paid of an invoice.

lock payment -> lock items -> take the money back -> stale sessions -> timeline
"""

from collections.abc import Iterable
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Entry, Line
from florin.domain.payments import allocating, receiving, returns
from florin.domain.payments.models import Payment, Reversal
from florin.domain.staff.models import User
from florin.flows import expire_sessions
from florin.kernel import formats
from florin.kernel.errors import Refusal
from florin.kernel.money import Money


@transaction.atomic(durable=True)
def undo(company: Company, payment_id: UUID, *, reason: str, by: User) -> Payment:
    """Take back a payment that was recorded at the counter by mistake: what it paid is owed again (R20).

    Done twice it is undone once.

    Raises:
        NotFound: if the company has no such payment.
        Refusal: if a processor took it, or some of it has left us already.
    """
    payment = allocating.lock(payment_id, company)
    if Reversal.objects.filter(payment=payment).exists():
        return payment
    receiving.undo(payment, reason=reason, by=by.name)
    items = _items(payment)
    expire_sessions.expire_wanting(items)
    activity.note(
        company.pk,
        activity.Kind.PAYMENT_UNDONE,
        subjects=_subjects(payment, items),
        actor=by.name,
        number=payment.number,
        payment=str(payment.pk),
        reason=reason,
        **activity.details_of(payment.money),
    )
    return payment


@transaction.atomic(durable=True)
def unapply(
    company: Company,
    payment_id: UUID,
    *,
    item: UUID,
    amount: Money | None = None,
    reason: str,
    submission: str,
    by: User,
) -> Payment:
    """Take money that a payment paid from an invoice, all of it or an amount, and keep it as an open credit.

    ``item`` is the invoice's item in the books. Pressed twice it is taken once.

    Raises:
        NotFound: if the company has no such payment.
        Refusal: if the payment has not so much there.
    """
    payment = allocating.lock(payment_id, company)
    key = f"payment:{payment.pk}:unapply:{uuid5(item, f'{submission} {amount}').hex}"
    if Entry.objects.filter(key=key).exists():
        return payment
    stands = next(
        (
            part
            for part in allocating.current_allocations(payment)
            if part.item.pk == item and part.invoice_id
        ),
        None,
    )
    if stands is None:
        raise Refusal(_("Nothing of this payment stands on that invoice any more."))
    minor = stands.amount if amount is None else amount.minor
    if not 0 < minor <= stands.amount:
        most = formats.money(Money(stands.amount, payment.currency), translation.get_language() or "en")
        raise Refusal(
            _("Of this payment %(most)s stands on %(number)s. Take at most that.")
            % {"most": most, "number": stands.item.number}
        )
    part = allocating.unapply(payment, item, minor, key=key, by=by.name)
    expire_sessions.expire_wanting(returns.items_of(key))
    activity.note(
        company.pk,
        activity.Kind.PAYMENT_UNAPPLIED,
        subjects=allocating.touched(payment, [part]),
        actor=by.name,
        number=payment.number,
        payment=str(payment.pk),
        invoice=part.item.number,
        reason=reason,
        **activity.details_of(Money(part.amount, payment.currency)),
    )
    return payment


def _items(payment: Payment) -> list[UUID]:
    """Return every item on which something was booked for a payment, credits applied with it among them."""
    lines = Line.objects.filter(entry__source=f"payment:{payment.pk}", item__isnull=False)
    return [key for key in lines.values_list("item", flat=True).distinct() if key is not None]


def _subjects(payment: Payment, items: Iterable[UUID]) -> list[UUID]:
    documents = Invoice.objects.filter(item__in=list(items)).values_list("pk", "order_id")
    return list(dict.fromkeys([*allocating.touched(payment), *(key for pair in documents for key in pair)]))
