"""What happened, kept for ever and sent to whoever listens."""

from florin_sandbox import shapes
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

EVERYTHING = "*"


def emit(bank: Bank, kind: str, thing: Json) -> None:
    """Record an event about an object as it is now, and queue it for the endpoints that want it.

    Part of the transaction that changed the object: no change without its event, no event without its change.
    """
    request = bank.request
    event = shapes.event(bank.clock.now(), kind, thing, request_id=request.id, key=request.key)
    bank.store.add(event, parent=kind)
    about = str(thing.get("payment_intent") or thing["id"])
    for endpoint in bank.store.newest("webhook_endpoint", 16):
        wanted = endpoint["enabled_events"]
        if kind in wanted or EVERYTHING in wanted:
            bank.courier.enqueue(event, about, endpoint["id"])
