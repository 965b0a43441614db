"""Text that reads from right to left among ours, so that neither turns the other round (UAX #9).

Overrides make a reader see other words than are there, so no name keeps them. A name in Hebrew or Arabic
beside figures and our own words is isolated wherever we cannot mark it up.
"""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from django.db import models

from florin.kernel.texts import Words

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ISOLATE, _END = "\u2068", "\u2069"
_Record = TypeVar("_Record")


def plain(text: str) -> str:
    """Return a text without the characters that turn the direction of others."""
    return _TURNING.sub("", text) if _TURNING.search(text) else text


def isolated(text: str) -> str:
    """Return a text that turns nothing around it; most texts as they are."""
    if text.isascii():
        return text
    text = plain(text)
    return f"{_ISOLATE}{text}{_END}" if _RIGHT_TO_LEFT.search(text) else text


def isolate_all(record: _Record) -> _Record:
    """Return a frozen record with every text in it isolated, in its tuples and records too."""
    same: _Record = _isolate(record)
    return same


def _isolate(value: Any) -> Any:
    if isinstance(value, str):
        return isolated(value)
    if isinstance(value, tuple):
        return tuple(map(_isolate, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _isolate(getattr(value, each.name)) for each in fields(value)})
    return value


class NameField(Words):
    """A name, kept without characters that turn directions, whoever writes it and however."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 - Django's signature
        """Take them out of the row in hand too."""
        name = plain(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, name)
        return name

    def get_prep_value(self, value: Any) -> Any:
        """Take them out wherever a value goes to the database."""
        value = super().get_prep_value(value)
        return plain(value) if isinstance(value, str) else value
