"""Connected accounts: the businesses that a platform takes payments for."""

from florin_sandbox import errors
from florin_sandbox.bank import Bank

KIND = "account"


def acting(bank: Bank, header: str) -> str:
    """The account that a request with this `Stripe-Account` header works for; `""` is the platform."""
    if header and bank.store.get(KIND, header) is None:
        raise errors.no_account(header)
    return header
