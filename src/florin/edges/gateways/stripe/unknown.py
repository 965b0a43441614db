"""Stripe's words that this version does not know: each is read as something safe, and logged once a process.

Stripe adds values to its enums without a new API version, so none of them may stop us.
"""

import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

_log = logging.getLogger(__name__)
_LONGEST = 80
Meaning = TypeVar("Meaning")


@lru_cache(maxsize=1000)
def note(field: str, word: str) -> None:
    """Log a word that a field has never had; ``field`` is the object's name and its own."""
    _log.warning("Stripe says %r in %s, which this version does not know", word[:_LONGEST], field)


def meaning(known: Mapping[str, Meaning], word: object, *, field: str, safe: Meaning) -> Meaning:
    """Return what a word means to us; the safe meaning if it is new, and for a field that is empty."""
    text = str(word or "")
    if text and text not in known:
        note(field, text)
    return known.get(text, safe)
