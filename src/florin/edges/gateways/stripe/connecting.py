"""Whether an installation is well connected to Stripe, and connecting it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import stripe

from florin.contracts.connection import UNUSABLE_KEYS, Fact, Finding, Site
from florin.contracts.processor import AccountReport, AccountStatus, MethodStatus
from florin.edges.gateways.stripe import API_VERSION, permissions, reading, webhook_endpoints
from florin.edges.gateways.stripe.permissions import KEY, Questions, Unusable

_BASE = "STRIPE_API_BASE"
# Keys are sk_ (everything) or rk_ (restricted); pk_ is publishable: Stripe's page on API keys.
_SECRET_KEY = re.compile(r"(sk|rk)_(live|test)_\w+")
_STOPS = UNUSABLE_KEYS | {Fact.KEY_MISSING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a gateway speaks to Stripe: its key, the address, the account, and a client for any account."""

    key: str
    base: str
    account: str
    speaking_for: Callable[[str], stripe.StripeClient]


def check(setup: Setup, site: Site) -> tuple[Finding, ...]:
    """Say how the connection stands; nothing is changed. See ``Gateway.check_connection``."""
    questions = _questions(setup)
    return _all(_connection(setup, questions, site), webhook_endpoints.findings(questions, site))


def connect(setup: Setup, site: Site) -> tuple[Finding, ...]:
    """Make or mend the endpoints of notices, and say how everything stands. See ``Gateway.connect``."""
    questions = _questions(setup)
    return _all(_connection(setup, questions, site), webhook_endpoints.mend(questions, site))


def _questions(setup: Setup) -> Questions:
    return Questions(setup.speaking_for(setup.account), setup.speaking_for(""))


def _all(*parts: Iterator[Finding]) -> tuple[Finding, ...]:
    """Return what all parts find, each thing once, up to where nothing more can be asked."""
    found: list[Finding] = []
    try:
        for part in parts:
            found.extend(part)
    except Unusable as end:
        found.append(end.finding)
    return tuple(dict.fromkeys(found))


def _is_live(key: str) -> bool:
    """Say whether a key moves real money."""
    return key.startswith(("sk_live_", "rk_live_"))


def at_the_start(setup: Setup, site: Site) -> Iterator[Finding]:
    """Judge the settings by themselves, without asking anybody. See ``Gateway.check_settings``."""
    yield from _settings(setup, site)
    if setup.key and not site.secret_given and not site.secrets:
        yield Finding(fact=Fact.SECRET_MISSING, remedy=webhook_endpoints.COMMAND)


def _settings(setup: Setup, site: Site) -> Iterator[Finding]:
    key = setup.key
    if not key:
        yield Finding(fact=Fact.KEY_MISSING, detail=KEY)
    elif key.startswith("pk_"):
        yield Finding(fact=Fact.KEY_PUBLISHABLE, detail=KEY)
    elif not _SECRET_KEY.fullmatch(key):
        yield Finding(fact=Fact.KEY_MALFORMED, detail=KEY)
    elif _is_live(key) and urlsplit(setup.base).scheme != "https":
        yield Finding(fact=Fact.KEY_UNPROTECTED, detail=_BASE)
    yield from _url(site.url, live=_is_live(key))


def _url(url: str, *, live: bool) -> Iterator[Finding]:
    """Judge where the world reaches us; in live mode Stripe takes return addresses with https only."""
    local = _is_local(urlsplit(url).hostname or "")
    if local:
        yield Finding(fact=Fact.URL_LOCAL, detail=url)
    insecure = live and urlsplit(url).scheme != "https"
    if insecure:
        yield Finding(fact=Fact.URL_INSECURE, detail=url)
    if not local and not insecure:
        yield Finding(fact=Fact.URL_PUBLIC, detail=url)


def _is_local(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host


def _connection(setup: Setup, questions: Questions, site: Site) -> Iterator[Finding]:
    """Ask whether the key works, what it may do, and what the account may do.

    Raises:
        Unusable: when nothing more can be asked.
    """
    key, account = setup.key, setup.account
    for finding in _settings(setup, site):
        if finding.fact in _STOPS:
            raise Unusable(finding)
        yield finding
    answer = questions.ask(lambda client: client.v1.accounts.retrieve_current(), questions.own)
    yield Finding(fact=Fact.KEY_LIVE if _is_live(key) else Fact.KEY_TEST)
    yield Finding(fact=Fact.VERSION_SPOKEN, detail=API_VERSION)
    lacking = list(permissions.lacking(questions, answer, connects=site.connects))
    yield from lacking or [Finding(fact=Fact.PERMISSIONS_THERE)]
    if account:
        answer = questions.ask(lambda client: client.v1.accounts.retrieve(account), questions.own)
    elif not site.uses_own:
        return  # what a platform's own account may do is of no matter to its companies'
    if isinstance(answer, stripe.Account):
        yield from _account(reading.account_report(answer.to_dict()))
    elif account and not permissions.refused_for_want_of(answer):
        yield Finding(fact=Fact.ACCOUNT_STOPPED)


def _account(report: AccountReport) -> Iterator[Finding]:
    active = report.status == AccountStatus.ACTIVE
    yield Finding(fact=Fact.ACCOUNT_ACTIVE if active else Fact.ACCOUNT_STOPPED)
    cards = report.cards == MethodStatus.ACTIVE
    yield Finding(fact=Fact.CARDS_ACTIVE if cards else Fact.CARDS_STOPPED)
    debits = report.debits == MethodStatus.ACTIVE
    yield Finding(fact=Fact.DEBITS_ACTIVE if debits else Fact.DEBITS_STOPPED)
