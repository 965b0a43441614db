"""Webhook endpoints: who is told when something happens.

An endpoint hears its own account's events; one of the platform with `connect` hears those of the connected
accounts instead, and the one of the command line both.
"""

import time
from dataclasses import dataclass
from typing import Literal

from florin_sandbox import errors, ids, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.params import Params
from florin_sandbox.settings import API_VERSION
from florin_sandbox.store import Json

KIND = "webhook_endpoint"
MOST = 16
OVERLAP = 24 * 3600
DEFAULT = "default_endpoint"
APPLICATION = "ca_FlorinSandboxPlatform"
"""The platform's Connect application: what an endpoint for connected accounts names."""


@dataclass(frozen=True, slots=True)
class Wish:
    """An endpoint somebody wants."""

    url: str
    enabled_events: list[str]
    description: str | None
    metadata: dict[str, str]
    api_version: str | None = None
    hears: Literal["own", "connected", "both"] = "own"


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of an endpoint; None leaves as it is."""

    endpoint: str
    url: str | None
    enabled_events: list[str]
    description: str | None
    metadata: dict[str, str]
    disabled: bool | None


def read_create(params: Params, _identifier: str) -> Wish:
    """The endpoint the caller wants."""
    params.only({"url", "enabled_events", "description", "metadata", "api_version", "expand", "connect"})
    url = params.url("url")
    if url is None:
        raise errors.missing("url")
    wanted = params.texts("enabled_events")
    if not wanted:
        raise errors.missing("enabled_events")
    return Wish(
        url=url,
        enabled_events=wanted,
        description=params.text("description"),
        metadata=params.metadata(),
        api_version=params.choice("api_version", (API_VERSION,), "") or None,
        hears="connected" if params.truth("connect") else "own",
    )


def read_update(params: Params, identifier: str) -> Change:
    """What the caller wants changed; as at Stripe, neither the version nor whose events it hears."""
    params.only({"url", "enabled_events", "description", "metadata", "disabled", "expand"})
    return Change(
        endpoint=identifier,
        url=params.url("url"),
        enabled_events=params.texts("enabled_events"),
        description=params.text("description"),
        metadata=params.metadata(),
        disabled=params.truth("disabled") if params.has("disabled") else None,
    )


def create(bank: Bank, wish: Wish) -> Json:
    """Register an endpoint; only this answer carries its secret."""
    if len(bank.store.newest(KIND, MOST)) >= MOST:
        raise errors.Refusal(f"You have reached the maximum of {MOST} test webhook endpoints.")
    secret = "whsec_" + ids.text(32)
    return {**_add(bank, wish, secret), "secret": secret}


def _add(bank: Bank, wish: Wish, secret: str) -> Json:
    endpoint = shapes.webhook_endpoint(
        bank.clock.now(),
        api_version=wish.api_version,
        application=APPLICATION if wish.hears == "connected" else None,
        url=wish.url,
        enabled_events=wish.enabled_events,
        description=wish.description,
        metadata=dict(wish.metadata),
    )
    bank.store.add(endpoint, private={"secret": secret, "hears": wish.hears})
    return endpoint


def find(bank: Bank, identifier: str) -> Json:
    """The endpoint with this id."""
    found = bank.store.get(KIND, identifier)
    if found is None:
        raise errors.no_such("webhook endpoint", identifier, "webhook_endpoint")
    return found


def update(bank: Bank, change: Change) -> Json:
    """Change an endpoint; it keeps its secret, which is not told again."""
    endpoint = find(bank, change.endpoint)
    endpoint["url"] = change.url or endpoint["url"]
    endpoint["enabled_events"] = change.enabled_events or endpoint["enabled_events"]
    endpoint["description"] = change.description or endpoint["description"]
    endpoint["metadata"].update(change.metadata)
    if change.disabled is not None:
        endpoint["status"] = "disabled" if change.disabled else "enabled"
    bank.store.save(endpoint)
    return endpoint


def delete(bank: Bank, identifier: str) -> Json:
    """Tell this endpoint nothing any more."""
    find(bank, identifier)
    bank.store.remove(identifier)
    return {"id": identifier, "object": KIND, "deleted": True}


def ensure_default(bank: Bank) -> None:
    """Register the endpoint of the command line, once; a new secret there replaces the old one."""
    settings = bank.settings
    if not settings.webhook_url:
        return
    secret = settings.webhook_secret or bank.store.setting("webhook_secret") or "whsec_" + ids.text(32)
    with bank.store.transaction(), bank.store.scope(""):
        bank.store.keep_setting("webhook_secret", secret)
        existing = bank.store.get(KIND, bank.store.setting(DEFAULT))
        if existing is None:
            wish = Wish(settings.webhook_url, ["*"], "from the command line", {}, hears="both")
            bank.store.keep_setting(DEFAULT, _add(bank, wish, secret)["id"])
        else:
            existing["url"] = settings.webhook_url
            bank.store.save(existing)
            bank.store.save_private(existing["id"], {"secret": secret, "hears": "both"})


def rotate(bank: Bank, identifier: str, overlap: float = OVERLAP) -> Json:
    """Give an endpoint a new secret; for `overlap` seconds notices carry both signatures."""
    endpoint = find(bank, identifier)
    private = bank.store.private(identifier)
    secret = "whsec_" + ids.text(32)
    private.update(secret=secret, old_secret=private["secret"], old_until=time.time() + overlap)
    bank.store.save_private(identifier, private)
    if bank.store.setting(DEFAULT) == identifier:
        bank.store.keep_setting("webhook_secret", secret)
    return {"endpoint": endpoint["id"], "secret": secret}
