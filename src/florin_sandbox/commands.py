"""How orders at the control API are guarded, read and refused."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from florin_sandbox import errors
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json
from florin_sandbox.tokens import Endpoint, needs_token

LONGEST_BODY = 100_000
KINDS: dict[str, type | tuple[type, ...]] = {
    "times": int,
    "by": int,
    "n": int,
    "seed": int,
    "amount": int,
    "seconds": (int, float),
    "overlap": (int, float),
    "advance": (int, float),
    "p": (int, float),
    "effect": bool,
    "inquiry": bool,
    "include_pending": bool,
    "reconciled": bool,
    "covers_refunds": bool,
    "bank": dict,
    "rates": dict,
    "permissions": list,
    "retry_after": int,
}


class BadOrder(Exception):  # noqa: N818 - an answer
    """An order that cannot be carried out, with the sentence why."""


def routes(bank: Bank, *orders: tuple[str, str, Endpoint]) -> list[Route]:
    """A route for each order (method, path, endpoint), behind the control token."""
    return [Route(path, _guard(bank, endpoint), methods=[method]) for method, path, endpoint in orders]


def _guard(bank: Bank, endpoint: Endpoint) -> Endpoint:
    async def kind(request: Request) -> Response:
        try:
            return await endpoint(request)
        except BadOrder as bad:
            return JSONResponse({"error": str(bad)}, 400)
        except errors.Refusal as refusal:
            return JSONResponse({"error": str(refusal)}, refusal.status)

    return needs_token(bank, kind)


async def read(request: Request, allowed: set[str]) -> Json:
    """The order as JSON, of these fields only, each of its own type."""
    body = await request.body()
    try:
        order: Any = json.loads(body or b"{}")
    except ValueError as error:
        raise BadOrder("The body must be JSON.") from error
    if not isinstance(order, dict) or len(body) > LONGEST_BODY:
        raise BadOrder("The body must be a JSON object.")
    for name in order:
        if name not in allowed:
            raise BadOrder(f"Unknown field {name}; known are {', '.join(sorted(allowed))}.")
        expected = KINDS.get(name, str)
        if not isinstance(order[name], expected) or isinstance(order[name], bool) != (expected is bool):
            raise BadOrder(f"{name} has the wrong type.")
    if order.get("times", 1) < 1:
        raise BadOrder("times is at least 1.")
    return order
