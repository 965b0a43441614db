"""Stripe's states and types, and what they mean: the nearest safe thing if a word is new.

Safe is what moves no money and ends nothing: others still decide, and we ask again.
"""

from florin.contracts.processor import (
    DisputeOutcome,
    Itemised,
    MethodStatus,
    MovementKind,
    Outcome,
    RefundOutcome,
)
from florin.edges.gateways.stripe.unknown import meaning, note

_KINDS = {
    "charge": MovementKind.PAYMENT,
    "payment": MovementKind.PAYMENT,
    "payment_failure_refund": MovementKind.PAYMENT_REVERSED,
    "refund": MovementKind.REFUND,
    "payment_refund": MovementKind.REFUND,
    "refund_failure": MovementKind.REFUND_FAILED,
    "payout": MovementKind.PAYOUT,
    "payout_failure": MovementKind.PAYOUT_FAILED,
    "payout_cancel": MovementKind.PAYOUT_FAILED,
    "stripe_fee": MovementKind.FEE,
    "payout_minimum_balance_hold": MovementKind.KEPT_BACK,
    "payout_minimum_balance_release": MovementKind.KEPT_BACK,
}
_CATEGORIES = {
    "dispute": MovementKind.DISPUTE,
    "dispute_reversal": MovementKind.DISPUTE_WON,
    "partial_capture_reversal": MovementKind.PAYMENT_REVERSED,
}
_PAYOUT_STATES = {
    "pending": "pending",
    "in_transit": "in_transit",
    "paid": "paid",
    "failed": "failed",
    "canceled": "canceled",
}
_ITEMISED = {"completed": Itemised.YES, "in_progress": Itemised.NOT_YET, "not_applicable": Itemised.NEVER}
# Types of movements that are not about a payment of ours; they are compared as they are.
_OTHERS = (
    *("adjustment", "advance", "advance_funding", "anticipation_repayment", "application_fee"),
    *("application_fee_refund", "climate_order_purchase", "climate_order_refund"),
    *("connect_collection_transfer", "contribution", "fee_credit_funding", "inbound_transfer"),
    *("inbound_transfer_reversal", "issuing_authorization_hold", "issuing_authorization_release"),
    *("issuing_dispute", "issuing_dispute_provisional_credit", "issuing_dispute_provisional_credit_reversal"),
    *("issuing_transaction", "obligation_outbound", "obligation_reversal_inbound"),
    *("payment_network_reserve_hold", "payment_network_reserve_release", "payment_reversal"),
    *("payment_unreconciled"),
    *("reserve_hold", "reserve_release", "reserve_transaction", "reserved_funds"),
    *("stripe_balance_payment_debit", "stripe_balance_payment_debit_reversal", "stripe_fx_fee", "tax_fee"),
    *("tax_fund", "topup", "topup_reversal", "transfer", "transfer_cancel", "transfer_failure"),
    "transfer_refund",
)
_TYPES = {**dict.fromkeys(_OTHERS, MovementKind.OTHER), **_KINDS}
_SESSIONS = {"open": Outcome.OPEN, "complete": Outcome.PENDING, "expired": Outcome.EXPIRED}
_REFUNDS = {
    "pending": RefundOutcome.PENDING,
    "requires_action": RefundOutcome.PENDING,
    "succeeded": RefundOutcome.SUCCEEDED,
    "failed": RefundOutcome.FAILED,
    "canceled": RefundOutcome.FAILED,
}
_DISPUTES = {
    "warning_needs_response": DisputeOutcome.INQUIRY,
    "warning_under_review": DisputeOutcome.INQUIRY,
    "warning_closed": DisputeOutcome.CLOSED,
    "prevented": DisputeOutcome.CLOSED,
    "needs_response": DisputeOutcome.NEEDS_RESPONSE,
    "under_review": DisputeOutcome.UNDER_REVIEW,
    "appeal_needs_response": DisputeOutcome.APPEALABLE,
    "appeal_under_review": DisputeOutcome.APPEALED,
    "won": DisputeOutcome.WON,
    "lost": DisputeOutcome.LOST,
}
_CAPABILITIES = {
    "active": MethodStatus.ACTIVE,
    "inactive": MethodStatus.INACTIVE,
    "pending": MethodStatus.PENDING,
}


def session(status: str) -> Outcome:
    """Return what a session is whose payment says no more; a complete one waits for payer or bank."""
    return meaning(_SESSIONS, status, field="checkout.session.status", safe=Outcome.OPEN)


def attempt(session_status: str, intent_status: str) -> Outcome:
    """Return what has become of a payer's try to pay."""
    match intent_status:
        case "succeeded":
            return Outcome.SETTLED
        case "processing":
            return Outcome.PENDING
        case "requires_capture":
            return Outcome.AUTHORISED
        case "canceled":
            return Outcome.EXPIRED if session_status == "expired" else Outcome.CANCELLED
        case "requires_payment_method" if session_status == "complete":
            return Outcome.FAILED
        case "requires_payment_method" | "requires_confirmation" | "requires_action":
            pass
        case new:
            note("payment_intent.status", new)
    return session(session_status)


def refund(status: object) -> RefundOutcome:
    """Return what has become of a refund; one that needs the payer's help is still under way."""
    return meaning(_REFUNDS, status, field="refund.status", safe=RefundOutcome.PENDING)


def dispute(status: str) -> DisputeOutcome:
    """Return how a dispute stands; one in a state that is new is still being decided."""
    return meaning(_DISPUTES, status, field="dispute.status", safe=DisputeOutcome.UNDER_REVIEW)


def payout(status: str) -> str:
    """Return how far a payout has come, as ``PayoutReport.state``."""
    return meaning(_PAYOUT_STATES, status, field="payout.status", safe="pending")


def itemised(status: str) -> Itemised:
    """Return whether the parts of a payout can be listed."""
    return meaning(_ITEMISED, status, field="payout.reconciliation_status", safe=Itemised.NOT_YET)


def capability(status: str | None) -> MethodStatus:
    """Return whether an account may be paid in one way, by its capability; there is none if nobody asked."""
    if status is None:
        return MethodStatus.UNREQUESTED
    return meaning(_CAPABILITIES, status, field="account.capabilities", safe=MethodStatus.INACTIVE)


def movement(kind: str, category: str) -> MovementKind:
    """Return what moved money; where a type is used for several things, the category tells them apart."""
    by_type = meaning(_TYPES, kind, field="balance_transaction.type", safe=MovementKind.OTHER)
    return _CATEGORIES.get(category, by_type)
