"""Orders on hold: confirmed by themselves as soon as the customer's credit limit allows it.

asked for -> on hold -> (each round: enough is free?) -> lock -> confirmed -> its invoice goes out, once
"""

import logging
from uuid import UUID

from django.db import transaction
from django.utils import translation

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.orders import credit_limit, holds
from florin.domain.orders import services as orders
from florin.domain.orders.credit_limit import OverLimit
from florin.domain.orders.holds import Wish
from florin.domain.orders.models import Hold, Order
from florin.domain.staff.models import User
from florin.flows import confirm_order, send_documents, send_invoice, write_order
from florin.kernel.errors import Refusal

_log = logging.getLogger(__name__)


@transaction.atomic(durable=True)
def hold(company: Company, order_id: UUID, wish: Wish, *, by: User) -> Order:
    """Put a draft that passes the credit limit on hold; if it no longer passes it, it is confirmed at once.

    Pressed twice it is on hold once, and as the last press has it.

    Raises:
        Refusal: if the order is not a draft with lines, or an address is wrong.
    """
    order = confirm_order.lock(company, order_id)
    wish = Wish(
        to=send_documents.addresses(wish.to) if any(text.strip() for text in wish.to) or wish.by_hand else (),
        by_hand=wish.by_hand,
        with_link=wish.with_link,
    )
    known = holds.find(order) is not None
    held = holds.place(order, wish, by=by)
    try:
        over = credit_limit.admit(order, order.money)
    except OverLimit as refused:
        over = refused.over
    if over is None:
        _confirm(order, held, by=by.name)
    elif not known:
        orders.note(order, activity.Kind.ORDER_HELD, by=by.name, also=[], **activity.details_of(over))
    return order


@transaction.atomic(durable=True)
def withdraw(company: Company, order_id: UUID, *, by: User) -> Order:
    """Take an order off hold; it is a draft like any other again. Pressed twice, it is one once."""
    order = orders.lock(company, order_id)
    write_order.end_hold(order, by=by)
    return order


def sweep() -> None:
    """Confirm every order on hold that its customer's credit limit allows now: first asked, first served.

    One that is still too much does not stop a smaller one behind it. Safe to repeat, and at once with itself.
    """
    for held in holds.ready():
        with translation.override(held.company.reads):
            try:
                release(held.company, held.order_id)
            except Refusal as why:
                _log.info("Order %s stays on hold: %s", held.order_id, why)


@transaction.atomic(durable=True)
def release(company: Company, order_id: UUID) -> None:
    """Confirm an order on hold and send its invoice as it was asked for; nothing if it is on hold no more.

    Raises:
        OverLimit: if it passes the credit limit still.
    """
    order = orders.lock(company, order_id)
    order.company = company
    held = holds.find(order)
    if held is None:
        return
    credit_limit.admit(order, order.money)
    _confirm(order, held, by=activity.SYSTEM)


def _confirm(order: Order, held: Hold, *, by: str) -> None:
    if not held.by_hand:
        confirm_order.confirm_locked(order, confirm_order.foresee(order, to=held.to), by=by)
        return
    event = f"held:{held.pk}"
    send_invoice.confirm_and_send(
        order, held.to, with_link=held.with_link, event=event, by=by, note=held.note
    )
