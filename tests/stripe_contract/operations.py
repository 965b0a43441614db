"""Which parameters of Stripe's library an operation takes, by the name that the sandbox has for it."""

import re
from typing import Any

import stripe.params
import stripe.params.checkout

from florin_sandbox.operations import OPERATIONS, Operation

_NOUNS = {"session": "Session", "intent": "PaymentIntent", "endpoint": "WebhookEndpoint"}
_NOUNS |= {"capability": "AccountCapability", "login_link": "AccountLoginLink"}
_VERBS = {"own": "RetrieveCurrent", "line_items": "ListLineItems"}


def params_of(operation: Operation) -> Any:
    """The parameters of an operation, as the library's services take them."""
    noun, verb = operation.name.split(".")
    name = f"{_NOUNS.get(noun) or _camel(noun)}{_VERBS.get(verb) or _camel(verb)}Params"
    if noun == "session":
        if verb == "line_items":
            name = "SessionLineItemListParams"
        return getattr(stripe.params.checkout, name)
    return getattr(stripe.params, name)


def find(method: str, path: str) -> Operation | None:
    """The operation that a request asks for; None if the sandbox has none at this address."""
    for operation in OPERATIONS:
        pattern = re.sub(r"\{\w+\}", "[^/]+", operation.path)
        if operation.method == method and re.fullmatch(pattern, path):
            return operation
    return None


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
