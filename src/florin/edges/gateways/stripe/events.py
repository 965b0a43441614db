"""The events at Stripe that we read: the one list that webhook endpoints, documents and tests go by."""

PAYMENTS = (
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "charge.expired",
)
"""Something became of an attempt to pay."""

AFTERWARDS = (
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.refund.updated",
    "charge.refunded",
    "charge.updated",
    "refund.created",
    "refund.failed",
    "refund.updated",
)
"""Something followed a payment: its fee became known, money went back, a payer disputes it."""

PAYOUTS = (
    "payout.canceled",
    "payout.created",
    "payout.failed",
    "payout.paid",
    "payout.reconciliation_completed",
    "payout.updated",
)
"""Money is on its way to the bank account."""

ACCOUNTS = ("account.application.deauthorized", "account.updated", "capability.updated")
"""What an account may do has changed."""

READ = (*PAYMENTS, *AFTERWARDS, *PAYOUTS, *ACCOUNTS)
"""All of them, for the endpoint of the installation's own account and for that of connected accounts."""
