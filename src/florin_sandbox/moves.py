"""The record's entries about money, written in the transaction that moves it."""

from florin_sandbox.bank import Bank
from florin_sandbox.store import Json


def write(bank: Bank, move: str, thing: Json, amount: int, **facts: object) -> None:
    """Record that an amount, in minor units, moved for an intent or for what belongs to one."""
    bank.journal.write(
        "money",
        move=move,
        payment_intent=thing.get("payment_intent") or thing["id"],
        amount=amount,
        currency=thing["currency"],
        **facts,
    )
