"""Holds plain values against the annotations of Stripe's client library: names, nesting, types, words, nulls.

The library writes every enum as ``Literal[…] | str``, so that a program does not break on a new word. For
what we send, and for what our sandbox gives, only the words of this version will do: the ``str`` is left out.
"""

import ast
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import stripe
import typing_extensions
from stripe._list_object import ListObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._request_options import RequestOptions
from stripe._stripe_object import StripeObject, UntypedStripeObject

_WRAPPERS = {typing_extensions.NotRequired, typing_extensions.Required}
UNIONS = {Union, types.UnionType}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Field:
    """One name of an object or of a request; `hint` as it is written, to be read in `module`."""

    hint: Any
    module: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """Where we are: the path in the value, the module whose names count, and whether all leaves are texts."""

    path: str
    module: str
    wire: bool = False

    def at(self, name: str, module: str = "") -> "Spot":
        path = f"{self.path}.{name}" if self.path else name
        return Spot(path, module or self.module, self.wire)


@cache
def fields(kind: Any) -> dict[str, Field]:
    """The names of a TypedDict or of an object of the library, options of the call not among them."""
    found = {}
    for name, hint in kind.__annotations__.items():
        if name.startswith("_") or "ClassVar" in str(hint):
            continue
        if typing_extensions.is_typeddict(kind):
            if name in RequestOptions.__annotations__ and kind is not RequestOptions:
                continue
            needed = get_origin(hint) is not typing_extensions.NotRequired
        else:
            members = get_args(resolved(hint, kind.__module__))
            needed = type(None) not in members
        found[name] = Field(hint, kind.__module__, needed)
    return found


def resolved(hint: Any, module: str) -> Any:
    """A hint with its quotation marks and wrappers off, as its module means it."""
    if get_origin(hint) in _WRAPPERS:
        return resolved(get_args(hint)[0], module)
    text = hint.__forward_arg__ if isinstance(hint, ForwardRef) else hint
    if not isinstance(text, str):
        return hint
    return _meant(text, module)


@cache
def _meant(text: str, module: str) -> Any:
    return eval(text, vars(sys.modules[module]), _Imports(module))  # noqa: S307 - the library's annotation


class _Imports(Mapping[str, Any]):
    """The names that a module imports for type checkers only."""

    def __init__(self, module: str) -> None:
        self._places = _imported(module)

    def __getitem__(self, name: str) -> Any:
        place, original = self._places[name]
        return getattr(import_module(place), original)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@cache
def _imported(module: str) -> dict[str, tuple[str, str]]:
    tree = ast.parse(Path(sys.modules[module].__file__ or "").read_text())
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def of_answer(body: Any) -> list[str]:
    """What is wrong with an answer or an event of the API, by its own word of what it is."""
    if not isinstance(body, dict):
        return [f"{body!r} is no object"]
    if "error" in body:
        return problems(body["error"], stripe.ErrorObject, Spot("error", "stripe._error_object"))
    return of_object(body, Spot(str(body.get("object")), "stripe"))


def of_object(thing: dict[str, Any], spot: Spot) -> list[str]:
    """The same of an object that says itself what it is."""
    if thing.get("object") not in OBJECT_CLASSES:
        return [f"{spot.path}: Stripe has no object {thing.get('object')!r}"]
    if thing["object"] == "list":
        found = problems(thing, ListObject[Any], spot)
        for place, entry in enumerate(thing.get("data", ())):
            found += of_object(entry, Spot(f"{entry.get('object')}[{place}]", spot.module))
        return found
    module, name = OBJECT_CLASSES[thing["object"]]
    found = problems(thing, getattr(import_module(module), name), spot)
    if thing["object"] == "event":
        inner = thing["data"]["object"]
        found += of_object(inner, spot.at(f"data.{inner.get('object')}"))
    return found


def of_request(tree: Mapping[str, Any], kind: Any) -> list[str]:
    """What is wrong with the parameters of a request, read from its form: all leaves are texts."""
    return problems(tree, kind, Spot("", kind.__module__, wire=True))


def problems(value: Any, hint: Any, spot: Spot) -> list[str]:
    """What is wrong with a value, one sentence each; nothing if it is as the library says."""
    hint = resolved(hint, spot.module)
    if hint is Any:
        return []
    if (origin := get_origin(hint)) is not None:
        return _KINDS[origin](value, get_args(hint), spot)
    if typing_extensions.is_typeddict(hint) or issubclass(hint, StripeObject):
        return _named(value, fields(hint), spot)
    return [] if _is(value, hint, spot) else [f"{spot.path}: {value!r} is no {hint.__name__}"]


def _one_of(value: Any, members: tuple[Any, ...], spot: Spot) -> list[str]:
    kinds = [resolved(member, spot.module) for member in members]
    if value is None:
        return [] if type(None) in kinds else [f"{spot.path} is null"]
    if any(_has_words(kind) for kind in kinds):
        kinds = [kind for kind in kinds if kind is not str]
    found = [problems(value, kind, spot) for kind in kinds if kind is not type(None)]
    return min(found, key=len)


def _word(value: Any, words: tuple[Any, ...], spot: Spot) -> list[str]:
    return [] if value in words else [f"{spot.path}: {value!r} is none of {', '.join(map(str, words))}"]


def _has_words(kind: Any) -> bool:
    return get_origin(kind) is Literal and get_args(kind) != ("",)


def _page(value: Any, kinds: tuple[Any, ...], spot: Spot) -> list[str]:
    """A list object: its frame, and all that is in it."""
    if not isinstance(value, dict):
        return [f"{spot.path}: {value!r} is no list object"]
    missing = [
        f"{spot.path}.{name} is missing" for name in ("object", "has_more", "url") if name not in value
    ]
    return missing + _sequence(value.get("data"), kinds, spot.at("data"))


def _sequence(value: Any, kinds: tuple[Any, ...], spot: Spot) -> list[str]:
    if spot.wire and isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list):
        return [f"{spot.path}: {value!r} is no list"]
    return [
        problem for place, one in enumerate(value) for problem in problems(one, kinds[0], spot.at(str(place)))
    ]


def _mapping(value: Any, kinds: tuple[Any, ...], spot: Spot) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{spot.path}: {value!r} is no object"]
    return [problem for name, one in value.items() for problem in problems(one, kinds[-1], spot.at(name))]


_KINDS: dict[Any, Callable[[Any, tuple[Any, ...], Spot], list[str]]] = {
    Union: _one_of,
    types.UnionType: _one_of,
    Literal: _word,
    ListObject: _page,
    list: _sequence,
    dict: _mapping,
    UntypedStripeObject: _mapping,
}


def _named(value: Any, known: dict[str, Field], spot: Spot) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{spot.path}: {value!r} is no object"]
    gone = value.get("deleted") is True
    needed = {"id", "object"} if gone else {name for name, field in known.items() if field.needed}
    found = [f"{spot.at(name).path} is missing" for name in sorted(needed - set(value))]
    for name, one in value.items():
        if name not in known:
            found.append(f"{spot.at(name).path} is unknown to Stripe")
        else:
            found += problems(one, known[name].hint, spot.at(name, known[name].module))
    return found


def _is(value: Any, kind: type, spot: Spot) -> bool:
    if spot.wire:
        return isinstance(value, str) and (
            kind is str
            or (kind is bool and value in {"true", "false"})
            or (kind in {int, float, Decimal} and bool(_NUMBER.fullmatch(value)))
        )
    if kind is Decimal:
        return isinstance(value, str) and bool(_NUMBER.fullmatch(value))
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is not int or not isinstance(value, bool))
