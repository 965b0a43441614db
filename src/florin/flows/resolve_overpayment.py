"""What becomes of an overpayment: kept as open credit, or applied to the oldest invoices (R18, X4).

lock items -> keep it, or apply it -> stale sessions -> timeline
"""

from uuid import UUID

from django.db import transaction

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.payments import overpayments
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import expire_sessions
from florin.kernel.money import Money


@transaction.atomic(durable=True)
def keep(company: Company, item_id: UUID, *, by: User) -> None:
    """Keep an overpayment as an open credit: it leaves the inbox. Safe to repeat.

    Raises:
        NotFound: if the company has no such overpayment.
        Conflict: if nothing of it is open any more.
    """
    amount = overpayments.keep(company, item_id, by=by.name)
    if amount is None:
        return
    item = Item.objects.get(pk=item_id)
    activity.note(
        company.pk,
        activity.Kind.OVERPAYMENT_KEPT,
        subjects=_about(company, item),
        actor=by.name,
        number=item.number,
        **activity.details_of(amount),
    )


@transaction.atomic(durable=True)
def apply_oldest(company: Company, item_id: UUID, *, submission: str, by: User) -> Money | None:
    """Let an overpayment pay its customer's invoices, oldest first; return how much, or None if it was done.

    ``submission`` names the press of the button: pressed twice, it is applied once.

    Raises:
        NotFound: if the company has no such overpayment.
        Conflict: if nothing of it is open any more.
        Refusal: if there is no invoice that it could pay.
    """
    parts = overpayments.apply_oldest(company, item_id, key=f"overpayment:{item_id}:{submission}", by=by.name)
    if not parts:
        return None
    item, paid = parts[0].credit, [part.debt for part in parts]
    expire_sessions.expire_wanting([item.pk, *(debt.pk for debt in paid)])
    documents = Invoice.objects.filter(item__in=paid).values_list("pk", "order_id")
    amount = Money(sum(part.amount for part in parts), item.currency)
    activity.note(
        company.pk,
        activity.Kind.CREDIT_APPLIED,
        subjects=[*_about(company, item), *(key for pair in documents for key in pair)],
        actor=by.name,
        number=item.number,
        invoice=", ".join(debt.number for debt in paid),
        **activity.details_of(amount),
    )
    return amount


def _about(company: Company, item: Item) -> list[UUID]:
    payments = Payment.objects.filter(company=company, number=item.number)
    return [item.customer_id, *payments.values_list("pk", flat=True)]
