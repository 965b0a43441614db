"""Where every payment stands, counted from the record of money movements rather than from the objects."""

from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

SUMS = """
WITH moved AS MATERIALIZED (
    SELECT body ->> 'payment_intent' AS intent, body ->> 'move' AS move,
           body ->> 'amount' AS amount, body ->> 'fee' AS fee
    FROM log WHERE kind = 'money'
), summed AS MATERIALIZED (
    SELECT intent,
           coalesce(sum(amount) FILTER (WHERE move = 'authorised'), 0) AS authorised,
           coalesce(sum(amount) FILTER (WHERE move = 'captured'), 0) AS captured,
           coalesce(sum(amount) FILTER (WHERE move = 'released'), 0) AS released,
           coalesce(sum(amount) FILTER (WHERE move = 'refunded'), 0) AS refunded,
           coalesce(sum(fee) FILTER (WHERE move = 'captured'), 0) AS fee
    FROM moved GROUP BY intent
)
SELECT o.id, o.created, o.body ->> 'currency', o.body ->> 'status', o.parent, o.body ->> 'latest_charge',
       coalesce(authorised, 0), coalesce(captured, 0), coalesce(released, 0), coalesce(refunded, 0),
       coalesce(fee, 0)
FROM object o LEFT JOIN summed ON summed.intent = o.id
WHERE o.kind = 'payment_intent' ORDER BY o.seq
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
    intents = [dict(zip(NAMES, row, strict=True)) for row in bank.store.db.execute(SUMS).fetchall()]
    totals: dict[str, dict[str, int]] = {}
    for intent in intents:
        total = totals.setdefault(intent["currency"], dict.fromkeys(("captured", "refunded", "fee"), 0))
        for name in total:
            total[name] += intent[name]
    return {"payment_intents": intents, "totals": totals}
