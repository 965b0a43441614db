"""The sandbox in one hand: its memory, clock, record, orders and courier."""

from dataclasses import dataclass, field

from florin_sandbox.clock import Clock
from florin_sandbox.faults import Faults
from florin_sandbox.journal import Journal
from florin_sandbox.settings import Settings
from florin_sandbox.store import Store
from florin_sandbox.webhooks import Courier


@dataclass(slots=True)
class Request:
    """Who asked for what is being done right now; both empty for payers and the clock."""

    id: str | None = None
    key: str | None = None


@dataclass(slots=True)
class Bank:
    """Everything an operation works with."""

    settings: Settings
    store: Store
    clock: Clock
    journal: Journal
    faults: Faults
    courier: Courier
    request: Request = field(default_factory=Request)


def open_bank(settings: Settings) -> Bank:
    """The sandbox of this data folder, as it was left."""
    path = settings.data / "sandbox.db"
    is_new = not path.exists()
    store = Store(path)
    clock = Clock(store)
    if is_new:
        clock.begin(settings.begin_days_ago)
    journal = Journal(store, clock)
    return Bank(
        settings=settings,
        store=store,
        clock=clock,
        journal=journal,
        faults=Faults(),
        courier=Courier(store, clock, journal),
    )
