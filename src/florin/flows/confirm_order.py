"""A confirmed order becomes an invoice, and the invoice goes out by itself.

lock the order -> within the credit limit? -> confirmed -> invoice with its number -> ledger -> timeline
-> (automatic) link -> outbox
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.attempts import asking, deducting
from florin.domain.companies.models import Company
from florin.domain.invoices import services as invoices
from florin.domain.invoices.models import Invoice
from florin.domain.links import rules
from florin.domain.links.rules import Answer
from florin.domain.orders import credit_limit, holds
from florin.domain.orders import services as orders
from florin.domain.orders.credit_limit import Override
from florin.domain.orders.models import Order
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.flows import expire_sessions, send_documents
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
def confirm(
    company: Company, order_id: UUID, *, by: User, to: Sequence[str] | None = None, reason: str = ""
) -> Invoice:
    """Confirm a draft order and issue its invoice; the customer owes the total from now on.

    The invoice is mailed in the same breath, if the customer gets invoices automatically (R7): ``to`` those
    addresses, to nobody if there are none, or unless they are given to those of the customer. Pressed twice,
    the second press is refused, so that there is one invoice per order, and one mail. ``reason`` is why
    somebody who may lets it pass over the credit limit.

    Raises:
        OverLimit: if it passes the limit and there is no reason to let it; nothing has changed then.
        Forbidden: if there is a reason, and the person may not.
        Refusal: if the order is not a draft or has no lines, or an address is wrong.
    """
    order = lock(company, order_id)
    admit(order, by=by, reason=reason)
    return confirm_locked(order, foresee(order, to=to), by=by.name)


def lock(company: Company, order_id: UUID) -> Order:
    """Return the order, locked until the transaction ends, with its company at hand.

    Raises:
        Refusal: if it is not a draft with lines.
    """
    order = orders.lock(company, order_id)
    order.company = company
    if order.state == Order.State.DRAFT and not order.lines.exists():
        raise Refusal(_("Add at least one line before you confirm the order."))
    orders.check_move(order, Order.State.CONFIRMED)
    return order


def admit(order: Order, *, by: User, reason: str) -> None:
    """Let a locked draft pass its customer's credit limit, or refuse it; its timeline says who did and why.

    Raises:
        OverLimit: if it passes the limit and there is no reason to let it.
        Forbidden: if there is a reason, and the person may not.
    """
    override = Override(by, reason) if reason.strip() else None
    over = credit_limit.admit(order, order.money, override=override)
    if over is not None:
        note_override(order, over, by=by, reason=reason)


def note_override(order: Order, over: Money, *, by: User, reason: str, also: Sequence[UUID] = ()) -> None:
    """Keep on the timeline that somebody let an order pass over the credit limit, and why."""
    details = {"reason": reason.strip(), **activity.details_of(over)}
    orders.note(order, activity.Kind.LIMIT_OVERRIDDEN, by=by.name, also=also, **details)


def confirm_locked(order: Order, mailing: Mailing, *, by: str, also: Sequence[UUID] = ()) -> Invoice:
    """Confirm an order and issue its invoice, in the transaction that has locked or just written it.

    ``mailing`` is what was foreseen, and ``also`` are the keys of other objects whose timelines tell of it.
    The credit limit is the caller's matter: a fee that a bank has caused is owed all the same.
    """
    orders.move(order, Order.State.CONFIRMED)
    holds.end(order)
    invoice = invoices.issue(order, by=by)
    _note(order, invoice, mailing, by=by, also=also)
    expire_sessions.expire_wanting([invoice.item_id])  # it may be due before what open credits were meant for
    if mailing.recipients:
        _mail(order, mailing)
    return invoice


def foresee(order: Order, *, to: Sequence[str] | None = None) -> Mailing:
    """Say what confirming the order will mail, without doing it (R7); ``to`` as in ``confirm``.

    Raises:
        Refusal: if an address is wrong.
    """
    customer = order.customer
    given = customer.invoice_emails if to is None else [address for address in to if address.strip()]
    if not customer.automatic_invoices:
        return Mailing(
            wanted=False,
            reason=_("Invoices are not sent to %(customer)s automatically.") % {"customer": customer.name},
        )
    if to is not None and not given and customer.invoice_emails:
        return Mailing(wanted=False, reason=_("No address was given, so the invoice is not mailed."))
    if not given:
        return Mailing(
            reason=_("No address for invoices is known for %(customer)s, so nobody is mailed.")
            % {"customer": customer.name}
        )
    answer = _foreseen(order, rules.for_customer(order.company, customer, currency=order.currency))
    recipients = tuple(given) if to is None else send_documents.addresses(given)
    return Mailing(recipients=recipients, with_link=answer.offered, reason=answer.reason)


def foresee_by_hand(order: Order) -> Answer:
    """Say whether the invoice of a draft may carry a link if somebody sends it by hand (R8)."""
    return _foreseen(order, rules.for_manual_send(order.company, order.customer, currency=order.currency))


def left_to_pay(order: Order) -> Money:
    """Return what of a draft's total no open credit of the customer is meant for."""
    whose = (order.customer_id, order.currency)
    due_on = clock.today(order.company.time_zone) + timedelta(days=order.customer.terms_days)
    return Money(deducting.left_for(order.company, whose, order.total, due_on=due_on), order.currency)


def _foreseen(order: Order, answer: Answer) -> Answer:
    if not order.total:
        return _nothing_owed()
    if not answer.offered:
        return answer
    return asking.within_amount(answer, order.company, left_to_pay(order))


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
    orders.note(order, activity.Kind.ORDER_CONFIRMED, by=by, also=[invoice.pk, *also])
    activity.note(
        order.company_id,
        activity.Kind.INVOICE_ISSUED,
        subjects=[order.pk, order.customer_id, invoice.pk, *also],
        actor=by,
        number=invoice.number,
        stranded=int(mailing.stranded),
        **activity.details_of(invoice.money),
    )
