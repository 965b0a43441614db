"""The control token: who may order failures about."""

import secrets
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from florin_sandbox.bank import Bank

Endpoint = Callable[[Request], Awaitable[Response]]


def needs_token(bank: Bank, endpoint: Endpoint) -> Endpoint:
    """The endpoint, for callers with the control token only."""

    async def guarded(request: Request) -> Response:
        value = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(value.encode(), bank.settings.control_token.encode()):
            return JSONResponse({"error": "The control token is missing or wrong."}, 401)
        return await endpoint(request)

    return guarded
