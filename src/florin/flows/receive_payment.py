"""Receive Payment: money that came in by an ordinary way is recorded and applied (R20).

lock -> payment, allocations, discounts -> receipt -> mails -> stale sessions expire -> timeline
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.outbox import services as outbox
from florin.domain.outbox.services import NewMessage
from florin.domain.payments import allocating, receiving
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving
from florin.domain.receipts import services as receipts
from florin.domain.receipts.models import Receipt
from florin.domain.staff.models import User
from florin.flows import expire_sessions, send_documents
from florin.kernel.database import find
from florin.kernel.errors import SubmissionReused
from florin.kernel.money import Money
from florin.kernel.submissions import once


def receive(
    company: Company, customer_id: UUID, wanted: Receiving, *, mail_to: Sequence[str] = (), by: User
) -> Payment:
    """Record a payment at the counter, with its receipt, mailed to ``mail_to`` if there is anybody.

    Pressed twice, even at once, it is recorded once. Sessions of payers who were about to pay the same
    invoices end; whatever arrives of them all the same is an overpayment (R18).

    Raises:
        NotFound: if the company has no such customer.
        Refusal: if an address is wrong, or the payment cannot be as it is described; nothing is kept then.
        SubmissionReused: if the same press has recorded another payment.
    """
    recipients = send_documents.addresses(mail_to) if mail_to else ()

    def record() -> Payment:
        return _receive(company, customer_id, wanted, recipients=recipients, by=by)

    return once(record)


@transaction.atomic(durable=True)
def _receive(
    company: Company, customer_id: UUID, wanted: Receiving, *, recipients: Sequence[str], by: User
) -> Payment:
    customer = _locked(company, customer_id)
    known = receiving.find_by_submission(company, wanted.submission)
    if known is not None:
        return _same(known, customer, wanted)
    payment = receiving.receive(customer, wanted, by=by.name)
    receipt = receipts.issue(payment)
    subjects = allocating.touched(payment)
    if recipients:
        _mail(receipt, recipients, subjects)
    expire_sessions.expire_wanting(payment.allocations.values_list("item", flat=True))
    activity.note(
        company.pk,
        activity.Kind.PAYMENT_RECEIVED,
        subjects=subjects,
        actor=by.name,
        number=payment.number,
        payment=str(payment.pk),
        method=payment.method,
        **({"discount": receipt.document.discount} if receipt.document.discount else {}),
        **activity.details_of(payment.money),
    )
    excess = receipt.document.excess
    if excess and not payment.is_prepayment:
        activity.note(
            company.pk,
            activity.Kind.OVERPAID,
            subjects=subjects,
            actor=by.name,
            **activity.details_of(Money(excess, payment.currency)),
        )
    return payment


def _same(known: Payment, customer: Customer, wanted: Receiving) -> Payment:
    """Return what a press has recorded, if it is what is wanted now."""
    recorded = (known.customer_id, known.money, known.method, known.reference)
    if recorded != (customer.pk, wanted.amount, wanted.method, wanted.reference):
        raise SubmissionReused(
            _("This form has recorded payment %(number)s already. Record it again only if it is another one.")
            % {"number": known.number}
        )
    return known


def _locked(company: Company, customer_id: UUID) -> Customer:
    """Lock the customer, so that two presses come one after the other; who pays online need not wait."""
    customers = Customer.objects.filter(company=company).select_related("company")
    return find(customers.select_for_update(of=("self",), no_key=True), pk=customer_id)


def _mail(receipt: Receipt, recipients: Sequence[str], subjects: list[UUID]) -> None:
    outbox.enqueue(
        NewMessage(
            company_id=receipt.company_id,
            event=f"payment:{receipt.payment_id}",
            email=receipts.write_email(receipt),
            language=receipt.document.language,
            recipients=recipients,
            subjects=subjects,
        )
    )
