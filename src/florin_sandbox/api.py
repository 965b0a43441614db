"""The wire: key checked, parameters read, faults applied, work done once, answer kept and sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from florin_sandbox import accounts, connections, due, errors, expand, faults, ids, keys, refusals
from florin_sandbox import bank as banks
from florin_sandbox.idempotency import Answer, Keys, fingerprint, slot
from florin_sandbox.operations import OPERATIONS, Operation
from florin_sandbox.params import Params, parse
from florin_sandbox.settings import API_VERSION
from florin_sandbox.store import Json

LARGEST_BODY = 1_000_000
LIES = {
    "wrong_amount": ("amount", "amount_total", "amount_subtotal", "amount_received", "amount_capturable"),
    "wrong_currency": ("currency",),
    "wrong_field": (),
}


@dataclass(slots=True)
class Call:
    """One request on its way through; `done` is the status its work ended with, once it is recorded."""

    operation: Operation
    request: Request
    id: str
    key: str
    account: str = ""
    fault: faults.Fault = field(default_factory=lambda: faults.OK)
    expand: list[str] = field(default_factory=list)
    wish: object = None
    print: str = ""
    replayed: bool = False
    done: int | None = None

    @property
    def slot(self) -> str:
        """Where the answer to its key is kept; empty without a key."""
        return slot(self.key, self.account)


class Api:
    """Answers the operations of the Stripe API."""

    def __init__(self, bank: banks.Bank) -> None:
        self.bank = bank
        self.keys = Keys(bank)

    def routes(self) -> list[Route]:
        """One route for every operation."""
        return [
            Route(operation.path, partial(self.serve, operation=operation), methods=[operation.method])
            for operation in OPERATIONS
        ]

    async def serve(self, request: Request, operation: Operation) -> Response:
        """Answer one request, whatever happens."""
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        call = Call(operation, request, ids.new("req", 14), key)
        try:
            answer = await self._answer(call)
        except errors.Refusal as refusal:
            self._note(call, refusal.status)
            return respond(refused(refusal, call.id), call.id, key=key, more=refusal.headers)
        except refusals.Unanswered as silence:
            self._note(call, silence.status)
            return Response(silence.page(), silence.status, media_type="text/html")
        except faults.ServerError:
            answer = refused(errors.broken(), call.id)
        except faults.HangUp:
            self._note(call, 0)
            return connections.cut(request)
        self._note(call, answer.status)
        return respond(answer, call.id, key=key, replayed=call.replayed)

    async def _answer(self, call: Call) -> Answer:
        await self._read(call)
        stored = self.keys.begin(call.slot, call.print) if call.key else None
        try:
            call.fault = self.bank.faults.take(call.operation.name)
            await faults.before(call.fault)
            refusals.before(call.fault)
            call.replayed = stored is not None
            answer = stored or self._work(call)
            await self.bank.courier.dispatch()
        finally:
            self.keys.end(call.slot)
        await faults.after(call.fault)
        refusals.after(call.fault)
        return lie(answer, call.fault)

    async def _read(self, call: Call) -> None:
        """Everything that can be refused before anything has begun."""
        request = call.request
        keys.check(self.bank, request.headers.get("authorization", ""), call.operation)
        check_version(request)
        call.account = accounts.acting(self.bank, request.headers.get("stripe-account", ""))
        body = await read_body(request)
        params = Params(
            parse(request.url.query if request.method == "GET" else body.decode("utf-8", "replace"))
        )
        call.expand = params.texts("expand")
        call.wish = call.operation.read(params, request.path_params.get("id", ""))
        call.print = fingerprint(request.url.path, body)

    def _work(self, call: Call) -> Answer:
        """Do the work, keep its answer and record it, all in one transaction."""
        due.settle(self.bank)
        with self.bank.store.scope(call.account):
            return self._do(call) if call.operation.method == "GET" else self._change(call)

    def _change(self, call: Call) -> Answer:
        with self.bank.store.transaction():
            self.bank.request = banks.Request(call.id, call.key or None)
            try:
                answer = self._do(call)
            finally:
                self.bank.request = banks.Request()
            if call.key:
                self.keys.keep(call.slot, call.print, answer)
            self.bank.journal.write("api", **facts(call, answer.status))
        call.done = answer.status
        return answer

    def _do(self, call: Call) -> Answer:
        sticky = call.fault.mode == "500_sticky"
        if sticky and not call.fault.effect:
            return refused(errors.broken(), call.id)
        try:
            with self.bank.store.savepoint():
                if call.fault.mode == "decline":
                    raise errors.declined()
                done = call.operation.do(self.bank, call.wish)
                answer = Answer(200, dump(expand.expand(self.bank, done, call.expand)))
        except errors.Refusal as refusal:
            return refused(refusal, call.id)
        return refused(errors.broken(), call.id) if sticky else answer

    def _note(self, call: Call, sent: int) -> None:
        """Record what was sent, where the work's own entry does not say it already; 0 is a cut connection."""
        if call.done != sent:
            self.bank.journal.note("api", **facts(call, sent))


def facts(call: Call, status: int) -> Json:
    """A call as the record shows it."""
    return {
        "operation": call.operation.name,
        "account": call.account or None,
        "request": call.id,
        "path": call.request.url.path,
        "key": call.key or None,
        "status": status,
        "replay": call.replayed,
        "fault": call.fault.mode,
    }


def check_version(request: Request) -> None:
    """Refuse a version of the API that is not spoken here; without the header it is ours."""
    version = request.headers.get("stripe-version", API_VERSION)
    if version != API_VERSION:
        raise errors.Refusal(f"Invalid Stripe API version: {version}")


async def read_body(request: Request) -> bytes:
    """The request's body, within bounds."""
    body = await request.body()
    if len(body) > LARGEST_BODY:
        raise errors.Refusal("The request is too large.", status=413)
    return body


def dump(thing: Json) -> bytes:
    """JSON as it goes over the wire."""
    return json.dumps(thing).encode()


def refused(refusal: errors.Refusal, request_id: str) -> Answer:
    """A refusal as an answer."""
    return Answer(refusal.status, dump(refusal.body(request_id)))


def respond(
    answer: Answer,
    request_id: str,
    *,
    key: str = "",
    replayed: bool = False,
    more: Mapping[str, str] | None = None,
) -> Response:
    """An answer with Stripe's headers."""
    headers = {
        "Request-Id": request_id,
        "Stripe-Version": API_VERSION,
        "Cache-Control": "no-cache, no-store",
        **(more or {}),
    }
    if key:
        headers["Idempotency-Key"] = key
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, answer.status, headers, media_type="application/json")


def lie(answer: Answer, fault: faults.Fault) -> Answer:
    """The answer, made wrong if that is ordered, a list entry by entry. What was done stays right."""
    fields = LIES.get(fault.mode)
    if fields is None or answer.status != 200:  # noqa: PLR2004 - HTTP
        return answer
    told = json.loads(answer.body)
    things = told["data"] if told.get("object") == "list" else [told]
    if fault.mode == "wrong_field":
        _bend(things[:1], fault)
    for thing in things:
        for name in fields:
            if fault.mode == "wrong_currency" and name in thing:
                thing[name] = fault.currency or ("eur" if thing[name] != "eur" else "usd")
            elif thing.get(name):
                thing[name] += fault.by
    return Answer(answer.status, dump(told))


def _bend(things: list[Json], fault: faults.Fault) -> None:
    """Give a field another value, or none at all."""
    for thing in things:
        thing[fault.name] = fault.value
        if fault.value is None:
            del thing[fault.name]


async def unknown_url(request: Request) -> Response:
    """Nothing is served here."""
    message = f"Unrecognized request URL ({request.method}: {request.url.path})."
    return respond(refused(errors.Refusal(message, status=404), ""), ids.new("req", 14))
