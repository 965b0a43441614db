"""Failures to order: what an operation shall do wrong the next time, or until told otherwise.

Answers that are a no are in `refusals`.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Literal, get_args

Mode = Literal[
    "ok",
    "decline",
    "timeout_before",
    "timeout_after_success",
    "500_before",
    "500_after_success",
    "500_sticky",
    "slow",
    "reset",
    "wrong_amount",
    "wrong_currency",
    "wrong_field",
    "hold",
]
MODES: tuple[str, ...] = get_args(Mode)
ANY = "*"


class HangUp(Exception):  # noqa: N818 - an order, not an accident
    """The connection is to be cut, without an answer."""


class ServerError(Exception):
    """The caller is to get a 500 in place of the answer."""


@dataclass(slots=True)
class Fault:
    """One order.

    `times` counts the calls left, None means until cleared. `seconds` is how long to be slow or silent.
    `effect` says for `reset` and `500_sticky` whether the work is done all the same. `by` and `currency` are
    the lies, and `name` the field that becomes `value` or is left out. `code` and `retry_after` (seconds) are
    for refusals. `waiting` counts the calls that are held.
    """

    mode: str
    times: int | None = None
    seconds: float = 60.0
    effect: bool = False
    by: int = 1
    currency: str = ""
    code: str = ""
    retry_after: int | None = None
    name: str = ""
    value: str | None = None
    waiting: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)


OK = Fault("ok")
DETAILS = ("times", "seconds", "effect", "by", "currency", "name", "value", "code", "retry_after")
"""What an order may say beside operation and mode."""


class Faults:
    """The standing orders, forgotten on restart."""

    def __init__(self) -> None:
        self._orders: dict[str, Fault] = {}

    def order(self, operation: str, fault: Fault) -> None:
        """Make this operation (or `*`, all of them) fail in this way; a former order for it ends."""
        self.release(operation)
        if fault.mode == "ok":
            self._orders.pop(operation, None)
        else:
            self._orders[operation] = fault

    def release(self, operation: str = ANY) -> None:
        """Let calls that are held go on, and hold no more."""
        for name in [name for name in self._orders if operation in {ANY, name}]:
            if self._orders[name].mode == "hold":
                self._orders.pop(name).released.set()

    def clear(self) -> None:
        """End every order."""
        self.release()
        self._orders.clear()

    def take(self, operation: str) -> Fault:
        """The order this call falls under, using up one of its times."""
        name = operation if operation in self._orders else ANY
        fault = self._orders.get(name, OK)
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0 and fault.mode != "hold":
                self._orders.pop(name, None)
        return fault

    def standing(self) -> dict[str, dict[str, object]]:
        """What is ordered now, for people and machines."""
        return {
            name: {"mode": fault.mode, "times": fault.times, "waiting": fault.waiting}
            for name, fault in self._orders.items()
        }


async def before(fault: Fault) -> None:
    """What goes wrong before any work is done. Raises HangUp or ServerError if none must be done."""
    if fault.mode == "slow":
        await asyncio.sleep(fault.seconds)
    elif fault.mode == "hold":
        fault.waiting += 1
        await fault.released.wait()
    elif fault.mode == "timeout_before":
        await asyncio.sleep(fault.seconds)
        raise HangUp
    elif fault.mode == "500_before":
        raise ServerError
    elif fault.mode == "reset" and not fault.effect:
        raise HangUp


async def after(fault: Fault) -> None:
    """What goes wrong once the work is done and kept. Raises HangUp or ServerError in place of the answer."""
    if fault.mode == "timeout_after_success":
        await asyncio.sleep(fault.seconds)
        raise HangUp
    if fault.mode == "500_after_success":
        raise ServerError
    if fault.mode == "reset":
        raise HangUp
