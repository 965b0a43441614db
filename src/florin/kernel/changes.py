"""What somebody changed, field by field: for the timeline, and so that two editors notice each other."""

import hashlib
import json
from collections.abc import Mapping


def between(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Return what the timeline keeps of a change: the names of the fields, and each one before and after.

    Empty if nothing changed.
    """
    names = [name for name in after if before.get(name, "") != after[name]]
    details = {"fields": ",".join(names)} if names else {}
    for name in names:
        details[f"{name}_before"] = before.get(name, "")
        details[f"{name}_after"] = after[name]
    return details


def mark(said: Mapping[str, str]) -> str:
    """Return a short text that changes whenever a field does."""
    return hashlib.sha256(json.dumps(dict(said), sort_keys=True).encode()).hexdigest()[:24]


def switch(position: bool) -> str:  # noqa: FBT001 - it is the value, not a choice of behaviour
    """Return how a switch stands, as the timeline keeps it."""
    return "on" if position else "off"
