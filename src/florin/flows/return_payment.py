"""A payment came back: invoices are open again, credits restored, both sides told, perhaps a fee charged.

lock -> take the money from where it stands -> (fee invoice, link) -> mails -> timeline -> stale sessions
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from florin.contracts.emails import AffectedInvoice, PaymentReturned, ReturnedNotice
from florin.contracts.processor import DisputeReport
from florin.domain.activity import services as activity
from florin.domain.attempts import asking
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice, Revision
from florin.domain.links import rules
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.payments import allocating, returns
from florin.domain.payments.models import Payment, Return
from florin.domain.payments.returns import Reopened
from florin.domain.staff.models import User
from florin.flows import charge_return_fee, expire_sessions, notify
from florin.flows.notify import Event
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """What somebody says about a payment that the bank took back; ``fee`` is charged to the customer.

    ``code`` is one of ``kernel.return_codes``, ``note`` is in the person's own words.
    """

    code: str
    note: str
    fee: Money | None = None


@transaction.atomic(durable=True)
def mark(company: Company, payment_id: UUID, marking: Marking, *, by: User) -> Return:
    """Record that the bank took back a check or another payment from the counter (NSF, charge back).

    Pressed twice, it is returned once, and its fee charged once.

    Raises:
        NotFound: if the company has no such payment.
        Refusal: if a processor took it.
        Conflict: if it was undone, or is marked as returned already.
    """
    payment = allocating.lock(payment_id, company)
    returned = returns.mark(payment, code=marking.code, reason=marking.note, by=by.name)
    fee = charge_return_fee.charge(payment, marking.fee, by=by.name) if marking.fee else None
    _notify(payment, returned, payment.money, fee=fee, by=by.name)
    return returned


def take_in(payment: Payment, report: DisputeReport) -> bool:
    """Record a bank debit that the processor reports as returned; false if that is known.

    The payment is locked by the caller, in the caller's transaction. The company's fee for it, if its code
    warrants one, is charged along with it, so that it is charged once.
    """
    returned = returns.take_in(payment, report)
    if returned is None:
        return False
    fee = charge_return_fee.charge_for(payment, returned.code)
    _notify(payment, returned, report.amount, fee=fee, by=activity.SYSTEM)
    return True


def list_affected(reopened: list[Reopened]) -> tuple[AffectedInvoice, ...]:
    """Return for a notification which invoices are open again, by how much, and what is owed on them now."""
    return tuple(
        AffectedInvoice(number=one.invoice.number, amount=one.amount, balance=one.invoice.item.balance)
        for one in reopened
    )


def payers(payment: Payment) -> list[str]:
    """Return whom to write to about a payment: whoever paid, or else where the customer's invoices go."""
    if payment.payer_email:
        return [payment.payer_email]
    return payment.attempt.link.recipients if payment.attempt else payment.customer.invoice_emails


def link_of(payment: Payment) -> UUID | None:
    """Return the link through which it was paid, if that still opens."""
    link = payment.attempt.link if payment.attempt else None
    return link.pk if link and link.revoked_at is None else None


def _fresh_link(payment: Payment, reopened: list[Reopened], *, by: str) -> UUID | None:
    """Make a link to what is open again, for money from the counter, if it can be paid online (R9, R10)."""
    recipients = payers(payment)
    answer = rules.for_customer(payment.company, payment.customer, currency=payment.currency)
    items = [one.invoice.item_id for one in reopened]
    asked = asking.demand(payment.company, payment.customer_id, payment.currency, items)
    answer = asking.within(answer, payment.company, payment.currency, asked)
    if not (reopened and recipients and answer.offered):
        return None
    opened = [one.invoice.pk for one in reopened]
    revisions = Revision.objects.filter(invoice__in=opened, number=F("invoice__revision"))
    ordered = list(revisions.select_related("invoice").order_by("invoice__due_on", "invoice__number"))
    kind = Link.Kind.INVOICE if len(ordered) == 1 else Link.Kind.BATCH
    return links.mint(ordered, recipients=recipients, by=by, kind=kind).pk


def _notify(payment: Payment, returned: Return, amount: Money, *, fee: Invoice | None, by: str) -> None:
    key = returned.entry.key
    reopened = returns.reopened(key)
    documents = [each for one in reopened for each in (one.invoice.pk, one.invoice.order_id)]
    link = link_of(payment) if payment.attempt else _fresh_link(payment, reopened, by=by)
    subjects = list(dict.fromkeys([*allocating.touched(payment), *documents, *([link] if link else [])]))
    event = Event(
        key=f"payment:{payment.pk}:returned",
        company=payment.company,
        customer=payment.customer,
        amount=amount,
        subjects=subjects,
        link=link,
        path=reverse("office:payment", args=[payment.pk]),
    )
    email = PaymentReturned(
        about=event.about,
        method=payment.method_in(event.payer_reads),
        number=payment.number,
        reference=payment.reference,
        reason=returned.code,
        lines=list_affected(reopened),
        fee=charge_return_fee.describe(fee),
    )
    notify.payer(event, email, to=payers(payment))
    notice = ReturnedNotice.like(email, method=payment.method_in(payment.company.reads))
    notify.company(event, notice)
    activity.note(
        payment.company_id,
        activity.Kind.PAYMENT_RETURNED,
        subjects=subjects,
        actor=by,
        number=payment.number,
        payment=str(payment.pk),
        code=returned.code,
        fee=fee.number if fee else "",
        reason=returned.reason if by != activity.SYSTEM else "",
        **activity.details_of(amount),
    )
    expire_sessions.expire_wanting(returns.items_of(key))
