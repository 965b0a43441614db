"""Where every payment stands, counted from the record of money movements rather than from the objects."""

from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

SUMS = """
SELECT o.id, o.created, o.body ->> 'currency', o.body ->> 'status', o.parent, o.body ->> 'latest_charge',
       coalesce(sum(l.body ->> 'amount') FILTER (WHERE l.body ->> 'move' = 'authorised'), 0),
       coalesce(sum(l.body ->> 'amount') FILTER (WHERE l.body ->> 'move' = 'captured'), 0),
       coalesce(sum(l.body ->> 'amount') FILTER (WHERE l.body ->> 'move' = 'released'), 0),
       coalesce(sum(l.body ->> 'amount') FILTER (WHERE l.body ->> 'move' = 'refunded'), 0),
       coalesce(sum(l.body ->> 'fee') FILTER (WHERE l.body ->> 'move' = 'captured'), 0),
       o.body ->> 'metadata', o.body ->> 'description'
FROM object o LEFT JOIN log l ON l.kind = 'money' AND l.body ->> 'payment_intent' = o.id
WHERE o.kind = 'payment_intent'
GROUP BY o.seq ORDER BY o.seq
"""
NAMES = (
    "payment_intent",
    "created",
    "currency",
    "status",
    "session",
    "charge",
    "authorised",
    "captured",
    "released",
    "refunded",
    "fee",
)


def summary(bank: Bank) -> Json:
    """Per payment intent what was authorised, captured, released and refunded, and the totals by currency."""
    bank.journal.flush()
    intents = [dict(zip(NAMES, row, strict=False)) for row in bank.store.db.execute(SUMS).fetchall()]
    totals: dict[str, dict[str, int]] = {}
    for intent in intents:
        total = totals.setdefault(intent["currency"], dict.fromkeys(("captured", "refunded", "fee"), 0))
        for name in total:
            total[name] += intent[name]
    return {"payment_intents": intents, "totals": totals}
