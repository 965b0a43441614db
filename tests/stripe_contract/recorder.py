"""A server at Stripe's place: it writes down every request as it comes, and knows one answer to each."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from florin_sandbox import account_shapes, capabilities, cards, charge_shapes, shapes
from florin_sandbox.params import Tree, parse
from florin_sandbox.settings import API_VERSION

NOTICES = "https://shop.example/notices/stripe"
_NOW = 1_800_000_000
_PAYER = {"email": "pat@example.com", "name": "Pat Payer"}


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request: its parameters are the tree that its form, or its address, spells."""

    method: str
    path: str
    tree: Tree
    headers: dict[str, str]


@dataclass
class Recorder:
    """What was asked so far."""

    url: str = ""
    asked: list[RecordedRequest] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Recorder]:
    """Let a server run that answers every request with an object of the kind that it is about."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            self.record(address.path, address.query)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.record(urlsplit(self.path).path, body.decode())

        def do_DELETE(self) -> None:
            self.do_POST()

        def record(self, path: str, form: str) -> None:
            tree = parse(form)
            recorder.asked.append(RecordedRequest(self.command, path, tree, dict(self.headers)))
            answer = json.dumps(_answer(self.command, path, tree)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    recorder.url = f"http://127.0.0.1:{server.server_port}"
    yield recorder
    server.shutdown()
    server.server_close()


def _answer(method: str, path: str, tree: Tree) -> dict[str, Any]:
    """One object; or a list, which has a second page and no third."""
    about = path.removeprefix("/v1/").removeprefix("checkout/").split("/")
    known = objects()
    one = known[about[-1] if about[-1] in known else about[0]]
    if method != "GET" or about[-1] not in _LISTED:
        return one
    return {"object": "list", "data": [one], "has_more": "starting_after" not in tree, "url": path}


_LISTED = {
    "sessions",
    "payment_intents",
    "charges",
    "refunds",
    "disputes",
    "balance_transactions",
    "payouts",
    "accounts",
    "events",
    "webhook_endpoints",
    "capabilities",
}


def objects() -> dict[str, dict[str, Any]]:
    """An object of each kind, with its story told where a request may want it."""
    facts = {"amount_total": 10_000, "currency": "usd", "payment_method_types": ["card"]}
    session = shapes.checkout_session(_NOW, "https://pay.example/", **facts, payment_method_options={})
    data = dict.fromkeys(["description", "receipt_email", "statement_descriptor"])
    data |= dict.fromkeys(["statement_descriptor_suffix", "transfer_group"])
    intent = shapes.payment_intent(_NOW, session, {**data, "capture_method": "manual", "metadata": {}})
    charge = charge_shapes.charge(
        _NOW, intent, cards.read("4242424242424242", exp_month=1, exp_year=2040), _PAYER
    )
    refund = shapes.refund(_NOW, charge, amount=100, reason=None, metadata={}, status="succeeded")
    account = account_shapes.account(
        _NOW, country="US", business_type="company", capabilities={"transfers": "active"}
    )
    booked = shapes.balance_transaction(
        _NOW,
        charge,
        kind="charge",
        category="charge",
        amount=10_000,
        fee=315,
        available_on=_NOW,
        description=None,
    )
    return {
        "sessions": {**session, "status": "complete", "payment_intent": {**intent, "latest_charge": charge}},
        "payment_intents": {**intent, "latest_charge": {**charge, "balance_transaction": booked}},
        "charges": charge,
        "refunds": refund,
        "disputes": shapes.dispute(_NOW, charge, amount=100, reason="fraudulent", code="10.4"),
        "balance": {"object": "balance", "available": [], "pending": [], "livemode": False},
        "balance_transactions": {**booked, "source": charge},
        "payouts": {
            "id": "po_1",
            "object": "payout",
            "amount": 1,
            "currency": "usd",
            "status": "paid",
            "created": _NOW,
            "arrival_date": _NOW,
            "automatic": True,
            "reconciliation_status": "completed",
            "type": "bank_account",
            "method": "standard",
        },
        "accounts": account,
        "capabilities": capabilities.shown(account, "transfers"),
        "webhook_endpoints": {
            **shapes.webhook_endpoint(
                _NOW,
                api_version=API_VERSION,
                application=None,
                url=NOTICES,
                enabled_events=["*"],
                description=None,
                metadata={},
            ),
            "id": "we_1",
            "secret": "whsec_y",
        },
        "account": account,
        "login_links": {"object": "login_link", "created": _NOW, "url": "https://express.example/"},
        "account_links": account_shapes.account_link(_NOW, lasts=300, url="https://setup.example/"),
    }
