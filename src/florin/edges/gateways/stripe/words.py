"""Stripe's words for why something went wrong or is wanted, and what they mean (``contracts.reasons``).

From Stripe's pages on decline codes, dispute categories, ACH Direct Debit, and its API reference (refund,
account).
"""

import re

from florin.contracts.reasons import (
    AccountRequirement,
    DeclineReason,
    DisputeReason,
    RefundFailure,
    StopReason,
)
from florin.edges.gateways.stripe.unknown import meaning, note
from florin.kernel.return_codes import Uncoded

_DECLINES = {
    **dict.fromkeys(("insufficient_funds",), DeclineReason.INSUFFICIENT_FUNDS),
    **dict.fromkeys(("expired_card",), DeclineReason.EXPIRED_CARD),
    **dict.fromkeys(("incorrect_cvc", "invalid_cvc"), DeclineReason.WRONG_SECURITY_CODE),
    **dict.fromkeys(
        ("incorrect_number", "invalid_number", "invalid_expiry_month", "invalid_expiry_year"),
        DeclineReason.WRONG_DETAILS,
    ),
    **dict.fromkeys(
        ("authentication_required", "authentication_not_handled", "payment_intent_authentication_failure"),
        DeclineReason.NOT_AUTHENTICATED,
    ),
    **dict.fromkeys(
        ("processing_error", "issuer_not_available", "try_again_later", "reenter_transaction"),
        DeclineReason.BANK_AWAY,
    ),
    **dict.fromkeys(
        ("card_velocity_exceeded", "withdrawal_count_limit_exceeded"), DeclineReason.LIMIT_REACHED
    ),
    **dict.fromkeys(
        ("card_not_supported", "currency_not_supported", "transaction_not_allowed"),
        DeclineReason.NOT_FOR_THIS,
    ),
    # Some of these say that a card was stolen or its owner is suspected: for nobody but the bank.
    **dict.fromkeys(
        (
            *(
                "approve_with_id",
                "bank_account_unusable",
                "call_issuer",
                "card_declined",
                "do_not_honor",
                "do_not_try_again",
            ),
            *("duplicate_transaction", "fraudulent", "generic_decline", "incorrect_address", "incorrect_pin"),
            *("incorrect_zip", "invalid_account", "invalid_amount", "invalid_pin", "lost_card"),
            *("merchant_blacklist", "new_account_information_available", "no_action_taken"),
            *("not_permitted", "offline_pin_required", "online_or_offline_pin_required", "pickup_card"),
            *("pin_try_exceeded", "restricted_card", "revocation_of_all_authorizations"),
            *("revocation_of_authorization", "security_violation", "service_not_allowed", "stolen_card"),
            *("stop_payment_order", "testmode_decline"),
        ),
        DeclineReason.UNKNOWN,
    ),
}
_DISPUTES = {
    "credit_not_processed": DisputeReason.CREDIT_NOT_PROCESSED,
    "customer_initiated": DisputeReason.NOT_AUTHORISED,
    "debit_not_authorized": DisputeReason.NOT_AUTHORISED,
    "duplicate": DisputeReason.DUPLICATE,
    "fraudulent": DisputeReason.FRAUDULENT,
    "general": DisputeReason.GENERAL,
    "noncompliant": DisputeReason.AGAINST_THE_RULES,
    "product_not_received": DisputeReason.PRODUCT_NOT_RECEIVED,
    "product_unacceptable": DisputeReason.PRODUCT_UNACCEPTABLE,
    "subscription_canceled": DisputeReason.SUBSCRIPTION_CANCELED,
    "unrecognized": DisputeReason.UNRECOGNIZED,
    # What banks say of debits and checks; the words for them are those of a return.
    **dict.fromkeys(
        ("bank_cannot_process", "check_returned", "incorrect_account_details", "insufficient_funds"),
        DisputeReason.UNKNOWN,
    ),
}
_RETURNS = {
    "account_closed": Uncoded.CLOSED,
    "bank_account_closed": Uncoded.CLOSED,
    "account_frozen": Uncoded.FROZEN,
    "bank_account_restricted": Uncoded.NO_DEBITS,
    "bank_account_unusable": Uncoded.NO_DEBITS,
    "bank_cannot_process": Uncoded.NOT_PROCESSED,
    "could_not_process": Uncoded.NOT_PROCESSED,
    "processing_error": Uncoded.NOT_PROCESSED,
    "customer_initiated": Uncoded.NOT_ALLOWED,
    "debit_not_authorized": Uncoded.NOT_ALLOWED,
    "fraudulent": Uncoded.NOT_ALLOWED,
    "unrecognized": Uncoded.NOT_ALLOWED,
    "incorrect_account_details": Uncoded.NO_ACCOUNT,
    "no_account": Uncoded.NO_ACCOUNT,
    "insufficient_funds": Uncoded.NO_FUNDS,
    **dict.fromkeys(
        (
            "payment_method_microdeposit_failed",
            "payment_method_microdeposit_processing_error",
            "payment_method_microdeposit_verification_attempts_exceeded",
            "payment_method_microdeposit_verification_timeout",
        ),
        Uncoded.UNVERIFIED,
    ),
    **dict.fromkeys(("bank_ownership_changed", "charge_exceeds_source_limit", "general"), Uncoded.UNKNOWN),
}
_REFUNDS = {
    "lost_or_stolen_card": RefundFailure.CARD_LOST,
    "expired_or_canceled_card": RefundFailure.CARD_CLOSED,
    "declined": RefundFailure.DECLINED,
    "insufficient_funds": RefundFailure.LOW_BALANCE,
    "charge_for_pending_refund_disputed": RefundFailure.DISPUTED,
    "merchant_request": RefundFailure.CANCELLED,
    "unknown": RefundFailure.UNKNOWN,
}
_STOPS = {
    "action_required.requested_capabilities": StopReason.NO_METHOD,
    "listed": StopReason.LIST_CHECK,
    "other": StopReason.REVIEW,
    "platform_paused": StopReason.PAUSED_HERE,
    "rejected.fraud": StopReason.FRAUD,
    "rejected.incomplete_verification": StopReason.NOT_VERIFIED,
    "rejected.listed": StopReason.LISTED,
    "rejected.other": StopReason.REFUSED,
    "rejected.platform_fraud": StopReason.FRAUD_SEEN_HERE,
    "rejected.platform_other": StopReason.CLOSED_HERE,
    "rejected.platform_terms_of_service": StopReason.CLOSED_HERE,
    "rejected.terms_of_service": StopReason.TERMS,
    "rejected.unsupported_business": StopReason.TRADE,
    "requirements.past_due": StopReason.PAST_DUE,
    "requirements.pending_verification": StopReason.VERIFYING,
    "under_review": StopReason.REVIEW,
}
_A = AccountRequirement
_REQUIREMENTS = {
    "business_profile.mcc": _A.TRADE,
    "business_profile.name": _A.TRADING_NAME,
    "business_profile.product_description": _A.GOODS,
    "business_profile.support_email": _A.SUPPORT_EMAIL,
    "business_profile.support_phone": _A.SUPPORT_PHONE,
    "business_profile.url": _A.WEBSITE,
    "business_type": _A.KIND_OF_BUSINESS,
    "company.address": _A.BUSINESS_ADDRESS,
    "company.directors_provided": _A.DIRECTORS,
    "company.executives_provided": _A.EXECUTIVES,
    "company.name": _A.LEGAL_NAME,
    "company.owners_provided": _A.OWNERS,
    "company.phone": _A.BUSINESS_PHONE,
    "company.registration_number": _A.REGISTRATION_NUMBER,
    "company.structure": _A.LEGAL_FORM,
    "company.tax_id": _A.TAX_ID,
    "company.verification": _A.BUSINESS_DOCUMENT,
    "documents.bank_account_ownership_verification": _A.BANK_ACCOUNT_DOCUMENT,
    "external_account": _A.BANK_ACCOUNT,
    "settings.payments.statement_descriptor": _A.STATEMENT_NAME,
    "tos_acceptance": _A.TERMS,
}
# The same is asked of the representative, of owners and of directors.
_OF_PEOPLE = {
    "address": _A.PERSON_ADDRESS,
    "dob": _A.PERSON_BIRTH,
    "email": _A.PERSON_EMAIL,
    "first_name": _A.PERSON_NAME,
    "id_number": _A.PERSON_NUMBER,
    "last_name": _A.PERSON_NAME,
    "phone": _A.PERSON_PHONE,
    "relationship": _A.PERSON_ROLE,
    "ssn_last_4": _A.PERSON_SSN,
    "verification.additional_document": _A.PERSON_HOME_DOCUMENT,
    "verification": _A.PERSON_DOCUMENT,
}
_PERSON = re.compile(r"(individual|representative|owners|directors|executives|person_\w+)\.")
_NACHA = re.compile("R[0-9][0-9]")


def decline(word: str) -> DeclineReason:
    """Return why a card was refused, by Stripe's decline code."""
    return meaning(_DECLINES, word, field="last_payment_error.decline_code", safe=DeclineReason.UNKNOWN)


def dispute(word: str) -> DisputeReason:
    """Return why a payment is contested."""
    return meaning(_DISPUTES, word, field="dispute.reason", safe=DisputeReason.UNKNOWN)


def refund_failure(word: str) -> RefundFailure:
    """Return why a refund failed."""
    return meaning(_REFUNDS, word, field="refund.failure_reason", safe=RefundFailure.UNKNOWN)


def returned(word: str, code: str) -> str:
    """Return why a bank debit failed or came back: the bank's own code (Nacha), or else what Stripe says."""
    if _NACHA.fullmatch(code):
        return code
    return meaning(_RETURNS, word, field="bank debit's reason", safe=Uncoded.UNKNOWN).value


def stop(word: str) -> StopReason:
    """Return why an account is stopped."""
    if not word:
        return StopReason.NONE
    return meaning(_STOPS, word, field="account.requirements.disabled_reason", safe=StopReason.UNKNOWN)


def requirement(name: str) -> AccountRequirement:
    """Return what an account lacks; of a name that is more precise than ours, what its beginning means."""
    person = _PERSON.match(name)
    words, part = (_OF_PEOPLE, name[person.end() :]) if person else (_REQUIREMENTS, name)
    while part and part not in words:
        part = part.rpartition(".")[0]
    if not part:
        note("account.requirements", name)
    return words.get(part, AccountRequirement.OTHER)
