"""A confirmed order becomes an invoice.

lock the order -> confirmed -> invoice with its number -> ledger -> timeline
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.invoices import services as invoices
from florin.domain.invoices.models import Invoice
from florin.domain.orders import services as orders
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from florin.kernel.errors import Refusal


@transaction.atomic(durable=True)
def confirm(company: Company, order_id: UUID, *, by: User) -> Invoice:
    """Confirm a draft order and issue its invoice; the customer owes the total from now on.

    Pressed twice, the second press is refused, so that there is one invoice per order.

    Raises:
        Refusal: if the order is not a draft or has no lines.
    """
    order = orders.lock(company, order_id)
    if not order.lines.exists():
        raise Refusal(_("Add at least one line before you confirm the order."))
    orders.move(order, Order.State.CONFIRMED)
    invoice = invoices.issue(order, by=by.name)
    subjects = [order.pk, order.customer_id, invoice.pk]
    activity.note(
        company.pk, activity.Kind.ORDER_CONFIRMED, subjects=subjects, actor=by.name, number=order.number
    )
    activity.note(
        company.pk,
        activity.Kind.INVOICE_ISSUED,
        subjects=subjects,
        actor=by.name,
        number=invoice.number,
        amount=invoice.total,
        currency=invoice.currency,
    )
    return invoice
