"""The adapter to Stripe: Checkout in payment mode, cards authorised first and captured by us.

Facts used here are from Stripe's API reference: a session makes its payment intent when the payer
confirms; ``requires_capture`` holds the money; an idempotency key replays the first answer, a 500 included.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import stripe

from florin.contracts import patience
from florin.contracts.connection import Finding, Site
from florin.contracts.processor import (
    AccountReport,
    GatewayError,
    GatewayRefusal,
    GatewayThrottled,
    Movement,
    NewAccount,
    Notice,
    Outcome,
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
from florin.edges.gateways.stripe import API_VERSION, amounts, answers, connecting, notices, offers, reading
from florin.kernel.money import Money

_WHOLE_STORY = ["payment_intent.latest_charge.balance_transaction"]
_METHODS = {"card": "card", "ach": "us_bank_account"}
# The payer signs in to the bank: small deposits, days later, would leave the payment open for so long.
_OF_DEBITS = {"us_bank_account": {"verification_method": "instant"}}
_MOST_ON_A_PAGE = 100
# It only fills in a field for the payer; with an address that Stripe does not take, nobody could pay at all.
_PLAIN_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+", re.ASCII)
_CAPABILITIES = ("card_payments", "transfers")
_OF_AMERICANS = (reading.DEBITS,)


class StripeGateway(Gateway):
    """Speaks to Stripe's API at ``base``; the test processor and the real one are the same to it.

    ``seconds`` is how long a call may take before its outcome counts as unknown; ``account`` is the connected
    account that it speaks for; ``notice_secret`` tells what signs notices now, several with commas between;
    ``connect`` says whether it is a platform's that opens accounts for others.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base: str,
        notice_secret: Callable[[], str],
        seconds: int,
        account: str = "",
        dashboard: str = "",
        connect: bool = False,
    ) -> None:
        self.capabilities = offers.capabilities(connect=connect)
        self._notice_secret = notice_secret
        self._dashboard = dashboard.rstrip("/")
        self._mode = "/test" if "_test_" in api_key else ""
        self._key, self._base, self._seconds, self._account = api_key, base, seconds, account
        self._client = self._speaking_for(account)

    def _speaking_for(self, account: str) -> stripe.StripeClient:
        return stripe.StripeClient(
            self._key,
            base_addresses={"api": self._base},
            stripe_version=API_VERSION,
            stripe_account=account or None,
            max_network_retries=0,  # asking again is our poller's decision
            http_client=stripe.RequestsClient(timeout=self._seconds),
        )

    def start(self, order: StartOrder) -> Started:
        """Open a Checkout session; see ``Gateway.start``."""
        session = self._ask(
            self._client.v1.checkout.sessions.create,
            params=_session(order),
            options={"idempotency_key": order.key},
        )
        return Started(reference=session["id"], url=session["url"] or "")

    @reading.understood()
    def look_up(self, reference: str) -> Report:
        """Ask for the session with its payment, charge and fee in one request; see ``Gateway.look_up``."""
        session = self._ask(
            self._client.v1.checkout.sessions.retrieve, reference, params={"expand": _WHOLE_STORY}
        )
        return reading.report(session)

    def capture(self, reference: str, amount: Money, *, key: str, payment: str = "") -> Report:
        """Capture the session's payment; see ``Gateway.capture``."""
        params = {"amount_to_capture": amounts.to_stripe(amount)}
        return self._move(
            reference, self._client.v1.payment_intents.capture, payment=payment, key=key, params=params
        )

    def expire(self, reference: str, *, key: str) -> None:
        """Expire the session; see ``Gateway.expire``."""
        try:
            self._ask(self._client.v1.checkout.sessions.expire, reference, options={"idempotency_key": key})
        except GatewayRefusal as refusal:
            # Stripe gives no code for a session that is not open any more.
            if refusal.reason not in {RefusalReason.PARAMETER, RefusalReason.STATE}:
                raise

    def void(self, reference: str, *, key: str, payment: str = "") -> Report:
        """Cancel the session's payment; see ``Gateway.void``."""
        return self._move(reference, self._client.v1.payment_intents.cancel, payment=payment, key=key)

    @reading.understood()
    def refund(self, payment: str, amount: Money, *, key: str, refund: str) -> RefundReport:
        """Refund a part of a payment; see ``Gateway.refund``."""
        made = self._ask(
            self._client.v1.refunds.create,
            params={
                "payment_intent": payment,
                "amount": amounts.to_stripe(amount),
                "metadata": {"refund": refund},
                "expand": ["balance_transaction"],
            },
            options={"idempotency_key": key},
        )
        return reading.refund_report(made)

    @reading.understood()
    def payment_events(self, payment: str) -> PaymentEvents:
        """Ask for the payment, its refunds and its disputes; see ``Gateway.payment_events``."""
        intent = self._ask(
            self._client.v1.payment_intents.retrieve,
            payment,
            params={"expand": ["latest_charge.balance_transaction"]},
        )
        refunds = self._all(
            self._client.v1.refunds.list,
            {"payment_intent": payment, "expand": ["data.balance_transaction"]},
        )
        disputes = self._all(self._client.v1.disputes.list, {"payment_intent": payment})
        return PaymentEvents(
            fee=reading.fee_of(intent.get("latest_charge") or {}),
            refunds=tuple(map(reading.refund_report, refunds)),
            disputes=tuple(map(reading.dispute_report, disputes)),
        )

    def movements(self, *, since: datetime, payout: str = "") -> Iterator[Movement | Unread]:
        """List balance transactions with what they are about; see ``Gateway.movements``."""
        wanted: dict[str, Any] = {"expand": ["data.source"]}
        if payout:
            wanted["payout"] = payout
        else:
            wanted["created"] = {"gte": int(since.timestamp())}
        listed = self._all(self._client.v1.balance_transactions.list, wanted)
        yield from reading.each(reading.movement, listed)

    @reading.understood()
    def balance(self) -> tuple[Money, ...]:
        """Ask for the balance; see ``Gateway.balance``."""
        return reading.balance(self._ask(self._client.v1.balance.retrieve))

    def payouts(self, *, since: datetime) -> Iterator[PayoutReport | Unread]:
        """List payouts; see ``Gateway.payouts``."""
        wanted: dict[str, Any] = {"created": {"gte": int(since.timestamp())}}
        made = list(self._all(self._client.v1.payouts.list, wanted))
        yield from reading.each(reading.payout_report, reversed(made))

    def open_account(self, new: NewAccount, *, key: str) -> str:
        """Open a connected account; see ``Gateway.open_account``."""
        wanted = _CAPABILITIES + (_OF_AMERICANS if new.country == "US" else ())
        opened = self._ask(
            self._client.v1.accounts.create,
            params={
                "type": "express",
                "country": new.country,
                "email": new.email,
                "business_profile": {"name": new.name},
                "capabilities": {name: {"requested": True} for name in wanted},
                "metadata": {"company": new.company},
            },
            options={"idempotency_key": key},
        )
        return str(opened["id"])

    def onboarding_page(self, account: str, *, return_url: str, refresh_url: str) -> str:
        """Ask for a link to the hosted form; see ``Gateway.onboarding_page``."""
        link = self._ask(
            self._client.v1.account_links.create,
            params={
                "account": account,
                "type": "account_onboarding",
                "return_url": return_url,
                "refresh_url": refresh_url,
            },
        )
        return str(link["url"])

    @reading.understood()
    def account(self, account: str) -> AccountReport:
        """Ask how an account stands; see ``Gateway.account``."""
        if not account:
            return reading.account_report(self._ask(self._client.v1.accounts.retrieve_current))
        try:
            return reading.account_report(self._ask(self._client.v1.accounts.retrieve, account))
        except GatewayRefusal as refusal:
            if refusal.reason != RefusalReason.ACCOUNT_GONE:
                raise
            return reading.lost_account(account)

    def dispute_page(self, reference: str, *, account: str = "") -> str:
        """Say where a dispute is answered; see ``Gateway.dispute_page``.

        The dashboard has an address for it, under /test for what was paid with test keys. A company whose
        account this platform opened has the Express dashboard, for which only a link that signs it in will
        do (Stripe's pages on the Express Dashboard and on login links); other accounts get none.
        """
        if account:
            with suppress(GatewayRefusal):
                return str(self._ask(self._client.v1.accounts.login_links.create, account)["url"])
        return f"{self._dashboard}{self._mode}/disputes/{reference}"

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> tuple[Notice]:
        """Check Stripe's signature, under which comes one event; see ``Gateway.read_notice``."""
        secrets = filter(None, map(str.strip, self._notice_secret().split(",")))
        return (notices.read(headers.get("stripe-signature", ""), body, secrets),)

    def check_settings(self, site: Site) -> tuple[Finding, ...]:
        """Look at the key and the addresses; see ``Gateway.check_settings``."""
        return tuple(connecting.at_the_start(self._setup(), site))

    def check_connection(self, site: Site) -> tuple[Finding, ...]:
        """Ask how the connection stands; see ``Gateway.check_connection``."""
        return connecting.check(self._setup(), site)

    def connect(self, site: Site) -> tuple[Finding, ...]:
        """Make or mend our webhook endpoints; see ``Gateway.connect``."""
        return connecting.connect(self._setup(), site)

    def _setup(self) -> connecting.Setup:
        return connecting.Setup(
            key=self._key, base=self._base, account=self._account, speaking_for=self._speaking_for
        )

    def _intent_of(self, reference: str) -> str:
        payment = self.look_up(reference).payment
        if not payment:
            raise GatewayError(f"The session {reference} has no payment yet")
        return payment

    def _move(self, reference: str, call: Any, *, payment: str, key: str, **named: Any) -> Report:
        """Ask to take or release what is held, and look; a no is the answer only if it is held still.

        "Captured already" and "cancelled already" are no refusals to somebody who asks again.
        """
        refused = None
        try:
            self._ask(call, payment or self._intent_of(reference), options={"idempotency_key": key}, **named)
        except GatewayRefusal as refusal:
            refused = refusal
        report = self.look_up(reference)
        if refused is not None and report.outcome == Outcome.AUTHORISED:
            raise refused
        return report

    def _all(self, call: Any, wanted: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Page through a list, the newest first, as the processor gives it."""
        after: dict[str, Any] = {}
        while True:
            page = self._ask(call, params={**wanted, **after, "limit": _MOST_ON_A_PAGE})
            with reading.understood():
                things, has_more = list(page["data"]), bool(page["has_more"])
                after = {"starting_after": things[-1]["id"]} if things else {}
            yield from things
            if not has_more or not things:
                return

    def _ask(self, call: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Ask once; what was asked too fast, again for as long as whoever asks has the patience."""
        while True:
            try:
                answer: stripe.StripeObject = call(*arguments, **named)
            except stripe.StripeError as problem:
                meaning = answers.meaning(problem)
                if isinstance(meaning, GatewayThrottled) and patience.waited(meaning):
                    continue
                raise meaning from problem
            return answer.to_dict()


def _session(order: StartOrder) -> dict[str, Any]:
    about = {"attempt": order.attempt}
    return {
        "mode": "payment",
        "branding_settings": {"display_name": order.merchant},
        "allowed_payment_method_types": [_METHODS[order.method]],
        # The payer pays the amount of our page, in the currency of our page.
        "adaptive_pricing": {"enabled": False},
        **({"payment_method_options": _OF_DEBITS} if order.method == "ach" else {}),
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": item.amount.currency.lower(),
                    "unit_amount": amounts.to_stripe(item.amount),
                    "product_data": {"name": item.name},
                },
            }
            for item in order.line_items
        ],
        "payment_intent_data": {
            # A bank debit cannot be held, so it is taken at once.
            **({"capture_method": "manual"} if offers.METHODS[order.method].can_hold else {}),
            "description": order.description,
            "metadata": about,
        },
        "metadata": about,
        "client_reference_id": order.attempt,
        "locale": order.language,
        "success_url": order.return_url,
        "cancel_url": order.cancel_url,
        "expires_at": int(order.expires_at.timestamp()),
        **({"customer_email": order.payer_email} if _PLAIN_ADDRESS.fullmatch(order.payer_email) else {}),
    }
