"""Stripe's form encoding (`a[b][0]=c`) read into values, with refusals that name the parameter."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

from florin_sandbox import errors

Tree = dict[str, "str | Tree"]

MAX_METADATA = 50
MAX_METADATA_KEY = 40
MAX_METADATA_VALUE = 500
MAX_FIELDS = 2_000
LONGEST_INTEGER = 15
EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s.,;]+(\.[^@\s.,;]+)+")
"""Coarse, as at Stripe: one @, no spaces, and a point in what follows it."""


def parse(text: str) -> Tree:
    """The tree a form-encoded text spells."""
    tree: Tree = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise errors.Refusal("Too many parameters.") from error
    for name, value in pairs:
        _put(tree, name, value)
    return tree


def _put(tree: Tree, name: str, value: str) -> None:
    head, *rest = name.replace("]", "").split("[")
    here = tree
    for key in rest:
        inner = here.setdefault(head, {})
        if isinstance(inner, str):
            raise errors.invalid(name, "Invalid object")
        here = inner
        head = key or str(len(here))
    here[head] = value


class Params:
    """The parameters of one request, or one group of them. Each reader refuses what cannot be meant."""

    def __init__(self, tree: Mapping[str, "str | Tree"], prefix: str = "") -> None:
        self._tree = tree
        self._prefix = prefix

    def name(self, key: str) -> str:
        """How the caller wrote this parameter."""
        return f"{self._prefix}[{key}]" if self._prefix else key

    def only(self, allowed: Iterable[str]) -> None:
        """Refuse any parameter that is not among these."""
        for key in self._tree:
            if key not in allowed:
                raise errors.unknown(self.name(key))

    def has(self, key: str) -> bool:
        """Whether the parameter was sent at all."""
        return key in self._tree

    def nested(self, key: str) -> bool:
        """Whether a group was sent by this name, rather than one value."""
        return isinstance(self._tree.get(key), dict)

    def text(self, key: str, *, limit: int = 5_000) -> str | None:
        """A text, or None where nothing was sent."""
        value = self._tree.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise errors.invalid(self.name(key), "Invalid string: must be a string")
        if len(value) > limit:
            message = f"Invalid string: must be at most {limit} characters"
            raise errors.invalid(self.name(key), message, "parameter_invalid_string_too_long")
        return value or None

    def need_text(self, key: str, *, limit: int = 5_000) -> str:
        """A text that must be there."""
        value = self.text(key, limit=limit)
        if value is None:
            raise errors.missing(self.name(key))
        return value

    def integer(self, key: str, *, least: int = 0) -> int | None:
        """A whole number not below `least`, or None."""
        value = self.text(key)
        if value is None:
            return None
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_INTEGER):
            raise errors.invalid(self.name(key), f"Invalid integer: {value}", "parameter_invalid_integer")
        number = int(value)
        if number < least:
            message = f"This value must be greater than or equal to {least}."
            raise errors.invalid(self.name(key), message, "parameter_invalid_integer")
        return number

    def need_integer(self, key: str, *, least: int = 0) -> int:
        """A whole number that must be there."""
        value = self.integer(key, least=least)
        if value is None:
            raise errors.missing(self.name(key))
        return value

    def choice(self, key: str, options: tuple[str, ...], default: str) -> str:
        """One of these words."""
        value = self.text(key)
        if value is None:
            return default
        if value not in options:
            listed = ", ".join(options)
            raise errors.invalid(self.name(key), f"Invalid {self.name(key)}: must be one of {listed}")
        return value

    def choices(self, key: str, options: tuple[str, ...]) -> list[str]:
        """A list of these words, in the order of their numbers."""
        inner = self.group(key)
        return [inner.need_choice(index, options) for index in sorted(inner._tree, key=_number)]  # noqa: SLF001 - same class

    def need_choice(self, key: str, options: tuple[str, ...]) -> str:
        """One of these words, which must be there."""
        self.need_text(key)
        return self.choice(key, options, "")

    def truth(self, key: str) -> bool:
        """Yes or no; no where nothing was sent."""
        return self.choice(key, ("true", "false"), "false") == "true"

    def url(self, key: str) -> str | None:
        """An http(s) address, or None."""
        value = self.text(key)
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise errors.invalid(self.name(key), "Not a valid URL", "url_invalid")
        return value

    def email(self, key: str, *, limit: int = 800) -> str | None:
        """An e-mail address, or None."""
        value = self.text(key, limit=limit)
        if value is not None and not EMAIL.fullmatch(value):
            raise errors.invalid(self.name(key), f"Invalid email address: {value}", "email_invalid")
        return value

    def group(self, key: str) -> "Params":
        """A nested group; an empty one where nothing was sent."""
        value = self._tree.get(key, {})
        if isinstance(value, str):
            if value:
                raise errors.invalid(self.name(key), "Invalid object")
            value = {}
        return type(self)(value, self.name(key))

    def alone(self, key: str, *known: str) -> "Params":
        """A nested group in which nothing but this is known."""
        inner = self.group(key)
        inner.only(known)
        return inner

    def groups(self, key: str) -> list["Params"]:
        """A list of groups, in the order of their numbers."""
        inner = self.group(key)
        return [inner.group(index) for index in sorted(inner._tree, key=_number)]  # noqa: SLF001 - same class

    def texts(self, key: str) -> list[str]:
        """A list of texts, in the order of their numbers."""
        inner = self.group(key)
        return [inner.need_text(index) for index in sorted(inner._tree, key=_number)]  # noqa: SLF001 - same class

    def integers(self, key: str) -> list[int]:
        """A list of whole numbers, in the order of their places."""
        inner = self.group(key)
        return [inner.need_integer(index) for index in sorted(inner._tree, key=_number)]  # noqa: SLF001 - same class

    def metadata(self) -> dict[str, str]:
        """The caller's own notes, within Stripe's bounds."""
        inner = self.group("metadata")
        notes = {key: inner.text(key, limit=MAX_METADATA_VALUE) or "" for key in inner._tree}  # noqa: SLF001 - same class
        if len(notes) > MAX_METADATA or any(len(key) > MAX_METADATA_KEY for key in notes):
            raise errors.invalid(
                self.name("metadata"), "Metadata can have up to 50 keys of up to 40 characters."
            )
        return {key: value for key, value in notes.items() if value}


def _number(index: str) -> int:
    return int(index) if index.isdigit() else 0
