"""What the tests hold on to: the sandbox as a process, and a shop that listens for its notices."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass, field, replace
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import stripe
from stripe.checkout import Session

from stripe_contract import watching
from testing.processes import free_port, wait_until

SOURCES = Path(__file__).parents[2] / "src"
API_KEY = "sk_test_for_the_tests"
TOKEN = "control-token-for-the-tests"
SECRET = "whsec_for_the_tests"
PAYER = {"email": "pat@example.com", "expiry": "12 / 40", "cvc": "123", "name": "Pat Payer"}
web = httpx.Client(verify=False, timeout=10, trust_env=False)  # noqa: S501 - plain HTTP; a context costs time
GOOD_CARD = "4242424242424242"
CAPABILITIES = ("card_payments", "transfers", "us_bank_account_ach_payments")
GOOD_ACCOUNT = "000123456789"
HOLDER = {
    "method": "us_bank_account",
    "name": "Pat Payer",
    "email": "pat@example.com",
    "routing": "110000000",
    "kind": "checking",
}


@dataclass
class Sandbox:
    """The program, started on free ports over a data folder."""

    data: Path
    options: list[str] = field(default_factory=list)
    notice_secret: str = ""
    port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    account: str = ""

    def at(self, account: str) -> "Sandbox":
        """The same program, with all API calls made for a connected account."""
        return replace(self, account=account)

    def business(self, *capabilities: str, **more: Any) -> "Sandbox":
        """The program as a new connected account that may do everything sees it."""
        requested = {name: {"requested": True} for name in capabilities or CAPABILITIES}
        params: Any = {"type": "express", "country": "US", "capabilities": requested, **more}
        account = self.api.v1.accounts.create(params)
        self.order(f"accounts/{account.id}", verdict="verify")
        return self.at(account.id)

    def start(self) -> None:
        command = [sys.executable, "-m", "florin_sandbox.main", "--data", str(self.data)]
        command += ["--port", str(self.port), "--smtp-port", str(self.smtp_port)]
        command += self.options
        secrets = {
            "SANDBOX_API_KEY": API_KEY,
            "SANDBOX_CONTROL_TOKEN": TOKEN,
            "SANDBOX_WEBHOOK_SECRET": self.notice_secret,
        }
        environment = {**os.environ, **secrets, "PYTHONPATH": str(SOURCES)}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        wait_until(self.answers, seconds=20)

    def answers(self) -> bool:
        try:
            return web.get(f"{self.url}/healthz").is_success
        except httpx.HTTPError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def api(self) -> stripe.StripeClient:
        """Stripe's SDK, speaking to this sandbox."""
        return self.client(API_KEY)

    def client(self, key: str, retries: int = 0, timeout: float = 5.0) -> stripe.StripeClient:
        return stripe.StripeClient(
            key,
            stripe_account=self.account or None,
            base_addresses={"api": self.url},
            max_network_retries=retries,
            http_client=watching.client(seconds=timeout),
        )

    def all_events(self) -> list[bytes]:
        """Every event that it has ever kept, whosever account it is about and whether or not it was sent."""
        with sqlite3.connect(self.data / "sandbox.db") as store:
            rows = store.execute("SELECT body FROM object WHERE kind = 'event'").fetchall()
        return [body.encode() for (body,) in rows]

    def order(self, what: str, **order: Any) -> Any:
        """Give a control order; the answer's JSON."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = web.post(f"{self.url}/control/{what}", json=order, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    def held(self, operation: str) -> int:
        """How many calls of an operation are held at the moment."""
        return int(self.read("").json()["faults"].get(operation, {}).get("waiting", 0))

    def read(self, what: str) -> httpx.Response:
        return web.get(f"{self.url}/control/{what}".rstrip("/"), headers={"Authorization": f"Bearer {TOKEN}"})

    def log(self, kind: str = "") -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.read(f"log?kind={kind}").text.splitlines()]

    def session(
        self, amount: int = 10_000, currency: str = "usd", capture: str = "manual", **more: Any
    ) -> Session:
        """A new checkout session of one line."""
        price = {"currency": currency, "product_data": {"name": "Invoice INV-10023"}, "unit_amount": amount}
        params: Any = {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "payment_intent_data": {"capture_method": capture, "metadata": {"attempt": "a-1"}},
            "success_url": "https://shop.example/done?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://shop.example/back",
            **more,
        }
        return self.api.v1.checkout.sessions.create(params)

    def pay(self, session: Session, card: str = GOOD_CARD, **typed: str) -> httpx.Response:
        """Fill in the hosted page and press Pay."""
        return web.post(f"{self.url}/c/pay/{session.id}", data={**PAYER, "number": card, **typed})

    def authorised(self, amount: int = 10_000, **more: Any) -> str:
        """The payment intent of a session that was just paid."""
        session = self.session(amount, **more)
        assert self.pay(session).status_code == 303
        return self.intent_of(session)

    def intent_of(self, session: Session) -> str:
        intent = self.api.v1.checkout.sessions.retrieve(session.id).payment_intent
        assert isinstance(intent, str)
        return intent

    def debited(self, account: str = GOOD_ACCOUNT, amount: int = 10_000, **typed: str) -> str:
        """The payment intent of a bank debit that was just authorised on the page."""
        session = self.session(amount, capture="automatic", allowed_payment_method_types=["us_bank_account"])
        form = {**HOLDER, "account": account, **typed}
        assert web.post(f"{self.url}/c/pay/{session.id}", data=form).status_code == 303
        return self.intent_of(session)

    def later(self, *, days: float) -> None:
        """Move the clock on, and let what is due by then happen."""
        self.order("clock", advance=days * 24 * 3600)

    def charge_of(self, intent: str) -> Any:
        """The latest charge of an intent."""
        return self.api.v1.charges.list({"payment_intent": intent}).data[0]

    def dispute_of(self, intent: str) -> Any:
        """The latest dispute about an intent, its balance transactions included."""
        return self.api.v1.disputes.list({"payment_intent": intent}).data[0]

    def moves_of(self, intent: str) -> list[tuple[str, int]]:
        """The movements of an intent's money."""
        return [
            (entry["move"], entry["amount"])
            for entry in self.log("money")
            if entry["payment_intent"] == intent
        ]

    def events_of(self, intent: str) -> list[str]:
        """The kinds of events that told of an intent, in their order."""
        found = [event.to_dict() for event in self.api.v1.events.list({"limit": 100}).data[::-1]]
        about = ((event["type"], event["data"]["object"]) for event in found)
        return [kind for kind, thing in about if intent in {thing.get("id"), thing.get("payment_intent")}]

    def summary_of(self, intent: str) -> dict[str, Any]:
        """Where an intent stands by the bank's own count."""
        entries = self.read("summary").json()["payment_intents"]
        return next(entry for entry in entries if entry["payment_intent"] == intent)

    def captured(self, amount: int = 10_000, **more: Any) -> str:
        intent = self.authorised(amount, **more)
        self.api.v1.payment_intents.capture(intent)
        return intent


@dataclass
class Shop:
    """A real HTTP server that takes notices: `answers` are the statuses to give, then 200."""

    server: ThreadingHTTPServer
    notices: list[tuple[bytes, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/notices"

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.notices]

    def ids(self) -> list[str]:
        return [json.loads(body)["id"] for body, _ in self.notices]

    def verified(self, secret: str) -> list[stripe.Event]:
        return [stripe.Webhook.construct_event(body, header, secret) for body, header in self.notices]


def open_shop() -> Shop:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            shop.notices.append((body, self.headers["Stripe-Signature"]))
            watching.check(body, "notice")
            self.send_response(shop.answers.pop(0) if shop.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shop = Shop(server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return shop
