"""What can be done with a payment now: what its page offers. Each flow checks once more, under lock."""

from dataclasses import dataclass

from florin.domain.history.queries import TAKEN_BACK, ListedPayment, PaymentEvents, PaymentStatus
from florin.domain.refunds import queries as refunds
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right

_GONE = {*TAKEN_BACK, PaymentStatus.UNDONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentActions:
    """What a person can do with a payment as it stands.

    ``mark_returned`` and ``undo`` are for what was recorded at the counter (R20), ``charge_fee`` is for what
    the payer's bank took back, ``unapply`` takes money from an invoice and keeps it as an open credit.
    """

    refund: bool
    mark_returned: bool
    charge_fee: bool
    undo: bool
    unapply: bool


def possible_actions(
    row: ListedPayment, events: PaymentEvents, *, by: User, fee_charged: bool
) -> PaymentActions:
    """Return what a person can do with a payment; ``fee_charged`` if its return has cost a fee already.

    Money that a bank holds in a dispute is not sent back a second time, nor moved.
    """
    payment, may_move_money = row.payment, by.may(Right.REFUND)
    at_counter, is_here = not payment.is_online, row.status not in _GONE
    is_held = any(dispute.held for dispute in events.disputes)
    has_rest = row.refunded < payment.money and not refunds.is_too_late(payment)
    return PaymentActions(
        refund=may_move_money and is_here and not is_held and has_rest,
        mark_returned=may_move_money and at_counter and is_here,
        charge_fee=may_move_money and row.status in TAKEN_BACK and not fee_charged,
        undo=at_counter and is_here and not row.refunded,
        unapply=is_here and not is_held,
    )
