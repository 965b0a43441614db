"""Lists: newest first, cut into pages by `starting_after` and `ending_before`."""

from dataclasses import dataclass

from florin_sandbox import errors
from florin_sandbox.bank import Bank
from florin_sandbox.params import Params
from florin_sandbox.store import Json

LARGEST = 100
USUAL = 10
PAGING = frozenset({"limit", "starting_after", "ending_before", "expand"})
CREATED = {"created": "created"}
MOMENTS = {
    "payout": {**CREATED, "arrival_date": "body ->> 'arrival_date'"},
    "webhook_endpoint": {},
}
"""The times by which a list can be cut; of most kinds it is the one when they were created."""
BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
FILTERS = {
    "checkout.session": {
        "payment_intent": "body ->> 'payment_intent' = ?",
        "status": "body ->> 'status' = ?",
    },
    "payment_intent": {},
    "charge": {"payment_intent": "parent = ?"},
    "refund": {"payment_intent": "parent = ?", "charge": "body ->> 'charge' = ?"},
    "dispute": {"payment_intent": "parent = ?", "charge": "body ->> 'charge' = ?"},
    "balance_transaction": {
        "source": "parent = ?",
        "type": "body ->> 'type' = ?",
        "currency": "body ->> 'currency' = ?",
        # Those of one whose reconciliation is in progress are not known yet.
        "payout": "id IN (SELECT movement.id FROM movement JOIN object payout ON payout.id = movement.payout"
        " WHERE movement.payout = ? AND payout.body ->> 'reconciliation_status' = 'completed')",
    },
    "account": {},
    "payout": {"status": "body ->> 'status' = ?", "destination": "body ->> 'destination' = ?"},
    "event": {"type": "parent = ?"},
    "webhook_endpoint": {},
}
STATUSES = {
    "checkout.session": ("complete", "expired", "open"),
    "payout": ("canceled", "failed", "paid", "pending"),
}
"""The words by which a list can be cut; what goes by another one is no filter."""
MORE = {"event": {"types"}}


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of which list the caller wants."""

    kind: str
    limit: int
    after: str | None
    before: str | None
    conditions: tuple[tuple[str, str | int], ...]


def read(kind: str, params: Params) -> Page:
    """The page the caller asks for."""
    filters: dict[str, str] = FILTERS[kind]
    moments = MOMENTS.get(kind, CREATED)
    params.only(PAGING | filters.keys() | moments.keys() | MORE.get(kind, set()))
    limit = params.integer("limit", least=1) or USUAL
    if limit > LARGEST:
        message = f"This value must be less than or equal to {LARGEST} (you passed {limit})."
        raise errors.invalid("limit", message, "parameter_invalid_integer")
    conditions: list[tuple[str, str | int]] = [
        (filters[name], value) for name in filters if (value := _wanted(kind, params, name))
    ]
    if params.has("types"):
        conditions += _any_of(params.texts("types"))
    return Page(
        kind,
        limit,
        params.text("starting_after"),
        params.text("ending_before"),
        (*conditions, *_moments(params, moments)),
    )


def _wanted(kind: str, params: Params, name: str) -> str | None:
    return params.choice(name, STATUSES[kind], "") if name == "status" else params.text(name)


def _moments(params: Params, moments: dict[str, str]) -> list[tuple[str, str | int]]:
    return [condition for name, column in moments.items() for condition in _bounds(params, name, column)]


def _bounds(params: Params, name: str, column: str) -> list[tuple[str, str | int]]:
    if not params.nested(name):
        exact = params.integer(name)
        return [] if exact is None else [(f"{column} = ?", exact)]
    bounds = params.group(name)
    bounds.only(BOUNDS)
    return [
        (f"{column} {sign} ?", value)
        for bound, sign in BOUNDS.items()
        if (value := bounds.integer(bound)) is not None
    ]


def _any_of(kinds: list[str]) -> list[tuple[str, str | int]]:
    # One condition holds one value: the names go in as one text with separators.
    return [("instr(?, ',' || parent || ',')", f",{','.join(kinds)},")]


def fetch(bank: Bank, page: Page, url: str) -> Json:
    """That part of the list, newest first."""
    conditions = [("kind = ?", page.kind), *bank.store.mine(), *page.conditions]
    backwards = page.before is not None
    if page.after is not None:
        conditions.append(("seq < ?", _place(bank, page.kind, page.after, "starting_after")))
    if page.before is not None:
        conditions.append(("seq > ?", _place(bank, page.kind, page.before, "ending_before")))
    where = " AND ".join(condition for condition, _ in conditions)
    found = bank.store.select(
        f"SELECT body FROM object WHERE {where} ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT ?",  # noqa: S608 - fixed texts
        [*(value for _, value in conditions), page.limit + 1],
    )
    has_more = len(found) > page.limit
    data = found[: page.limit]
    return {"object": "list", "data": data[::-1] if backwards else data, "has_more": has_more, "url": url}


def _place(bank: Bank, kind: str, identifier: str, param: str) -> int:
    place = bank.store.place(kind, identifier)
    if place is None:
        raise errors.no_such(kind, identifier, param)
    return place
