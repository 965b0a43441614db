"""The webhook endpoints at Stripe through which its notices come: checked, made and mended.

Facts used here are from Stripe's API reference: an endpoint's secret is told only in the answer that makes
it; neither its version nor whose events it hears can be changed; one for connected accounts names an
application.
"""

from collections.abc import Callable, Iterator
from typing import Any

import stripe

from florin.contracts.connection import Fact, Finding, Site
from florin.contracts.processor import GatewayRefusal, RefusalReason
from florin.edges.gateways.stripe import API_VERSION, events
from florin.edges.gateways.stripe.permissions import WEBHOOKS, Questions, Unusable, refused_for_want_of

COMMAND = "florin connect-stripe"
SECRET = "STRIPE_WEBHOOK_SECRET"  # noqa: S105 - the setting's name
_DESCRIPTION = "Florin"
Endpoint = dict[str, Any]


def findings(questions: Questions, site: Site) -> Iterator[Finding]:
    """Say how each endpoint that we need stands; nothing is changed.

    Raises:
        Unusable: if Stripe does not answer.
    """
    known = _ours(questions, site)
    for connected in _kinds(site):
        mine = [one for one in known if _is_connected(one) == connected]
        right = [one for one in mine if _is_current(one) and _is_right(one)]
        if not mine:
            fact = Fact.ENDPOINT_MISSING
        elif not right:
            fact = Fact.ENDPOINT_WRONG
        elif not any(_is_known(one, site) for one in right):
            fact = Fact.SECRET_UNKNOWN
        else:
            yield Finding(fact=Fact.ENDPOINT_RIGHT, detail=site.notices, connected=connected)
            continue
        yield Finding(fact=fact, detail=site.notices, remedy=COMMAND, connected=connected)


def mend(questions: Questions, site: Site) -> Iterator[Finding]:
    """Make every endpoint that we need as it must be, and say what was done. Safe to repeat.

    A new secret is kept before an old endpoint is removed, so whoever is stopped in between begins again.
    While the environment names a secret, nothing is removed: it may be the secret of just that endpoint.

    Raises:
        Unusable: if Stripe does not answer, or refuses.
    """
    known = _ours(questions, site)
    secrets = {one["id"]: site.secrets[one["id"]] for one in known if one["id"] in site.secrets}
    for connected in _kinds(site):
        mine = [one for one in known if _is_connected(one) == connected]
        stays = next((one for one in mine if _is_current(one) and _is_known(one, site)), None)
        if stays is not None:
            fact = Fact.ENDPOINT_RIGHT if _is_right(stays) else Fact.ENDPOINT_MENDED
            if fact == Fact.ENDPOINT_MENDED:
                _change(questions, stays)
        else:
            made = _make(questions, site, connected=connected)
            secrets[made["id"]] = made["secret"]
            site.keep(secrets)
            fact = Fact.ENDPOINT_REPLACED if mine and not site.secret_given else Fact.ENDPOINT_MADE
        _remove(questions, [one for one in mine if one is not stays], site)
        yield Finding(fact=fact, detail=site.notices, connected=connected)
    if site.secret_given and secrets:
        yield Finding(fact=Fact.SECRET_SHADOWED, detail=SECRET, remedy=COMMAND)


def _kinds(site: Site) -> tuple[bool, ...]:
    return (False, True) if site.connects else (False,)


def _ours(questions: Questions, site: Site) -> list[Endpoint]:
    """Return the endpoints that lead to us; Stripe allows so few that one page holds them all."""
    answer = questions.ask(lambda client: client.v1.webhook_endpoints.list({"limit": 100}), questions.own)
    endpoints = _answer(answer).to_dict()["data"]
    return [one for one in endpoints if one["url"] == site.notices]


def _make(questions: Questions, site: Site, *, connected: bool) -> Endpoint:
    params: Any = {
        "url": site.notices,
        "enabled_events": list(events.READ),
        "api_version": API_VERSION,
        "description": _DESCRIPTION,
        "connect": connected,
    }
    answer = questions.ask(lambda client: client.v1.webhook_endpoints.create(params), questions.own)
    return dict(_answer(answer).to_dict())


def _change(questions: Questions, endpoint: Endpoint) -> None:
    params: Any = {"enabled_events": list(events.READ), "disabled": False}
    answer = questions.ask(
        lambda client: client.v1.webhook_endpoints.update(endpoint["id"], params), questions.own
    )
    _answer(answer)


def _remove(questions: Questions, old: list[Endpoint], site: Site) -> None:
    for one in () if site.secret_given else old:
        identifier = one["id"]
        answer = questions.ask(_deletion_of(identifier), questions.own)
        if not (isinstance(answer, GatewayRefusal) and answer.reason == RefusalReason.NOT_FOUND):
            _answer(answer)


def _deletion_of(identifier: str) -> Callable[[stripe.StripeClient], object]:
    return lambda client: client.v1.webhook_endpoints.delete(identifier)


def _answer(answer: object) -> stripe.StripeObject:
    """Return an answer that is a yes.

    Raises:
        Unusable: if it is a no.
    """
    if isinstance(answer, stripe.StripeObject):
        return answer
    if refused_for_want_of(answer):
        raise Unusable(Finding(fact=Fact.PERMISSION_MISSING, detail=WEBHOOKS))
    raise Unusable(Finding(fact=Fact.ENDPOINT_REFUSED, detail=str(answer)))


def _is_connected(endpoint: Endpoint) -> bool:
    return bool(endpoint["application"])


def _is_current(endpoint: Endpoint) -> bool:
    return bool(endpoint["api_version"] == API_VERSION)


def _is_right(endpoint: Endpoint) -> bool:
    return endpoint["status"] == "enabled" and set(endpoint["enabled_events"]) == set(events.READ)


def _is_known(endpoint: Endpoint, site: Site) -> bool:
    """Say whether we can check what the endpoint signs; what the environment names is believed."""
    return site.secret_given or endpoint["id"] in site.secrets
