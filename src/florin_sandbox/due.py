"""What the passing of time does: sessions expire, authorisations lapse."""

from collections.abc import Callable

from florin_sandbox import intents, sessions
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

DOERS: dict[str, Callable[[Bank, Json], None]] = {
    sessions.KIND: sessions.close,
    intents.KIND: intents.authorisation_over,
}


def settle(bank: Bank) -> None:
    """Bring everything up to the clock. Safe to call as often as one likes."""
    while overdue := bank.store.overdue(bank.clock.now()):
        with bank.store.transaction():
            for thing in overdue:
                with bank.store.scope(bank.store.owner(thing["id"])):
                    DOERS[thing["object"]](bank, thing)
    bank.courier.wake()
