"""Email in order entry: the invoice of an order goes out by hand; a draft is confirmed by it (R3, R4).

addresses -> lock the order -> (draft: confirm, without the mail that the system would send) -> link -> outbox
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies import mail_texts
from florin.domain.companies.models import Company
from florin.domain.orders import services as orders
from florin.domain.orders.models import Order
from florin.domain.outbox import services as outbox
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.flows import confirm_order, send_documents
from florin.flows.confirm_order import Mailing
from florin.flows.send_documents import Sent
from florin.kernel.errors import Conflict, Forbidden


@transaction.atomic(durable=True)
def send(
    company: Company,
    order_id: UUID,
    *,
    to: Sequence[str],
    with_link: bool,
    submission: str,
    by: User,
    saw_draft: bool = False,
    reason: str = "",
    instead: UUID | None = None,
    note: str = "",
) -> Sent:
    """Queue an order's invoice to every address; a draft is confirmed, and nothing else is mailed for it.

    ``submission`` names the form: sent twice it confirms and sends once. ``saw_draft`` says that the
    person was shown a draft. ``reason`` is why somebody who may lets it pass over the credit limit.
    ``instead`` names a mail that came back, for which this one is sent. The mail begins with the ``note``.

    Raises:
        Conflict: if what was shown as a draft was confirmed by another press, and its invoice mailed.
        OverLimit: if a draft passes the credit limit and there is no reason to let it.
        Forbidden: if the person may not confirm orders, or not pass the limit.
        Refusal: if an address or the note is wrong, or a draft has no lines; nothing is sent or confirmed.
    """
    recipients, note = send_documents.addresses(to), mail_texts.read(note)
    event = send_documents.event_of(order_id, submission)
    order = orders.lock(company, order_id)
    if send_documents.is_queued(company, event):
        return Sent(recipients, None, "")
    if order.state == Order.State.DRAFT:
        if not by.may(Right.ORDERS):
            raise Forbidden(_("Only people who may confirm orders can send the invoice of a draft."))
        order = confirm_order.lock(company, order_id)
        confirm_order.admit(order, by=by, reason=reason)
        return confirm_and_send(order, recipients, with_link=with_link, event=event, by=by.name, note=note)
    if saw_draft:
        _tell_who_was_quicker(order)
    sent = send_documents.send_locked(
        order, recipients, with_link=with_link, event=event, by=by.name, note=note
    )
    if instead is not None:
        outbox.put_right(company.pk, instead, event=event)
    return sent


def confirm_and_send(
    order: Order, to: Sequence[str], *, with_link: bool, event: str, by: str, note: str = ""
) -> Sent:
    """Confirm a locked draft that the credit limit allows, and queue its invoice to these addresses alone."""
    confirm_order.confirm_locked(order, Mailing(wanted=False), by=by)
    return send_documents.send_locked(order, to, with_link=with_link, event=event, by=by, note=note)


def _tell_who_was_quicker(order: Order) -> None:
    if order.state != Order.State.CONFIRMED:
        return
    sent = activity.mailed(order.company_id, order.pk)
    if sent:
        _at, to = sent[0]
        raise Conflict(
            _(
                "Somebody has confirmed this order meanwhile, and its invoice goes to %(to)s."
                " Press Send again if it should go out once more."
            )
            % {"to": to}
        )
