"""Where every payment stands, counted from the record of money movements rather than from the objects."""

from florin_sandbox import balance
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

COUNTED = {
    "authorised": ("+authorised",),
    "captured": ("+captured", "+cleared"),
    "released": ("+released",),
    "refunded": ("+refunded", "-refund_failed"),
    "pending": ("+pending", "-cleared", "-failed"),
    "returned": ("+returned",),
    "disputed": ("+disputed", "-dispute_won"),
}
"""What is added up for each payment: which moves add to it, and which take from it."""
TOTALS = ("captured", "refunded", "returned", "disputed", "fee")
FACTS = ("payment_intent", "created", "currency", "status", "session", "charge", "method")
BELONGINGS = {
    "refunds": ("refund", ("id", "amount", "status")),
    "disputes": ("dispute", ("id", "amount", "status", "reason", "network_reason_code")),
}


def summary(bank: Bank, account: str | None) -> Json:
    """Of an account (`""` is the platform, None all) how each payment stands, its totals and its balance.

    Amounts are minor units; a refund that failed and a dispute that was won do not count.
    """
    bank.journal.flush()
    names = (*FACTS, *COUNTED, "fee")
    rows = bank.store.db.execute(_query(), (account,)).fetchall()
    intents: list[Json] = [dict(zip(names, row, strict=True)) for row in rows]
    totals: dict[str, dict[str, int]] = {}
    for intent in intents:
        total = totals.setdefault(intent["currency"], dict.fromkeys(TOTALS, 0))
        for name in total:
            total[name] += intent[name]
    for name, (kind, shown) in BELONGINGS.items():
        found = _belongings(bank, kind, shown)
        for intent in intents:
            intent[name] = found.get(intent["payment_intent"], [])
    return {"payment_intents": intents, "totals": totals, **balance.summary(bank, account)}


def _belongings(bank: Bank, kind: str, shown: tuple[str, ...]) -> dict[str, list[Json]]:
    columns = ", ".join(f"body ->> '{name}'" for name in shown)
    found: dict[str, list[Json]] = {}
    query = f"SELECT parent, {columns} FROM object WHERE kind = ? ORDER BY seq"  # noqa: S608 - fixed texts
    for parent, *values in bank.store.db.execute(query, (kind,)):
        found.setdefault(parent, []).append(dict(zip(shown, values, strict=True)))
    return found


def _query() -> str:
    sums = [f"coalesce(sum({_signed(moves)}), 0) AS {name}" for name, moves in COUNTED.items()]
    counted = ", ".join(f"coalesce({name}, 0)" for name in COUNTED)
    return f"""
        WITH moved AS MATERIALIZED (
            SELECT body ->> 'payment_intent' AS intent, body ->> 'move' AS move,
                   body ->> 'amount' AS amount, body ->> 'fee' AS fee
            FROM log WHERE kind = 'money'
        ), summed AS MATERIALIZED (
            SELECT intent, {", ".join(sums)},
                   coalesce(sum(fee) FILTER (WHERE move IN ('captured', 'cleared')), 0) AS fee
            FROM moved GROUP BY intent
        )
        SELECT i.id, i.created, i.body ->> 'currency', i.body ->> 'status', i.parent,
               i.body ->> 'latest_charge', c.body ->> '$.payment_method_details.type',
               {counted}, coalesce(fee, 0)
        FROM object i LEFT JOIN summed ON summed.intent = i.id
        LEFT JOIN object c ON c.id = i.body ->> 'latest_charge'
        WHERE i.kind = 'payment_intent' AND i.account = coalesce(?, i.account) ORDER BY i.seq
    """  # noqa: S608 - fixed texts


def _signed(moves: tuple[str, ...]) -> str:
    cases = " ".join(f"WHEN '{move[1:]}' THEN {move[0]}amount" for move in moves)
    return f"CASE move {cases} ELSE 0 END"
