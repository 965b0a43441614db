"""What the passing of time does: sessions expire, debits clear or come back, money is paid out."""

from collections.abc import Callable

from florin_sandbox import (
    accounts,
    bank_debits,
    disputes,
    intents,
    low_balance,
    microdeposits,
    payouts,
    refunds,
    sessions,
)
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

NOW_DUE = "SELECT body FROM object WHERE id = ? AND due <= ?"


def _see_intent(bank: Bank, intent: Json) -> None:
    if intent["status"] == "requires_capture":
        intents.authorisation_over(bank, intent)
    elif microdeposits.waits(intent):
        microdeposits.come_due(bank, intent)
    else:
        bank_debits.come_due(bank, intent)


DOERS: dict[str, Callable[[Bank, Json], None]] = {
    sessions.KIND: sessions.close,
    intents.KIND: _see_intent,
    "charge": intents.book_late,
    refunds.KIND: refunds.come_due,
    disputes.KIND: disputes.come_due,
    accounts.KIND: accounts.verify,
    payouts.KIND: payouts.move_on,
}


def settle(bank: Bank) -> None:
    """Bring everything up to the clock. Safe to call as often as one likes."""
    refunds.release(bank, low_balance.accounts(bank))
    while overdue := bank.store.overdue(bank.clock.now()):
        with bank.store.transaction():
            for thing in overdue:
                _see(bank, thing["id"])
    refunds.release(bank, low_balance.accounts(bank))
    payouts.payday(bank)
    bank.courier.wake()


def _see(bank: Bank, identifier: str) -> None:
    """Look at one thing as it is by now: what was due before it may have settled it."""
    with bank.store.scope(bank.store.owner(identifier)):
        for thing in bank.store.select(NOW_DUE, (identifier, bank.clock.now())):
            DOERS[thing["object"]](bank, thing)
