"""Charging a customer for a payment that failed or came back: an order of one line, and its invoice.

failed or returned -> order "Returned payment fee" -> confirmed -> invoice -> (automatic) link -> timeline

A bank debit is charged by itself if its return code warrants it; what was lost in a dispute, by hand only.
"""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from florin.contracts.emails import ChargedFee
from florin.domain.activity import services as activity
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.history import queries as history
from florin.domain.invoices.models import Invoice
from florin.domain.orders import services as orders
from florin.domain.orders.services import LineDraft, OrderDraft
from florin.domain.payments import allocating
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import confirm_order
from florin.kernel import clock, formats, return_codes
from florin.kernel.errors import Refusal
from florin.kernel.money import Money


def suggested(what: Payment | Attempt) -> Money:
    """Return what the company charges for a returned payment; nothing in a currency that is not its own."""
    company, customer = what.company, _customer(what)
    same = customer.currency == what.currency == company.currency
    return Money(company.nsf_fee if same else 0, customer.currency)


def charge_for(what: Payment | Attempt, code: str) -> Invoice | None:
    """Invoice the company's fee for a bank debit that came back with this code, if it warrants one.

    In the caller's transaction, as ``charge``. A debit costs one fee, even if it failed, was paid after all,
    and came back then.
    """
    fee = suggested(what)
    if not fee or not return_codes.warrants_fee(code):
        return None
    known = isinstance(what, Payment) and what.attempt_id and invoices_for(what.company_id, [what.attempt_id])
    return None if known else charge(what, fee, by=activity.SYSTEM)


def charge(what: Payment | Attempt, fee: Money, *, by: str) -> Invoice:
    """Invoice the fee, in the caller's transaction, in which the payment came back and which locks it.

    Once per payment and per attempt: the order's press is theirs, and the database refuses a second one.
    """
    order = orders.create(what.company, _draft(what, fee), by=None, submission=_submission_key(what.pk))
    orders.note(order, activity.Kind.ORDER_CREATED, by=by, also=[what.pk])
    return confirm_order.confirm_locked(order, confirm_order.foresee(order), by=by, also=[what.pk])


@transaction.atomic(durable=True)
def charge_by_hand(company: Company, payment_id: UUID, fee: Money, *, by: User) -> Invoice:
    """Invoice a fee that staff want for a payment that its payer's bank took back; pressed twice, once.

    Raises:
        NotFound: if the company has no such payment.
        Refusal: if the bank did not take it back.
    """
    payment = allocating.lock(payment_id, company)
    known = of_payment(payment)
    if known:
        return known
    check(payment)
    return charge(payment, fee, by=by.name)


def check(payment: Payment) -> None:
    """Let pass that a fee is charged for a payment that was returned or lost in a dispute.

    Raises:
        Refusal: if it was neither.
    """
    if not history.was_taken_back(payment):
        raise Refusal(
            _("Payment %(number)s did not come back, so there is no fee to charge for it.")
            % {"number": payment.number}
        )


def of_payment(payment: Payment) -> Invoice | None:
    """Return the invoice over the fee that a payment cost, or the debit that it was, if there is one."""
    keys = [payment.pk, *([payment.attempt_id] if payment.attempt_id else [])]
    return next(iter(invoices_for(payment.company_id, keys).values()), None)


def describe(invoice: Invoice | None) -> ChargedFee | None:
    """Return what a notification says of a fee, if one is charged."""
    if invoice is None:
        return None
    return ChargedFee(number=invoice.number, amount=invoice.total, currency=invoice.currency)


def invoices_for(company_id: UUID, keys: Collection[UUID]) -> dict[UUID, Invoice]:
    """Return the fee's invoice for each of these payments and attempts that has one, in one query."""
    submissions = {_submission_key(key): key for key in keys}
    found = Invoice.objects.filter(
        company=company_id, order__company=company_id, order__submission__in=submissions
    )
    return {
        submissions[invoice.order.submission]: invoice for invoice in found.select_related("order", "item")
    }


def _submission_key(key: UUID) -> str:
    return f"nsf:{key.hex}"


def _customer(what: Payment | Attempt) -> Customer:
    return what.customer if isinstance(what, Payment) else what.link.customer


def _draft(what: Payment | Attempt, fee: Money) -> OrderDraft:
    customer = _customer(what)
    language = customer.reads(what.company)
    with translation.override(language):
        line = LineDraft(
            code="",
            description=_("Returned payment fee: %(number)s") % {"number": _name(what, language)},
            quantity=Decimal(1),
            unit="",
            unit_price=fee.decimal,
        )
    return OrderDraft(customer_id=customer.pk, ship_on=None, po_number="", ship_to="", note="", lines=[line])


def _name(what: Payment | Attempt, language: str) -> str:
    """Name what came back: a payment by its number, a debit that failed by its amount and day."""
    if isinstance(what, Payment):
        return what.number
    day = clock.local(what.started_at, what.company.time_zone)
    return _("bank payment of %(amount)s from %(day)s") % {
        "amount": formats.money(what.money, language),
        "day": formats.day(day, language),
    }
