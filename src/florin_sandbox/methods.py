"""Ways to pay: which of them a caller allows, and which of those account, currency and capture permit.

As at Stripe since version endive what does not fit is left out in silence; only a session that no way is left
for is refused.
"""

from florin_sandbox import accounts, errors
from florin_sandbox.bank import Bank
from florin_sandbox.params import Params
from florin_sandbox.store import Json

CARD = "card"
BANK_DEBIT = "us_bank_account"
KNOWN = (CARD, BANK_DEBIT)
VERIFICATIONS = ("automatic", "instant")
NONE_LEFT = (
    "No valid payment method types for this Checkout Session. Switch on one that fits its currency,"
    " or allow another."
)


def read_allowed(params: Params) -> list[str] | None:
    """The ways that the caller allows, each once; None for whatever is possible."""
    return list(dict.fromkeys(params.choices("allowed_payment_method_types", KNOWN))) or None


def read_options(params: Params) -> Json:
    """How each way is to be carried out, whether or not it will be offered."""
    group = params.alone("payment_method_options", BANK_DEBIT)
    debits = group.alone(BANK_DEBIT, "verification_method")
    return {
        CARD: {"request_three_d_secure": "automatic"},
        BANK_DEBIT: {
            "verification_method": debits.choice("verification_method", VERIFICATIONS, VERIFICATIONS[0])
        },
    }


def offered(bank: Bank, allowed: list[str] | None, *, currency: str, capture_method: str) -> list[str]:
    """The ways to pay on a page. Refuses if there is none."""
    active = accounts.active_methods(bank)
    left = [
        method
        for method in allowed or KNOWN
        if method in active and (method != BANK_DEBIT or (currency == "usd" and capture_method != "manual"))
    ]
    if not left:
        raise errors.Refusal(NONE_LEFT)
    return left
