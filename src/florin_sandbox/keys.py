"""Keys of the API: the secret key may do everything, a restricted one what its permissions name.

Permissions are called as in Stripe's refusals (`rak_checkout_session_write`); to write is to read, too.
"""

import base64
import binascii
import json
import secrets

from florin_sandbox import errors, ids
from florin_sandbox.bank import Bank
from florin_sandbox.operations import Operation

SETTING = "restricted_keys"
RESOURCES = {
    "session": "checkout_session",
    "intent": "payment_intent",
    "charge": "charge",
    "refund": "charge",
    "dispute": "dispute",
    "balance": "balance",
    "balance_transaction": "balance_transaction_source",
    "account": "connected_account",
    "account_link": "account_link",
    "capability": "connected_account",
    "login_link": "connected_account",
    "payout": "payout",
    "event": "event",
    "endpoint": "webhook",
}
"""What the permissions for an operation are about, by the first part of the operation's name."""
OWN_ACCOUNT = "accounts_kyc_basic"


PERMISSIONS = tuple(
    f"rak_{about}_{may}"
    for about in dict.fromkeys([*RESOURCES.values(), OWN_ACCOUNT])
    for may in ("read", "write")
)


def permission(operation: Operation) -> str:
    """The permission that an operation needs."""
    about = OWN_ACCOUNT if operation.name == "account.own" else RESOURCES[operation.name.partition(".")[0]]
    return f"rak_{about}_{'read' if operation.method == 'GET' else 'write'}"


def restrict(bank: Bank, permissions: list[str], key: str = "") -> str:
    """Give a restricted key these permissions and no others; a new key without one. Kept across restarts."""
    key = key or f"rk_test_{ids.text(24)}"
    bank.store.keep_setting(SETTING, json.dumps({**restricted(bank), key: permissions}))
    return key


def restricted(bank: Bank) -> dict[str, list[str]]:
    """All restricted keys with what they may do."""
    known: dict[str, list[str]] = json.loads(bank.store.setting(SETTING, "{}"))
    return known


def check(bank: Bank, authorization: str, operation: Operation) -> None:
    """Refuse a caller without a key of ours (401), or whose key may not do this (403).

    The key comes as bearer token or as basic user name.
    """
    scheme, _, value = authorization.partition(" ")
    if not value:
        raise errors.Refusal("You did not provide an API key.", status=401)
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            value = ""
    if secrets.compare_digest(value.encode(), bank.settings.api_key.encode()):
        return
    shown = f"{value[:8]}{'*' * 8}{value[-4:]}"
    known = restricted(bank).get(value)
    if known is None:
        raise errors.Refusal(f"Invalid API Key provided: {shown}", status=401)
    needed = permission(operation)
    if {needed, f"{needed.removesuffix('_read')}_write"}.isdisjoint(known):
        raise errors.no_permission(shown, needed)
