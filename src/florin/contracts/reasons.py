"""Why something did not go well at a processor: our own words, which every gateway translates its own into.

The values are what is stored. A value that is not one of them was written before there were these words and
is a processor's own; it is read as what it meant (``contracts/former_words.py``), or else as the last one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from florin.contracts import former_words


@dataclass(frozen=True, slots=True)
class Code:
    """What a scheme itself calls a reason: kept for the record, and for questions to it; never for people.

    ``scheme`` is the processor, ``nacha``, or a card's network.
    """

    scheme: str
    code: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.code}" if self.code else ""


NO_CODE = Code("", "")


class _Reason(StrEnum):
    """A reason that is read from whatever is stored; its last member stands for all that we do not know."""

    @classmethod
    def _missing_(cls, value: object) -> Self:
        return cls(_FORMER.get(cls, {}).get(str(value), list(cls)[-1].value))


class DeclineReason(_Reason):
    """Why a card, or a bank account, was refused."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED_CARD = "expired_card"
    WRONG_SECURITY_CODE = "wrong_security_code"
    WRONG_DETAILS = "wrong_details"
    NOT_AUTHENTICATED = "not_authenticated"
    BANK_AWAY = "bank_away"
    LIMIT_REACHED = "limit_reached"
    NOT_FOR_THIS = "not_for_this"
    UNKNOWN = "unknown"


class DisputeReason(_Reason):
    """Why a payer contests a payment."""

    CREDIT_NOT_PROCESSED = "credit_not_processed"
    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"
    NOT_AUTHORISED = "not_authorised"
    PRODUCT_NOT_RECEIVED = "product_not_received"
    PRODUCT_UNACCEPTABLE = "product_unacceptable"
    SUBSCRIPTION_CANCELED = "subscription_canceled"
    UNRECOGNIZED = "unrecognized"
    AGAINST_THE_RULES = "against_the_rules"
    GENERAL = "general"
    UNKNOWN = "unknown"


class RefundFailure(_Reason):
    """Why a refund did not arrive."""

    CARD_LOST = "card_lost"
    CARD_CLOSED = "card_closed"
    DECLINED = "declined"
    LOW_BALANCE = "low_balance"
    DISPUTED = "disputed"
    CANCELLED = "cancelled"
    KEY = "key"  # these two: it was never made
    PERMISSION = "permission"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class StopReason(_Reason):
    """Why a processor does not, or not yet, let an account take payments."""

    NONE = ""
    UNREACHABLE = "unreachable"
    NO_METHOD = "no_method"
    LIST_CHECK = "list_check"
    REVIEW = "review"
    PAUSED_HERE = "paused_here"
    FRAUD = "fraud"
    FRAUD_SEEN_HERE = "fraud_seen_here"
    NOT_VERIFIED = "not_verified"
    LISTED = "listed_business"
    CLOSED_HERE = "closed_here"
    TERMS = "terms"
    TRADE = "trade"
    REFUSED = "refused"
    PAST_DUE = "past_due"
    VERIFYING = "verifying"
    UNKNOWN = "unknown"


class AccountRequirement(_Reason):
    """What a processor still wants to know of a company (R2)."""

    TRADE = "trade"
    TRADING_NAME = "trading_name"
    GOODS = "goods"
    SUPPORT_EMAIL = "support_email"
    SUPPORT_PHONE = "support_phone"
    WEBSITE = "website"
    KIND_OF_BUSINESS = "kind_of_business"
    BUSINESS_ADDRESS = "business_address"
    DIRECTORS = "directors"
    EXECUTIVES = "executives"
    LEGAL_NAME = "legal_name"
    OWNERS = "owners"
    BUSINESS_PHONE = "business_phone"
    REGISTRATION_NUMBER = "registration_number"
    LEGAL_FORM = "legal_form"
    TAX_ID = "tax_id"
    BUSINESS_DOCUMENT = "business_document"
    BANK_ACCOUNT_DOCUMENT = "bank_account_document"
    BANK_ACCOUNT = "bank_account"
    STATEMENT_NAME = "statement_name"
    TERMS = "terms"
    PERSON_ADDRESS = "person_address"
    PERSON_BIRTH = "person_birth"
    PERSON_EMAIL = "person_email"
    PERSON_NAME = "person_name"
    PERSON_NUMBER = "person_number"
    PERSON_PHONE = "person_phone"
    PERSON_ROLE = "person_role"
    PERSON_SSN = "person_ssn"
    PERSON_HOME_DOCUMENT = "person_home_document"
    PERSON_DOCUMENT = "person_document"
    OTHER = "other"


_FORMER: Mapping[type[_Reason], Mapping[str, str]] = {
    DeclineReason: former_words.DECLINES,
    DisputeReason: former_words.DISPUTES,
    RefundFailure: former_words.REFUNDS,
    StopReason: former_words.STOPS,
}
