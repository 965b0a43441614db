"""Order entry: write, change and void an order; an invoice that is out follows along.

draft saved -> order -> (confirmed: within the credit limit? -> new revision, difference in the ledger, stale
sessions expire) -> timeline
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.invoices import services as invoices
from florin.domain.invoices.models import Invoice
from florin.domain.orders import credit_limit, holds
from florin.domain.orders import services as orders
from florin.domain.orders.credit_limit import Override
from florin.domain.orders.models import Order
from florin.domain.orders.services import OrderDraft
from florin.domain.staff.models import User
from florin.flows import confirm_order
from florin.kernel.errors import SubmissionReused
from florin.kernel.jobs import Job, later
from florin.kernel.submissions import LONGEST_KEY, once


def create(company: Company, draft: OrderDraft, *, by: User, submission: str = "") -> Order:
    """Write a new draft order; nothing is owed yet.

    ``submission`` names the press of Save: pressed twice, even at once, the same order comes back.

    Raises:
        SubmissionReused: if the same press has written another order.
    """
    submission = submission[:LONGEST_KEY]
    return once(
        lambda: _find_written(company, draft, submission) or _create(company, draft, submission, by=by)
    )


def _find_written(company: Company, draft: OrderDraft, submission: str) -> Order | None:
    """Return the order that a press has written, if it has; another one is refused."""
    known = orders.find_by_submission(company, submission) if submission else None
    if known is not None and not orders.matches(known, draft):
        raise SubmissionReused(
            _("This form has written order %(number)s already. Save it again only if it is another one.")
            % {"number": known.number}
        )
    return known


@transaction.atomic(durable=True)
def _create(company: Company, draft: OrderDraft, submission: str, *, by: User) -> Order:
    order = orders.create(company, draft, by=by, submission=submission)
    orders.note(order, activity.Kind.ORDER_CREATED, by=by.name)
    return order


@transaction.atomic(durable=True)
def change(
    company: Company, order_id: UUID, draft: OrderDraft, *, version: int, by: User, reason: str = ""
) -> Order:
    """Save an order over the version that was shown. A confirmed one gets a new invoice revision (R19).

    One that was on hold no longer is: it was for what the order said that somebody wanted it confirmed.
    ``reason`` is why somebody who may lets what is added to a confirmed order pass over the credit limit.

    Raises:
        Conflict: if somebody else saved it meanwhile.
        OverLimit: if what is added passes the limit and there is no reason to let it.
        Forbidden: if there is a reason, and the person may not.
        Refusal: if it is void, or more has been paid than the new total.
    """
    before = orders.lock(company, order_id).money
    order = orders.change(company, order_id, draft, version=version)
    end_hold(order, by=by)
    orders.note(order, activity.Kind.ORDER_CHANGED, by=by.name)
    if order.state == Order.State.CONFIRMED:
        override = Override(by, reason) if reason.strip() else None
        over = credit_limit.admit(order, order.money - before, override=override)
        if over is not None:
            confirm_order.note_override(order, over, by=by, reason=reason)
        invoice = invoices.revise(order, by=by.name)
        activity.note(
            company.pk,
            activity.Kind.INVOICE_REVISED,
            subjects=[order.pk, order.customer_id, invoice.pk],
            actor=by.name,
            number=invoice.number,
            revision=invoice.revision,
            **activity.details_of(invoice.money),
        )
        _expire_sessions(invoice)
    return order


@transaction.atomic(durable=True)
def void(company: Company, order_id: UUID, *, by: User) -> Order:
    """Void an order, and its invoice if it has one: nothing is owed on it any more.

    Raises:
        Refusal: if something was paid on it.
    """
    order = orders.lock(company, order_id)
    confirmed = order.state == Order.State.CONFIRMED
    end_hold(order, by=by)
    orders.move(order, Order.State.VOID)
    also = []
    if confirmed:
        invoice = invoices.void(order, by=by.name)
        also = [invoice.pk]
        _expire_sessions(invoice)
    orders.note(order, activity.Kind.ORDER_VOIDED, by=by.name, also=also)
    return order


def end_hold(order: Order, *, by: User) -> None:
    """Take a locked order off hold, if it is on hold, in the caller's transaction; its timeline says so."""
    if holds.end(order):
        orders.note(order, activity.Kind.HOLD_ENDED, by=by.name)


def _expire_sessions(invoice: Invoice) -> None:
    later(Job.EXPIRE_SESSIONS, items=[str(invoice.item_id)])
