"""What the reasons meant that were stored in Stripe's own words, up to November 2026.

They stand in the timeline, which is never rewritten, in attempts, refunds and disputes, and in mails that
were queued. Nothing is added here: a gateway translates before anything is stored.
"""

DECLINES = {
    "incorrect_cvc": "wrong_security_code",
    "invalid_cvc": "wrong_security_code",
    "incorrect_number": "wrong_details",
    "invalid_number": "wrong_details",
    "invalid_expiry_month": "wrong_details",
    "invalid_expiry_year": "wrong_details",
    "authentication_required": "not_authenticated",
    "payment_intent_authentication_failure": "not_authenticated",
    "processing_error": "bank_away",
    "issuer_not_available": "bank_away",
    "try_again_later": "bank_away",
    "card_velocity_exceeded": "limit_reached",
    "withdrawal_count_limit_exceeded": "limit_reached",
    "card_not_supported": "not_for_this",
    "currency_not_supported": "not_for_this",
    "transaction_not_allowed": "not_for_this",
}
DISPUTES = {
    "debit_not_authorized": "not_authorised",
    "noncompliant": "against_the_rules",
}
REFUNDS = {
    "lost_or_stolen_card": "card_lost",
    "expired_or_canceled_card": "card_closed",
    "insufficient_funds": "low_balance",
    "charge_for_pending_refund_disputed": "disputed",
    "merchant_request": "cancelled",
}
STOPS = {
    "account_invalid": "unreachable",
    "action_required.requested_capabilities": "no_method",
    "listed": "list_check",
    "other": "review",
    "platform_paused": "paused_here",
    "rejected.fraud": "fraud",
    "rejected.incomplete_verification": "not_verified",
    "rejected.listed": "listed_business",
    "rejected.other": "refused",
    "rejected.platform_fraud": "fraud_seen_here",
    "rejected.platform_other": "closed_here",
    "rejected.terms_of_service": "terms",
    "rejected.unsupported_business": "trade",
    "requirements.past_due": "past_due",
    "requirements.pending_verification": "verifying",
    "under_review": "review",
}
