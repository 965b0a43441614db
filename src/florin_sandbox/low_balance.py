"""Refunds that the available balance does not cover: they wait until it does, and fail after 45 days.

So it is at Stripe where a business's bank account is not debited for what is missing (its pages on refunds
and on pending refunds): a refund is booked when it is made, even if that makes the balance less than nothing,
and sent when it is covered. Here an account is like that once it was ordered to be.
"""

from florin_sandbox import balance, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

REASON = "insufficient_funds"
LONGEST_WAIT = 45 * shapes.DAY
_SETTING = "short:"
_ACCOUNTS = "SELECT name FROM setting WHERE name LIKE ? AND value <> '' ORDER BY name"
_WAITING = """
SELECT body FROM object WHERE kind = 'refund' AND account = ? AND body ->> 'pending_reason' = ? ORDER BY seq
"""


def order(bank: Bank, account: str, *, covers: bool) -> None:
    """Let refunds of an account wait for its balance from now on, or let its bank account cover them."""
    bank.store.keep_setting(_SETTING + account, "" if covers else "yes")


def is_short(bank: Bank, currency: str) -> bool:
    """Whether a refund that was booked just now has to wait, for the account in scope."""
    account = bank.store.account or ""
    available, _ = balance.standing(bank, account).get(currency, (0, 0))
    return available < 0 and bool(bank.store.setting(_SETTING + account))


def accounts(bank: Bank) -> list[str]:
    """The accounts whose refunds wait for their balance."""
    rows = bank.store.db.execute(_ACCOUNTS, (f"{_SETTING}%",))
    return [str(name).removeprefix(_SETTING) for (name,) in rows]


def covered(bank: Bank, account: str) -> list[Json]:
    """The waiting refunds that the balance covers by now, the oldest first; all, if it need not."""
    waiting = bank.store.select(_WAITING, (account, REASON))
    if not bank.store.setting(_SETTING + account):
        return waiting
    able = []
    held = {currency: available for currency, (available, _) in balance.standing(bank, account).items()}
    for refund in waiting:
        held[refund["currency"]] = held.get(refund["currency"], 0) + refund["amount"]
    for refund in waiting:
        if held[refund["currency"]] < refund["amount"]:
            break
        held[refund["currency"]] -= refund["amount"]
        able.append(refund)
    return able
