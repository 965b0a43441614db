"""What our key must be allowed to do at Stripe, and asking whether it is: nothing changes there by it.

A question that needs the right to write is put about an object that does not exist, for Stripe looks at the
key's permissions before it looks for the object. The names are those in Stripe's own answers.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import stripe

from florin.contracts.connection import Fact, Finding
from florin.contracts.processor import GatewayRefusal, RefusalReason
from florin.edges.gateways.stripe import API_VERSION, answers

KEY = "STRIPE_API_KEY"
WEBHOOKS = "Webhook Endpoints: Write (rak_webhook_write)"
_NAMES = re.compile(r"\brak_\w+")
_LONGEST_SECONDS = 40
_NOBODY = "florin_connection_check"


class Unusable(Exception):  # noqa: N818 - it names the state of things
    """Nothing more can be asked; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.fact.value)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class _Need:
    """A permission of a restricted key: Stripe's name, its dashboard's, and a question that needs it."""

    name: str
    label: str
    ask: Callable[[stripe.StripeClient], object]


_NEEDS = (
    _Need(
        "rak_checkout_session_write",
        "Checkout Sessions: Write",
        lambda client: client.v1.checkout.sessions.expire(f"cs_test_{_NOBODY}"),
    ),
    _Need(
        "rak_payment_intent_write",
        "PaymentIntents: Write",
        lambda client: client.v1.payment_intents.cancel(f"pi_{_NOBODY}"),
    ),
    _Need(
        "rak_charge_write",
        "Charges and Refunds: Write",
        lambda client: client.v1.refunds.create({"payment_intent": f"pi_{_NOBODY}"}),
    ),
    _Need(
        "rak_charge_read", "Charges and Refunds: Read", lambda client: client.v1.charges.list({"limit": 1})
    ),
    _Need("rak_dispute_read", "Disputes: Read", lambda client: client.v1.disputes.list({"limit": 1})),
    _Need("rak_balance_read", "Balance: Read", lambda client: client.v1.balance.retrieve()),
    _Need(
        "rak_balance_transaction_source_read",
        "Balance transaction sources: Read",
        lambda client: client.v1.balance_transactions.list({"limit": 1}),
    ),
    _Need("rak_payout_read", "Payouts: Read", lambda client: client.v1.payouts.list({"limit": 1})),
)
_OF_OWN = (
    _Need(
        "rak_webhook_write",
        "Webhook Endpoints: Write",
        lambda client: client.v1.webhook_endpoints.update(f"we_{_NOBODY}", {"disabled": True}),
    ),
)
_OF_PLATFORMS = (
    _Need(
        "rak_connected_account_write",
        "Connected accounts: Write",
        lambda client: client.v1.accounts.update(f"acct_{_NOBODY}", {"metadata": {"checked": "yes"}}),
    ),
    _Need(
        "rak_connected_account_write",
        "Connected accounts: Write",
        lambda client: client.v1.accounts.login_links.create(f"acct_{_NOBODY}"),
    ),
    _Need(
        "rak_account_link_write",
        "Account Links: Write",
        lambda client: client.v1.account_links.create(
            {
                "account": f"acct_{_NOBODY}",
                "type": "account_onboarding",
                "return_url": "https://florin.invalid/",
                "refresh_url": "https://florin.invalid/",
            }
        ),
    ),
)


class Questions:
    """Puts questions to Stripe, for all of which together there is a bounded time.

    ``own`` speaks for the holder of the key, ``client`` for the account whose payments are meant.
    """

    def __init__(self, client: stripe.StripeClient, own: stripe.StripeClient) -> None:
        self.client, self.own = client, own
        self._until = time.monotonic() + _LONGEST_SECONDS

    def ask(self, question: Callable[[stripe.StripeClient], object], client: stripe.StripeClient) -> object:
        """Return what Stripe answers, or its plain no as it is.

        Raises:
            Unusable: if it does not answer, or takes neither our key nor our version.
        """
        if time.monotonic() > self._until:
            raise Unusable(Finding(fact=Fact.NO_ANSWER))
        try:
            return question(client)
        except stripe.StripeError as problem:
            answer = answers.meaning(problem)
        if not isinstance(answer, GatewayRefusal):
            raise Unusable(Finding(fact=Fact.NO_ANSWER)) from answer
        if _is_about_version(answer):
            raise Unusable(Finding(fact=Fact.VERSION_REFUSED, detail=API_VERSION)) from answer
        if answer.reason == RefusalReason.KEY:
            raise Unusable(Finding(fact=Fact.KEY_REFUSED, detail=KEY)) from answer
        return answer


def lacking(questions: Questions, own_account: object, *, connects: bool) -> Iterator[Finding]:
    """Return the permissions that the key lacks; ``own_account`` is what came when we asked for our account.

    Raises:
        Unusable: when nothing more can be asked.
    """
    yield from _if_missing(own_account, "rak_accounts_kyc_basic_read")
    for need in _NEEDS:
        yield from _if_missing(questions.ask(need.ask, questions.client), need.name, need.label)
    for need in _OF_OWN + (_OF_PLATFORMS if connects else ()):
        yield from _if_missing(questions.ask(need.ask, questions.own), need.name, need.label)


def refused_for_want_of(answer: object) -> bool:
    """Say whether an answer is a no because the key may not ask."""
    return isinstance(answer, GatewayRefusal) and answer.reason == RefusalReason.PERMISSION


def _if_missing(answer: object, name: str, label: str = "") -> Iterator[Finding]:
    if refused_for_want_of(answer):
        # Stripe names every permission of which one would do; ours is the least of them.
        names = _NAMES.findall(str(answer))
        wanted = name if name in names or not names else " / ".join(names)
        yield Finding(fact=Fact.PERMISSION_MISSING, detail=f"{label} ({wanted})" if label else wanted)


def _is_about_version(no: GatewayRefusal) -> bool:
    return "API version" in str(no) and API_VERSION in str(no)
