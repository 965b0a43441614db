"""The operations of the API: each has a name for faults and the record, an address, a reader and a doer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from florin_sandbox import (
    account_requests,
    accounts,
    balance,
    capabilities,
    disputes,
    endpoints,
    errors,
    evidence,
    expand,
    intents,
    listing,
    login_links,
    microdeposits,
    onboarding,
    payouts,
    refunds,
    sessions,
)
from florin_sandbox.bank import Bank
from florin_sandbox.params import Params
from florin_sandbox.store import Json

Reader = Callable[[Params, str], Any]
Doer = Callable[[Bank, Any], Json]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a caller can ask for.

    `read` turns the parameters into a wish and refuses what is not valid: nothing has begun yet, nothing is
    kept under the idempotency key. `do` carries the wish out; its refusals are answers like any other.
    """

    name: str
    method: str
    path: str
    read: Reader
    do: Doer


def _read_id(params: Params, identifier: str) -> str:
    params.only({"expand"})
    return identifier


def _read_bare(params: Params, identifier: str) -> str:
    params.only(())
    return identifier


def _read_list(kind: str, params: Params, _identifier: str) -> listing.Page:
    return listing.read(kind, params)


def _retrieve(kind: str, bank: Bank, identifier: str) -> Json:
    found = bank.store.get(kind, identifier)
    if found is None:
        raise errors.no_such(kind, identifier)
    return found


def _list(url: str, bank: Bank, page: listing.Page) -> Json:
    return listing.fetch(bank, page, url)


def _lines(bank: Bank, identifier: str) -> Json:
    sessions.find(bank, identifier)
    return expand.lines(bank, identifier)


def _read_lines(params: Params, identifier: str) -> str:
    params.only({"expand"})
    return identifier


def _read_movements(params: Params, _identifier: str) -> tuple[listing.Page, str | None]:
    return listing.read(balance.KIND, params), params.text("payout")


def _list_movements(bank: Bank, wish: tuple[listing.Page, str | None]) -> Json:
    page, payout = wish
    if payout:
        payouts.need_listable(bank, payout)
    found = listing.fetch(bank, page, B)
    return {**found, "data": [balance.show(bank, entry) for entry in found["data"]]}


def _capabilities(bank: Bank, identifier: str) -> Json:
    return capabilities.listed(accounts.find(bank, identifier))


def _lister(name: str, kind: str, path: str) -> Operation:
    return Operation(name, "GET", path, partial(_read_list, kind), partial(_list, path))


S, P, W = "/v1/checkout/sessions", "/v1/payment_intents", "/v1/webhook_endpoints"
A, B, D, Q = "/v1/accounts", "/v1/balance_transactions", "/v1/disputes", "/v1/payouts"
OPERATIONS = (
    Operation("session.create", "POST", S, sessions.read_create, sessions.create),
    _lister("session.list", sessions.KIND, S),
    Operation("session.retrieve", "GET", S + "/{id}", _read_id, sessions.find),
    Operation("session.line_items", "GET", S + "/{id}/line_items", _read_lines, _lines),
    Operation("session.expire", "POST", S + "/{id}/expire", sessions.read_expire, sessions.expire),
    _lister("intent.list", intents.KIND, P),
    Operation("intent.retrieve", "GET", P + "/{id}", _read_id, intents.find),
    Operation("intent.capture", "POST", P + "/{id}/capture", intents.read_capture, intents.capture),
    Operation("intent.cancel", "POST", P + "/{id}/cancel", intents.read_cancel, intents.cancel),
    Operation(
        "intent.verify_microdeposits",
        "POST",
        P + "/{id}/verify_microdeposits",
        microdeposits.read,
        microdeposits.verify,
    ),
    _lister("charge.list", "charge", "/v1/charges"),
    Operation("charge.retrieve", "GET", "/v1/charges/{id}", _read_id, partial(_retrieve, "charge")),
    Operation("refund.create", "POST", "/v1/refunds", refunds.read, refunds.create),
    _lister("refund.list", refunds.KIND, "/v1/refunds"),
    Operation("refund.retrieve", "GET", "/v1/refunds/{id}", _read_id, refunds.find),
    Operation("refund.cancel", "POST", "/v1/refunds/{id}/cancel", _read_id, refunds.cancel),
    _lister("dispute.list", disputes.KIND, D),
    Operation("dispute.retrieve", "GET", D + "/{id}", _read_id, disputes.find),
    Operation("dispute.update", "POST", D + "/{id}", evidence.read, evidence.update),
    Operation("dispute.close", "POST", D + "/{id}/close", _read_id, evidence.close),
    Operation("balance.retrieve", "GET", "/v1/balance", _read_id, balance.retrieve),
    Operation("balance_transaction.list", "GET", B, _read_movements, _list_movements),
    Operation("balance_transaction.retrieve", "GET", B + "/{id}", _read_id, balance.find),
    Operation("account.create", "POST", A, account_requests.read_create, accounts.create),
    _lister("account.list", accounts.KIND, A),
    Operation("account.own", "GET", "/v1/account", _read_id, accounts.own),
    Operation("account.retrieve", "GET", A + "/{id}", _read_id, accounts.find),
    Operation("capability.list", "GET", A + "/{id}/capabilities", _read_id, _capabilities),
    Operation("account.update", "POST", A + "/{id}", account_requests.read_update, accounts.update),
    Operation(
        "account_link.create",
        "POST",
        "/v1/account_links",
        account_requests.read_link,
        onboarding.create_link,
    ),
    Operation("login_link.create", "POST", A + "/{id}/login_links", _read_id, login_links.create),
    Operation("payout.create", "POST", Q, payouts.read, payouts.create),
    _lister("payout.list", payouts.KIND, Q),
    Operation("payout.retrieve", "GET", Q + "/{id}", _read_id, payouts.find),
    _lister("event.list", "event", "/v1/events"),
    Operation("event.retrieve", "GET", "/v1/events/{id}", _read_id, partial(_retrieve, "event")),
    Operation("endpoint.create", "POST", W, endpoints.read_create, endpoints.create),
    _lister("endpoint.list", endpoints.KIND, W),
    Operation("endpoint.retrieve", "GET", W + "/{id}", _read_id, endpoints.find),
    Operation("endpoint.update", "POST", W + "/{id}", endpoints.read_update, endpoints.update),
    Operation("endpoint.delete", "DELETE", W + "/{id}", _read_bare, endpoints.delete),
)
PAGE_OPERATIONS = ("intent.confirm", "intent.challenge", onboarding.OPERATION)
NAMES = (*(operation.name for operation in OPERATIONS), *PAGE_OPERATIONS)
