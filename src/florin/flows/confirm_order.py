"""A confirmed order becomes an invoice, and the invoice goes out by itself.

lock the order -> confirmed -> invoice with its number -> ledger -> timeline -> (automatic) link -> outbox
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.invoices import services as invoices
from florin.domain.invoices.models import Invoice
from florin.domain.links import rules
from florin.domain.links.rules import Answer
from florin.domain.orders import services as orders
from florin.domain.orders.models import Order
from florin.domain.outbox.models import Message
from florin.domain.payments import asking, deducting
from florin.domain.staff.models import User
from florin.flows import send_documents, stale_sessions
from florin.kernel import clock
from florin.kernel.errors import Refusal
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Mailing:
    """What confirming an order mails: to whom, and whether with a link; ``reason`` says why not."""

    recipients: tuple[str, ...] = ()
    with_link: bool = False
    reason: str = ""
    wanted: bool = True

    @property
    def stranded(self) -> bool:
        """Whether the invoice should go out and cannot, because nobody knows where to."""
        return self.wanted and not self.recipients


@transaction.atomic(durable=True)
def confirm(company: Company, order_id: UUID, *, by: User) -> Invoice:
    """Confirm a draft order and issue its invoice; the customer owes the total from now on.

    The invoice is mailed in the same breath, if the customer gets invoices automatically (R7). Pressed twice,
    the second press is refused, so that there is one invoice per order, and one mail.

    Raises:
        Refusal: if the order is not a draft or has no lines.
    """
    order = orders.lock(company, order_id)
    order.company = company
    return confirm_locked(order, by=by.name)


def confirm_locked(order: Order, *, by: str, also: Sequence[UUID] = ()) -> Invoice:
    """Confirm an order as ``confirm`` does, in the caller's transaction, which has locked or just written it.

    ``also`` are the keys of other objects whose timelines tell of it.
    """
    if not order.lines.exists():
        raise Refusal(_("Add at least one line before you confirm the order."))
    orders.move(order, Order.State.CONFIRMED)
    mailing = foresee(order)
    invoice = invoices.issue(order, by=by)
    _note(order, invoice, mailing, by=by, also=also)
    stale_sessions.expire_wanting([invoice.item_id])  # it may be due before what open credits were meant for
    if mailing.recipients:
        _mail(order, mailing)
    return invoice


def foresee(order: Order) -> Mailing:
    """Say what confirming the order will mail, without doing it (R7)."""
    customer = order.customer
    if not customer.automatic_invoices:
        return Mailing(
            wanted=False,
            reason=_("Invoices are not sent to %(customer)s automatically.") % {"customer": customer.name},
        )
    if not customer.invoice_emails:
        return Mailing(
            reason=_("No address for invoices is known for %(customer)s, so nobody is mailed.")
            % {"customer": customer.name}
        )
    answer = _foreseen(order) if order.total else _nothing_owed()
    return Mailing(recipients=tuple(customer.invoice_emails), with_link=answer.offered, reason=answer.reason)


def _foreseen(order: Order) -> Answer:
    answer = rules.for_customer(order.company, order.customer, currency=order.currency)
    if not answer.offered:
        return answer
    whose = (order.customer_id, order.currency)
    due_on = clock.today(order.company.time_zone) + timedelta(days=order.customer.terms_days)
    owed = deducting.left_for(order.company, whose, order.total, due_on=due_on)
    return asking.within_amount(answer, order.company, Money(owed, order.currency))


def mailed(invoice: Invoice) -> Mailing:
    """Say what confirming the order of this invoice has mailed."""
    messages = list(Message.objects.filter(company=invoice.company_id, event=_event(invoice)).order_by("pk"))
    if not messages:
        return Mailing(wanted=False)
    return Mailing(
        recipients=tuple(message.recipient for message in messages),
        with_link=messages[0].snapshot["link"] is not None,
    )


def _mail(order: Order, mailing: Mailing) -> None:
    """Queue the invoice as the system does it: nobody ticks a link, and nobody can leave it out (R7)."""
    invoice = invoices.of_order(order)
    asked = send_documents.settle_if_covered(invoice, by=activity.SYSTEM)
    send_documents.queue(
        invoice,
        asked,
        asking.for_automatic_invoice(invoice, asked),
        to=mailing.recipients,
        event=_event(invoice),
        by=activity.SYSTEM,
    )


def _event(invoice: Invoice) -> str:
    return f"auto:{invoice.pk}"


def _nothing_owed() -> Answer:
    return Answer(offered=False, reason=_("Nothing is owed on this order, so its mail carries no link."))


def _note(order: Order, invoice: Invoice, mailing: Mailing, *, by: str, also: Sequence[UUID]) -> None:
    subjects = [order.pk, order.customer_id, invoice.pk, *also]
    activity.note(
        order.company_id,
        activity.Kind.ORDER_CONFIRMED,
        subjects=subjects,
        actor=by,
        number=order.number,
    )
    activity.note(
        order.company_id,
        activity.Kind.INVOICE_ISSUED,
        subjects=subjects,
        actor=by,
        number=invoice.number,
        amount=invoice.total,
        currency=invoice.currency,
        stranded=int(mailing.stranded),
    )
