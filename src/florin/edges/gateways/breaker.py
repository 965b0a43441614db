"""A circuit breaker: after several failures in a row, calls to a processor fail at once for a while."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from threading import Lock
from typing import ParamSpec, TypeVar

from florin.contracts.connection import Finding, Site
from florin.contracts.processor import (
    AccountReport,
    GatewayBusy,
    GatewayError,
    GatewayRefusal,
    GatewayThrottled,
    Movement,
    NewAccount,
    Notice,
    PaymentEvents,
    PayoutReport,
    RefundReport,
    RefusalReason,
    Report,
    Started,
    StartOrder,
    Unread,
)
from florin.edges.gateways.interface import Gateway
from florin.kernel.money import Money

_log = logging.getLogger(__name__)
_MOST_FAILURES = 5
_REST_SECONDS = 10
_LISTS = {"movements", "payouts"}

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class GatewayAway(GatewayError):  # noqa: N818 - it names the state of things
    """The processor was not asked, for it has not answered others just now."""


class Breaker:
    """Counts the calls to one processor that failed in a row, for all threads of this process.

    After five it lets none through for ten seconds, then one, which tries for all; if that one succeeds, all
    may call again. A refusal is an answer, and so no failure; so is "not so fast". An answer that took longer
    than ``slow`` seconds is used, but counts as a failure: whoever waits holds a thread.
    """

    def __init__(self, *, slow: float = math.inf) -> None:
        self._slow = slow
        self._lock = Lock()
        self._failures = 0
        self._rests_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether a call would fail at once."""
        return self._failures >= _MOST_FAILURES and time.monotonic() < self._rests_until

    def call(
        self, ask: Callable[Arguments, Answer], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Answer:
        """Ask, and remember whether an answer came, and in time.

        Raises:
            GatewayAway: at once and without asking, while the processor is let rest.
        """
        return self._ask(partial(ask, *arguments, **named), slow=self._slow)

    def call_at_length(
        self, ask: Callable[Arguments, Answer], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Answer:
        """Ask for a list, which comes page by page and may take its time; else as ``call``."""
        return self._ask(partial(ask, *arguments, **named), slow=math.inf)

    def answered(self) -> None:
        """Forget the failures: the processor is there."""
        with self._lock:
            self._failures = 0

    def _ask(self, ask: Callable[[], Answer], *, slow: float) -> Answer:
        self._enter()
        begun = time.monotonic()
        try:
            answer = ask()
        except (GatewayBusy, GatewayRefusal, GatewayThrottled):
            self._came(begun, slow=slow)
            raise
        except GatewayError:
            self._failed()
            raise
        self._came(begun, slow=slow)
        return answer

    def _came(self, begun: float, *, slow: float) -> None:
        if time.monotonic() - begun > slow:
            self._failed()
        else:
            self.answered()

    def _enter(self) -> None:
        with self._lock:
            if self._failures < _MOST_FAILURES:
                return
            if time.monotonic() < self._rests_until:
                raise GatewayAway("The processor has not answered several times in a row")
            self._rests_until = time.monotonic() + _REST_SECONDS  # this call tries, the others wait for it

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._rests_until = time.monotonic() + _REST_SECONDS


class GuardedGateway(Gateway):
    """A gateway whose calls pass through a breaker; what asks nobody passes by it. See ``Gateway``.

    Each refusal, and each answer that is missing, is told to whoever runs the installation, in one line.
    """

    def __init__(self, gateway: Gateway, breaker: Breaker) -> None:
        self._gateway, self.capabilities = gateway, gateway.capabilities
        self._breaker = breaker

    def start(self, order: StartOrder) -> Started:
        """See ``Gateway.start``."""
        return self._call("start", self._gateway.start, order)

    def look_up(self, reference: str) -> Report:
        """See ``Gateway.look_up``."""
        return self._call("look_up", self._gateway.look_up, reference)

    def capture(self, reference: str, amount: Money, *, key: str, payment: str = "") -> Report:
        """See ``Gateway.capture``."""
        return self._call("capture", self._gateway.capture, reference, amount, key=key, payment=payment)

    def expire(self, reference: str, *, key: str) -> None:
        """See ``Gateway.expire``."""
        self._call("expire", self._gateway.expire, reference, key=key)

    def void(self, reference: str, *, key: str, payment: str = "") -> Report:
        """See ``Gateway.void``."""
        return self._call("void", self._gateway.void, reference, key=key, payment=payment)

    def refund(self, payment: str, amount: Money, *, key: str, refund: str) -> RefundReport:
        """See ``Gateway.refund``."""
        return self._call("refund", self._gateway.refund, payment, amount, key=key, refund=refund)

    def payment_events(self, payment: str) -> PaymentEvents:
        """See ``Gateway.payment_events``."""
        return self._call("payment_events", self._gateway.payment_events, payment)

    def movements(self, *, since: datetime, payout: str = "") -> Iterator[Movement | Unread]:
        """See ``Gateway.movements``."""
        yield from self._call("movements", list, self._gateway.movements(since=since, payout=payout))

    def balance(self) -> tuple[Money, ...]:
        """See ``Gateway.balance``."""
        return self._call("balance", self._gateway.balance)

    def payouts(self, *, since: datetime) -> Iterator[PayoutReport | Unread]:
        """See ``Gateway.payouts``."""
        yield from self._call("payouts", list, self._gateway.payouts(since=since))

    def open_account(self, new: NewAccount, *, key: str) -> str:
        """See ``Gateway.open_account``."""
        return self._call("open_account", self._gateway.open_account, new, key=key)

    def onboarding_page(self, account: str, *, return_url: str, refresh_url: str) -> str:
        """See ``Gateway.onboarding_page``."""
        return self._call(
            "onboarding_page",
            self._gateway.onboarding_page,
            account,
            return_url=return_url,
            refresh_url=refresh_url,
        )

    def account(self, account: str) -> AccountReport:
        """See ``Gateway.account``."""
        return self._call("account", self._gateway.account, account)

    def dispute_page(self, reference: str, *, account: str = "") -> str:
        """See ``Gateway.dispute_page``."""
        return self._call("dispute_page", self._gateway.dispute_page, reference, account=account)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Sequence[Notice]:
        """See ``Gateway.read_notice``."""
        return self._gateway.read_notice(headers, body)

    def check_settings(self, site: Site) -> tuple[Finding, ...]:
        """See ``Gateway.check_settings``."""
        return self._gateway.check_settings(site)

    def check_connection(self, site: Site) -> tuple[Finding, ...]:
        """See ``Gateway.check_connection``; whoever checks wants to know, also while the processor rests."""
        return self._gateway.check_connection(site)

    def connect(self, site: Site) -> tuple[Finding, ...]:
        """See ``Gateway.connect``."""
        return self._gateway.connect(site)

    def _call(
        self,
        verb: str,
        ask: Callable[Arguments, Answer],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Answer:
        try:
            call = self._breaker.call_at_length if verb in _LISTS else self._breaker.call
            return call(ask, *arguments, **named)
        except GatewayRefusal as refusal:
            refusal.verb = verb
            _log.log(
                logging.ERROR if refusal.reason == RefusalReason.KEY else logging.WARNING,
                "The processor refuses %s: %s (%s, request %s): %s",
                *(verb, refusal.reason.value, refusal.code or "no code", refusal.request or "unknown"),
                refusal,
            )
            raise
        except (GatewayAway, GatewayBusy):
            raise  # nobody was asked, or somebody else is told
        except GatewayError as problem:
            _log.warning("The processor does not answer %s: %s", verb, " ".join(str(problem).split())[:200])
            raise
