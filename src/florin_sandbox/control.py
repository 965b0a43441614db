"""The control API: order failures, move the clock, read what the bank did."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from florin_sandbox import (
    accounts,
    commands,
    conversions,
    due,
    endpoints,
    faults,
    intents,
    keys,
    operations,
    refusals,
    report,
)
from florin_sandbox.bank import Bank
from florin_sandbox.commands import BadOrder
from florin_sandbox.mailbox import orders
from florin_sandbox.store import Json
from florin_sandbox.webhooks import Modes


class Control:
    """Carries out orders."""

    def __init__(self, bank: Bank, mail: orders.Orders) -> None:
        self.bank = bank
        self.mail = mail

    def routes(self) -> list[Route]:
        """Every order, behind the token."""
        return commands.routes(
            self.bank,
            ("GET", "/control", self.standing),
            ("POST", "/control/faults", self.fault),
            ("POST", "/control/release", self.release),
            ("POST", "/control/reset", self.reset),
            ("POST", "/control/webhooks", self.webhooks),
            ("POST", "/control/clock", self.clock),
            ("POST", "/control/keys", self.restrict),
            ("POST", "/control/mail", self.mail_order),
            ("GET", "/control/log", self.log),
            ("GET", "/control/summary", self.summary),
        )

    async def standing(self, _request: Request) -> Response:
        """What is ordered now."""
        modes = self.bank.courier.modes
        return JSONResponse(
            {
                "operations": list(operations.NAMES),
                "faults": self.bank.faults.standing(),
                "webhooks": {item.name: getattr(modes, item.name) for item in fields(modes)},
                "mail": self.mail.standing(),
                "clock": {"now": self.bank.clock.now(), "offset": self.bank.clock.offset},
            }
        )

    async def fault(self, request: Request) -> Response:
        """Order an operation to fail: `{"operation", "mode"}` and what the mode needs."""
        order = await commands.read(request, {"operation", "mode", *faults.DETAILS})
        operation = order.pop("operation", faults.ANY)
        if operation not in {*operations.NAMES, faults.ANY}:
            raise BadOrder(f"There is no operation {operation}.")
        mode, modes = order.get("mode"), (*faults.MODES, *refusals.MODES)
        if mode not in modes:
            raise BadOrder(f"mode must be one of {', '.join(modes)}.")
        if mode in refusals.MODES and operation in operations.PAGE_OPERATIONS:
            raise BadOrder(f"{operation} is a page's, which gives none of the API's answers.")
        self.bank.faults.order(operation, faults.Fault(**order))
        self.bank.journal.note("control", order="fault", operation=operation, **order)
        return JSONResponse({"faults": self.bank.faults.standing()})

    async def release(self, request: Request) -> Response:
        """Let held calls go on: `{"operation"?}`."""
        order = await commands.read(request, {"operation"})
        self.bank.faults.release(order.get("operation", faults.ANY))
        return JSONResponse({"faults": self.bank.faults.standing()})

    async def reset(self, _request: Request) -> Response:
        """End every order, for operations, notices and mail. The clock and the data stay."""
        self.bank.faults.clear()
        self.mail.clear()
        with self.bank.store.transaction():
            self.bank.store.keep_setting(intents.LATE, "0")
        self.bank.courier.modes = Modes(counted=self.bank.courier.modes.counted)
        self.bank.courier.release()
        conversions.forget(self.bank)
        self.bank.journal.note("control", order="reset")
        return JSONResponse({"ok": True})

    async def webhooks(self, request: Request) -> Response:
        """Order how notices misbehave: `{"mode", …}`."""
        allowed = {"mode", "seed", "n", "p", "seconds", "times", "endpoint", "overlap"}
        order = await commands.read(request, allowed)
        doer = WEBHOOK_ORDERS.get(str(order.get("mode")))
        if doer is None:
            raise BadOrder(f"mode must be one of {', '.join(WEBHOOK_ORDERS)}.")
        answer = doer(self.bank, order)
        self.bank.journal.note("control", order="webhooks", **order)
        return JSONResponse(answer or {"ok": True})

    async def clock(self, request: Request) -> Response:
        """Move the clock on: `{"advance": seconds}`; what that makes due happens before the answer."""
        order = await commands.read(request, {"advance"})
        try:
            self.bank.clock.advance(float(order.get("advance", 0)))
        except (TypeError, ValueError) as error:
            raise BadOrder("advance is a number of seconds, not below 0.") from error
        due.settle(self.bank)
        self.bank.courier.wake()
        self.bank.journal.note("control", order="clock", advance=order.get("advance"))
        return JSONResponse({"now": self.bank.clock.now(), "offset": self.bank.clock.offset})

    async def restrict(self, request: Request) -> Response:
        """Make a restricted key, or change what one may do: `{"permissions", "key"?}`."""
        order = await commands.read(request, {"permissions", "key"})
        permissions, key = order.get("permissions"), order.get("key", "")
        if permissions is None or any(one not in keys.PERMISSIONS for one in permissions):
            raise BadOrder(f"permissions is a list of {', '.join(keys.PERMISSIONS)}.")
        if key and key not in keys.restricted(self.bank):
            raise BadOrder("There is no such restricted key.")
        key = keys.restrict(self.bank, permissions, key)
        self.bank.journal.note("control", order="keys", permissions=permissions)
        return JSONResponse({"key": key, "permissions": permissions})

    async def mail_order(self, request: Request) -> Response:
        """Order the mail server to fail: `{"mode", "to"?, "times"?, "seconds"?}`."""
        order = await commands.read(request, {"mode", "to", "times", "seconds"})
        if order.get("mode") not in orders.MODES:
            raise BadOrder(f"mode must be one of {', '.join(orders.MODES)}.")
        self.mail.add(orders.Order(**order))
        self.bank.journal.note("control", **{**order, "order": "mail"})
        return JSONResponse({"mail": self.mail.standing()})

    async def log(self, request: Request) -> Response:
        """Everything the bank did, as JSON lines: `?after=seq&kind=money`."""
        query = request.query_params
        after = query.get("after", "0")
        entries = self.bank.journal.read(
            after=int(after[:18]) if after.isdecimal() else 0, kind=query.get("kind", "")
        )
        return Response(
            "".join(json.dumps(entry) + "\n" for entry in entries), media_type="application/x-ndjson"
        )

    async def summary(self, request: Request) -> Response:
        """Where every payment and balance stands; of one account with `?account=acct_…`."""
        account = request.query_params.get("account")
        known = None if account is None else accounts.acting(self.bank, account)
        return JSONResponse(report.summary(self.bank, known))


def _set(**names: str) -> Callable[[Bank, Json], None]:
    """An order that sets courier modes from its own fields."""

    def carry_out(bank: Bank, order: Json) -> None:
        values: dict[str, Any] = {mode: order[name] for mode, name in names.items() if name in order}
        bank.courier.modes = replace(bank.courier.modes, **values)

    return carry_out


def _hold(bank: Bank, _order: Json) -> None:
    bank.courier.modes.hold = True


def _release(bank: Bank, _order: Json) -> None:
    bank.courier.release()


def _before_response(bank: Bank, _order: Json) -> None:
    bank.courier.modes.before_response = True


def _ok(bank: Bank, _order: Json) -> None:
    bank.courier.modes = Modes(counted=bank.courier.modes.counted)
    bank.courier.release()


def _rotate(bank: Bank, order: Json) -> Json:
    known = bank.store.newest(endpoints.KIND, 1)
    identifier = order.get("endpoint") or (known[0]["id"] if known else "")
    return endpoints.rotate(bank, identifier, float(order.get("overlap", endpoints.OVERLAP)))


WEBHOOK_ORDERS: dict[str, Callable[[Bank, Json], Json | None]] = {
    "ok": _ok,
    "hold": _hold,
    "release": _release,
    "before_response": _before_response,
    "shuffle": lambda bank, order: _set(shuffle_seed="seed", shuffle_seconds="seconds")(
        bank, {"seed": 0, **order}
    ),
    "duplicate": lambda bank, order: _set(duplicate="n")(bank, {"n": 2, **order}),
    "drop": lambda bank, order: _set(drop="p", drop_seed="seed")(bank, {"p": 1.0, **order}),
    "delay": lambda bank, order: _set(delay="seconds")(bank, {"seconds": 1.0, **order}),
    "bad_signature": lambda bank, order: _set(bad_signature="times")(bank, {"times": 1, **order}),
    "old_timestamp": lambda bank, order: _set(old_timestamp="times")(bank, {"times": 1, **order}),
    "rotate_secret": _rotate,
}
