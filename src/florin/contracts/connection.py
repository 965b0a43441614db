"""What is found when the connection to a payment processor is checked: the same for every gateway."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fact(StrEnum):
    """One thing that a check can find; ``contracts/connection_words.py`` has the sentences."""

    KEY_MISSING = "key_missing"
    KEY_PUBLISHABLE = "key_publishable"  # made for browsers, it may do nothing here
    KEY_MALFORMED = "key_malformed"
    KEY_UNPROTECTED = "key_unprotected"  # a live key would travel over plain HTTP
    KEY_REFUSED = "key_refused"
    KEY_LIVE = "key_live"
    KEY_TEST = "key_test"
    NO_ANSWER = "no_answer"
    VERSION_SPOKEN = "version_spoken"
    VERSION_REFUSED = "version_refused"
    PERMISSIONS_THERE = "permissions_there"
    PERMISSION_MISSING = "permission_missing"
    URL_PUBLIC = "url_public"
    URL_LOCAL = "url_local"
    URL_INSECURE = "url_insecure"  # a live key, but payers would come back over plain HTTP
    ACCOUNT_ACTIVE = "account_active"
    ACCOUNT_STOPPED = "account_stopped"
    CARDS_ACTIVE = "cards_active"
    CARDS_STOPPED = "cards_stopped"
    DEBITS_ACTIVE = "debits_active"
    DEBITS_STOPPED = "debits_stopped"
    ENDPOINT_RIGHT = "endpoint_right"
    ENDPOINT_MADE = "endpoint_made"
    ENDPOINT_MENDED = "endpoint_mended"
    ENDPOINT_REPLACED = "endpoint_replaced"
    ENDPOINT_MISSING = "endpoint_missing"
    ENDPOINT_WRONG = "endpoint_wrong"  # other events, another version, or switched off
    ENDPOINT_REFUSED = "endpoint_refused"
    SECRET_UNKNOWN = "secret_unknown"  # noqa: S105 - no secret
    SECRET_MISSING = "secret_missing"  # noqa: S105 - no secret
    SECRET_SHADOWED = "secret_shadowed"  # noqa: S105 - the environment holds another one, which wins


GOOD = frozenset(
    {
        Fact.KEY_LIVE,
        Fact.KEY_TEST,
        Fact.VERSION_SPOKEN,
        Fact.PERMISSIONS_THERE,
        Fact.URL_PUBLIC,
        Fact.ACCOUNT_ACTIVE,
        Fact.CARDS_ACTIVE,
        Fact.DEBITS_ACTIVE,
        Fact.ENDPOINT_RIGHT,
        Fact.ENDPOINT_MADE,
        Fact.ENDPOINT_MENDED,
        Fact.ENDPOINT_REPLACED,
    }
)
"""What is as it should be."""
HARMLESS = frozenset({Fact.URL_LOCAL, Fact.DEBITS_STOPPED})
"""What is worth saying, but stops nobody from being paid: notices only hurry, and cards are left."""

UNUSABLE_KEYS = frozenset({Fact.KEY_PUBLISHABLE, Fact.KEY_MALFORMED, Fact.KEY_UNPROTECTED})
"""Keys with which nothing should be begun."""


class Level(StrEnum):
    """How bad a finding is."""

    GOOD = "good"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fact, and what is needed to say it: no secret is ever in it.

    ``detail`` is what the fact is about: a setting, an address, a permission by the processor's name.
    ``remedy`` is a command that mends it. ``connected`` tells an endpoint for the companies' accounts from
    that for the installation's own.
    """

    fact: Fact
    detail: str = ""
    remedy: str = ""
    connected: bool = False

    @property
    def level(self) -> Level:
        """How bad it is."""
        if self.fact in GOOD:
            return Level.GOOD
        return Level.NOTE if self.fact in HARMLESS else Level.PROBLEM


Keep = Callable[[Mapping[str, str]], None]
"""Keeps the signing secrets, by endpoint, in the place of those kept before, safely when it returns."""


def _keep_nothing(_secrets: Mapping[str, str]) -> None:
    raise OSError("There is no place to keep secrets in")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where an installation stands, seen from a processor.

    ``url`` is where the world reaches Florin, ``notices`` where the processor sends its notices. ``connects``
    says that companies have accounts of their own there, ``uses_own`` that one is paid into the
    installation's. ``secrets`` are the signing secrets that are kept, by endpoint, and ``keep`` keeps others;
    ``secret_given`` says that the environment names one, which then counts instead.
    """

    url: str
    notices: str
    connects: bool
    uses_own: bool = False
    secret_given: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict)
    keep: Keep = _keep_nothing
