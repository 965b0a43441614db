"""`expand[]`: ids in an answer replaced by the objects they stand for."""

from florin_sandbox import balance, errors
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

KINDS = {
    "payment_intent": "payment_intent",
    "latest_charge": "charge",
    "charge": "charge",
    "balance_transaction": "balance_transaction",
    "failure_balance_transaction": "balance_transaction",
}
SOURCES = {
    "ch_": "charge",
    "py_": "charge",
    "re_": "refund",
    "pyr": "refund",
    "dp_": "dispute",
    "po_": "payout",
}
DEEPEST = 4


def expand(bank: Bank, answer: Json, paths: list[str]) -> Json:
    """The answer with every path followed; refuses a path that leads nowhere."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST + (steps[0] == "data"):
            raise errors.invalid("expand", f"You cannot expand more than {DEEPEST} levels of a property.")
        _follow(bank, answer, steps, path)
    return answer


def _follow(bank: Bank, thing: Json, steps: list[str], path: str) -> None:
    if not steps:
        return
    step, *rest = steps
    if isinstance(thing.get(step), list):
        for entry in thing[step]:
            _follow(bank, entry, rest, path)
        return
    inner = _resolve(bank, thing, step, path)
    if inner is not None:
        thing[step] = inner
        _follow(bank, inner, rest, path)


def _resolve(bank: Bank, thing: Json, step: str, path: str) -> Json | None:
    if thing.get("object") == "checkout.session" and step == "line_items":
        return lines(bank, thing["id"])
    if thing.get("object") == "charge" and step == "refunds":
        return _refunds(bank, thing)
    if step not in thing:
        message = f"This property cannot be expanded ({path}). You may want to try expanding another."
        raise errors.invalid("expand", message)
    value = thing[step]
    if not isinstance(value, str):
        return value if isinstance(value, dict) else None
    kind = SOURCES.get(value[:3], "") if step == "source" else KINDS.get(step, "")
    found = bank.store.get(kind, value) if kind else None
    if found is None:
        raise errors.invalid("expand", f"This property cannot be expanded ({path}).")
    return balance.show(bank, found) if kind == balance.KIND else found


def lines(bank: Bank, session_id: str) -> Json:
    """A session's line items, as a list object."""
    entries = bank.store.private(session_id)["lines"]
    return {
        "object": "list",
        "data": entries,
        "has_more": False,
        "url": f"/v1/checkout/sessions/{session_id}/line_items",
    }


def _refunds(bank: Bank, charge: Json) -> Json:
    entries = [
        entry
        for entry in bank.store.children("refund", charge["payment_intent"])
        if entry["charge"] == charge["id"]
    ]
    return {
        "object": "list",
        "data": entries,
        "has_more": False,
        "url": f"/v1/charges/{charge['id']}/refunds",
    }
