"""Charging a customer for a payment that came back: an order with one line, and its invoice, at once.

returned payment -> order "Returned payment fee" -> confirmed -> invoice -> (automatic) link -> timeline
"""

from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.invoices.models import Invoice
from florin.domain.orders import services as orders
from florin.domain.orders.services import LineDraft, OrderDraft
from florin.domain.payments.models import Payment
from florin.flows import confirm_order
from florin.kernel.money import Money


def suggested(payment: Payment) -> Money:
    """Return what the company charges for a returned payment; nothing in a currency that is not its own."""
    company = payment.company
    same = payment.customer.currency == payment.currency == company.currency
    return Money(company.nsf_fee if same else 0, payment.customer.currency)


def charge(payment: Payment, fee: Money, *, by: str) -> Invoice:
    """Invoice the fee, in the caller's transaction, in which the payment is returned and which locks it.

    Once per payment: the order's press is the payment's, and the database refuses a second one.
    """
    order = orders.create(payment.company, _draft(payment, fee), by=None, press=f"nsf:{payment.pk.hex}")
    activity.note(
        order.company_id,
        activity.Kind.ORDER_CREATED,
        subjects=[order.pk, order.customer_id, payment.pk],
        actor=by,
        number=order.number,
    )
    return confirm_order.confirm_locked(order, by=by, also=[payment.pk])


def _draft(payment: Payment, fee: Money) -> OrderDraft:
    with translation.override(payment.customer.language):
        line = LineDraft(
            code="",
            description=_("Returned payment fee: %(number)s") % {"number": payment.number},
            quantity=Decimal(1),
            unit="",
            unit_price=fee.decimal,
        )
    return OrderDraft(
        customer_id=payment.customer_id, ship_on=None, po_number="", ship_to="", note="", lines=[line]
    )
