"""What happened, kept for ever and sent to whoever listens."""

from florin_sandbox import shapes
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

EVERYTHING = "*"
LISTENERS = """
SELECT body FROM object WHERE kind = 'webhook_endpoint' AND body ->> 'status' = 'enabled' AND (
    (account = ? AND coalesce(private ->> 'hears', 'own') IN ('own', 'both'))
    OR (account = '' AND account <> ? AND private ->> 'hears' IN ('connected', 'both'))
) ORDER BY seq DESC
"""


def emit(bank: Bank, kind: str, thing: Json) -> None:
    """Record an event about an object as it is now, and queue it for the endpoints that want it.

    The event of a connected account carries its id. It goes to the account's own endpoints and to those of
    the platform that hear connected accounts; one of the platform to its endpoints that hear itself.
    Part of the transaction that changed the object: no change without its event, no event without its change.
    """
    request = bank.request
    event = shapes.event(bank.clock.now(), kind, thing, request_id=request.id, key=request.key)
    account = bank.store.account or ""
    if account:
        event["account"] = account
    bank.store.add(event, parent=kind)
    about = str(thing.get("payment_intent") or thing.get("id") or account or kind)
    for endpoint in bank.store.select(LISTENERS, (account, account)):
        wanted = endpoint["enabled_events"]
        if kind in wanted or EVERYTHING in wanted:
            bank.courier.enqueue(event, about, endpoint["id"])
