"""What the sandbox accepts is a part of what Stripe takes: each operation is asked what it would read.

A parameter that is let through and then read by nobody would be a silent promise: it is found here.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

import pytest
import typing_extensions

from florin_sandbox import account_requests, shapes
from florin_sandbox.operations import OPERATIONS, Operation
from florin_sandbox.params import Params, parse
from stripe_contract import checker, operations

WORDS = {"choice", "need_choice", "choices"}
FITS: dict[str, set[Any]] = {
    "text": {str},
    "need_text": {str},
    "url": {str},
    "email": {str},
    "integer": {int},
    "need_integer": {int},
    "truth": {bool},
    "metadata": {dict},
    "texts": {list},
    "choices": {list},
    "integers": {list},
    "groups": {list},
}
"""The types of Stripe's library that each reader can read."""
READERS = (*FITS, "choice", "need_choice", "group")

CAPABILITIES = "".join(f"&capabilities[{name}][requested]=true" for name in account_requests.CAPABILITIES)
LEAST: dict[str, str] = {
    "session.create": (
        "mode=payment&success_url=https://x.example/&line_items[0][price_data][currency]=usd"
        "&line_items[0][price_data][unit_amount]=1000&line_items[0][price_data][product_data][name]=x"
        "&allowed_payment_method_types[0]=card"
    ),
    "session.list": "created[gte]=1",
    "refund.create": "payment_intent=pi_1",
    "payout.create": "amount=1&currency=usd",
    "account.create": f"type=express{CAPABILITIES} controller[fees][payer]=account",
    "account.update": CAPABILITIES,
    "account_link.create": (
        "account=acct_1&type=account_onboarding&return_url=https://x.example/&refresh_url=https://x.example/"
    ),
    "endpoint.create": "url=https://x.example/&enabled_events[0]=*",
    "endpoint.update": "enabled_events[0]=*&disabled=true",
    "dispute.update": "&".join(f"evidence[{name}]=x" for name in shapes.EVIDENCE_TEXTS),
    "event.list": "types[0]=payout.paid",
    "intent.verify_microdeposits": "amounts[0]=32&amounts[1]=45 descriptor_code=SM11AA",
}
"""The smallest requests that lead to all that is read; those of one operation have a blank between them."""
NAMES = {"enabled_events"}
"""Hundreds of words, which the sandbox does not check one by one."""


@dataclass
class Seen:
    """What an operation lets through, and by which reader each is read, with the words it knows."""

    let: set[str] = field(default_factory=set)
    read: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


def reading_along(seen: Seen) -> type[Params]:
    """Parameters that write down which of their readers is called for what."""

    class ReadParams(Params):
        def only(self, allowed: Iterable[str]) -> None:
            seen.let |= {self.name(name) for name in allowed}
            super().only(allowed)

    for kind in READERS:
        setattr(ReadParams, kind, _noting(kind, seen))
    return ReadParams


def _noting(kind: str, seen: Seen) -> Callable[..., Any]:
    original = getattr(Params, kind)

    def reader(self: Params, *arguments: Any, **named: Any) -> Any:
        key = arguments[0] if arguments else kind
        words = arguments[1] if kind in WORDS else ()
        seen.read.setdefault(self.name(key), (kind, words))
        return original(self, *arguments, **named)

    return reader


def seen_by(operation: Operation) -> Seen:
    seen = Seen()
    for form in LEAST.get(operation.name, "").split() or [""]:
        operation.read(reading_along(seen)(parse(form)), "id_1")
    if "expand" in seen.let:  # read for every operation, before its own reader
        seen.read["expand"] = ("texts", ())
    return seen


def members(hint: Any, module: str) -> list[Any]:
    """The types that a hint allows, one by one, without null."""
    hint = checker.resolved(hint, module)
    inner = get_args(hint) if get_origin(hint) in checker.UNIONS else (hint,)
    return [checker.resolved(one, module) for one in inner if one is not type(None)]


def hints_at(kind: Any, name: str) -> list[Any]:
    """What Stripe's library says of a parameter, by the name that a form has for it; nothing if unknown."""
    here, module = [kind], kind.__module__
    for step in re.findall(r"[^\[\]]+", name):
        found: list[Any] = []
        for one in here:
            if typing_extensions.is_typeddict(one) and step in checker.fields(one):
                found += members(checker.fields(one)[step].hint, module)
            elif get_origin(one) is list and step.isdigit():
                found += members(get_args(one)[0], module)
            elif get_origin(one) is dict:
                found.append(str)
        here = found
    return here


def words_of(hints: list[Any], module: str) -> set[str]:
    """The words that a parameter, or each of a list, may be; none if it is free text."""
    inner = [one for hint in hints if get_origin(hint) is list for one in members(get_args(hint)[0], module)]
    return {
        word for hint in (*hints, *inner) if get_origin(hint) is Literal for word in get_args(hint) if word
    }


def problem_of(kind: Any, name: str, reader: str, words: tuple[str, ...]) -> str:
    """Why this is no reading of the parameter that Stripe has by this name; empty if it is."""
    hints = hints_at(kind, name)
    if name.partition("[")[0] in NAMES:
        return ""
    known = words_of(hints, kind.__module__)
    if not hints:
        return f"{name} is unknown to Stripe"
    if reader in WORDS:
        strange = set(words) - known if known else set()
        return f"{name} takes {', '.join(sorted(strange))}" if strange else ""
    if known:
        return f"{name} takes any text, and Stripe only {', '.join(sorted(known))}"
    kinds = {get_origin(hint) or hint for hint in hints}
    is_group = any(map(typing_extensions.is_typeddict, hints))
    fits = is_group if reader == "group" else bool(FITS[reader] & kinds)
    return "" if fits else f"{name} is read as {reader}, and Stripe takes {kinds}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.name for operation in OPERATIONS])
def test_what_an_operation_accepts_is_what_stripe_takes(operation: Operation) -> None:
    seen, kind = seen_by(operation), operations.params_of(operation)

    found = [problem_of(kind, name, reader, words) for name, (reader, words) in seen.read.items()]
    found += [f"{name} is unknown to Stripe" for name in seen.let if not hints_at(kind, name)]
    assert sorted({problem for problem in found if problem}) == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.name for operation in OPERATIONS])
def test_nothing_is_let_through_that_nobody_reads(operation: Operation) -> None:
    seen = seen_by(operation)

    assert sorted(seen.let - seen.read.keys()) == []
