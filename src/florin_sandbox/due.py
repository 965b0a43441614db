"""What the passing of time does: sessions expire, authorisations lapse."""

from florin_sandbox import intents, sessions
from florin_sandbox.bank import Bank


def settle(bank: Bank) -> None:
    """Bring everything up to the clock. Safe to call as often as one likes."""
    while overdue := bank.store.overdue(bank.clock.now()):
        with bank.store.transaction():
            for thing in overdue:
                if thing["object"] == sessions.KIND:
                    sessions.close(bank, thing)
                else:
                    intents.authorisation_over(bank, thing)
    bank.courier.wake()
