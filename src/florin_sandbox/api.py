"""The wire: key checked, parameters read, faults applied, work done once, answer kept and sent."""

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from florin_sandbox import bank as banks
from florin_sandbox import connections, due, errors, expand, faults, ids
from florin_sandbox.idempotency import Answer, Keys, fingerprint
from florin_sandbox.operations import OPERATIONS, Operation
from florin_sandbox.params import Params, parse
from florin_sandbox.settings import API_VERSION
from florin_sandbox.store import Json

LARGEST_BODY = 1_000_000
LIES = {
    "wrong_amount": ("amount", "amount_total", "amount_subtotal", "amount_received", "amount_capturable"),
    "wrong_currency": ("currency",),
}


@dataclass(slots=True)
class Call:
    """One request on its way through."""

    operation: Operation
    wish: object
    expand: list[str]
    fault: faults.Fault
    request_id: str
    key: str
    print: str
    replayed: bool = False


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
        request_id = ids.new("req", 14)
        fault = faults.OK
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        replayed = False
        try:
            check_key(request, self.bank.settings.api_key)
            body = await read_body(request)
            call = self._read(request, operation, body, request_id)
            call.key, fault = key, call.fault
            answer = await self._answer(call)
            replayed = call.replayed
        except errors.Refusal as refusal:
            answer = refused(refusal, request_id)
        except faults.ServerError:
            answer = refused(errors.broken(), request_id)
        except faults.HangUp:
            self._note(operation, request, request_id, key, 0, fault, replayed=False)
            return connections.cut(request)
        self._note(operation, request, request_id, key, answer.status, fault, replayed=replayed)
        return respond(answer, request_id, key=key, replayed=replayed)

    def _read(self, request: Request, operation: Operation, body: bytes, request_id: str) -> Call:
        text = request.url.query if request.method == "GET" else body.decode("utf-8", "replace")
        params = Params(parse(text))
        paths = params.texts("expand")
        wish = operation.read(params, request.path_params.get("id", ""))
        fault = self.bank.faults.take(operation.name)
        return Call(operation, wish, paths, fault, request_id, "", fingerprint(request.url.path, body))

    async def _answer(self, call: Call) -> Answer:
        stored = self.keys.begin(call.key, call.print) if call.key else None
        try:
            await faults.before(call.fault)
            call.replayed = stored is not None
            answer = stored or self._work(call)
            fresh = self.bank.courier.take_fresh()
            if self.bank.courier.modes.before_response:
                await self.bank.courier.deliver_now(fresh)
        finally:
            self.keys.end(call.key)
        await faults.after(call.fault)
        return lie(answer, call.fault)

    def _work(self, call: Call) -> Answer:
        """Do the work and keep its answer, in one transaction."""
        due.settle(self.bank)
        with self.bank.store.transaction():
            self.bank.request = banks.Request(call.request_id, call.key or None)
            try:
                answer = self._do(call)
            finally:
                self.bank.request = banks.Request()
            if call.key:
                self.keys.keep(call.key, call.print, answer)
        return answer

    def _do(self, call: Call) -> Answer:
        sticky = call.fault.mode == "500_sticky"
        if sticky and not call.fault.effect:
            return refused(errors.broken(), call.request_id)
        try:
            with self.bank.store.savepoint():
                if call.fault.mode == "decline":
                    raise errors.declined()
                done = call.operation.do(self.bank, call.wish)
                answer = Answer(200, dump(expand.expand(self.bank, done, call.expand)))
        except errors.Refusal as refusal:
            return refused(refusal, call.request_id)
        return refused(errors.broken(), call.request_id) if sticky else answer

    def _note(
        self,
        operation: Operation,
        request: Request,
        request_id: str,
        key: str,
        status: int,
        fault: faults.Fault,
        *,
        replayed: bool,
    ) -> None:
        self.bank.journal.note(
            "api",
            operation=operation.name,
            request=request_id,
            path=request.url.path,
            key=key or None,
            status=status,
            replay=replayed,
            fault=fault.mode,
        )


def check_key(request: Request, api_key: str) -> None:
    """Refuse a caller without the secret key, sent as bearer token or as basic user name."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if not value:
        raise errors.Refusal("You did not provide an API key.", status=401)
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            value = ""
    if not secrets.compare_digest(value.encode(), api_key.encode()):
        shown = f"{value[:8]}{'*' * 8}{value[-4:]}"
        raise errors.Refusal(f"Invalid API Key provided: {shown}", status=401)


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


def respond(answer: Answer, request_id: str, *, key: str = "", replayed: bool = False) -> Response:
    """An answer with Stripe's headers."""
    headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION, "Cache-Control": "no-cache, no-store"}
    if key:
        headers["Idempotency-Key"] = key
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, answer.status, headers, media_type="application/json")


def lie(answer: Answer, fault: faults.Fault) -> Answer:
    """The answer, made wrong if that is ordered. What was done and kept stays right."""
    fields = LIES.get(fault.mode)
    if fields is None or answer.status != 200:  # noqa: PLR2004 - HTTP
        return answer
    told = json.loads(answer.body)
    for field in fields:
        if fault.mode == "wrong_currency" and field in told:
            told[field] = fault.currency or ("eur" if told[field] != "eur" else "usd")
        elif told.get(field):
            told[field] += fault.by
    return Answer(answer.status, dump(told))


async def unknown_url(request: Request) -> Response:
    """Nothing is served here."""
    message = f"Unrecognized request URL ({request.method}: {request.url.path})."
    return respond(refused(errors.Refusal(message, status=404), ""), ids.new("req", 14))
