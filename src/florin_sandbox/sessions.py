"""Checkout sessions: a page for one payment, open until it is paid, expired or called off."""

from dataclasses import dataclass
from typing import Any

from florin_sandbox import accounts, conversions, errors, events, intents, methods, money, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.params import Params
from florin_sandbox.store import Json

KIND = "checkout.session"
LOCALES = ("auto", "en", "en-GB", "es", "es-419")
KNOWN = frozenset(
    [
        "adaptive_pricing",
        "allowed_payment_method_types",
        "branding_settings",
        "cancel_url",
        "client_reference_id",
        "customer_email",
        "expand",
        "expires_at",
        "line_items",
        "locale",
        "metadata",
        "mode",
        "payment_intent_data",
        "payment_method_options",
        "success_url",
        "ui_mode",
    ]
)
INTENT_KNOWN = frozenset(
    [
        "capture_method",
        "description",
        "metadata",
        "receipt_email",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_group",
    ]
)
SHORTEST = 30 * 60
LONGEST = 24 * 3600
LENIENCE = 60
MAX_LINES = 100


@dataclass(frozen=True, slots=True)
class Order:
    """What a new session is for: the public facts, the lines, and what its intent will carry."""

    facts: dict[str, Any]
    lines: list[tuple[int, int, Json]]
    intent: Json
    merchant: str | None
    expires_at: int | None


def read_create(params: Params, _identifier: str) -> Order:
    """The session the caller wants."""
    params.only(KNOWN)
    params.need_choice("mode", ("payment",))
    params.choice("ui_mode", ("hosted_page",), "hosted_page")
    currency, lines = _read_lines(params)
    total = sum(unit * quantity for unit, quantity, _ in lines)
    money.check(total, currency, "line_items")
    money.check_minimum(total, currency, "line_items")
    success_url = params.url("success_url")
    if success_url is None:
        raise errors.missing("success_url")
    intent = _read_intent(params.group("payment_intent_data"))
    email = params.email("customer_email")
    facts = {
        "amount_total": total,
        "currency": currency,
        "cancel_url": params.url("cancel_url"),
        "success_url": success_url,
        "client_reference_id": params.text("client_reference_id", limit=200),
        "customer_email": email,
        "locale": params.choice("locale", LOCALES, "") or None,
        "metadata": params.metadata(),
        "adaptive_pricing": {"enabled": params.alone("adaptive_pricing", "enabled").truth("enabled")},
        "allowed_payment_method_types": methods.read_allowed(params),
        "payment_method_options": methods.read_options(params),
    }
    merchant = params.alone("branding_settings", "display_name").text("display_name", limit=200)
    return Order(facts, lines, intent, merchant, params.integer("expires_at"))


def _read_lines(params: Params) -> tuple[str, list[tuple[int, int, Json]]]:
    groups = params.groups("line_items")
    if not groups:
        raise errors.missing("line_items")
    if len(groups) > MAX_LINES:
        raise errors.invalid("line_items", f"There can be at most {MAX_LINES} line items.")
    currencies, lines = set(), []
    for group in groups:
        group.only({"price_data", "quantity"})
        price = group.group("price_data")
        price.only({"currency", "product_data", "unit_amount"})
        product = price.alone("product_data", "description", "name")
        currencies.add(_currency(price))
        described = {"name": product.need_text("name", limit=250), "description": product.text("description")}
        lines.append((price.need_integer("unit_amount"), group.integer("quantity", least=1) or 1, described))
    if len(currencies) > 1:
        raise errors.invalid("line_items", "All line items must have the same currency.")
    return currencies.pop(), lines


def _currency(price: Params) -> str:
    currency = price.need_text("currency").lower()
    money.check_currency(currency, price.name("currency"))
    return currency


def _read_intent(group: Params) -> Json:
    group.only(INTENT_KNOWN)
    return {
        "capture_method": group.choice(
            "capture_method", ("automatic", "automatic_async", "manual"), "automatic"
        ),
        "description": group.text("description", limit=1000),
        "metadata": group.metadata(),
        "receipt_email": group.email("receipt_email"),
        "statement_descriptor": group.text("statement_descriptor", limit=22),
        "statement_descriptor_suffix": group.text("statement_descriptor_suffix", limit=22),
        "transfer_group": group.text("transfer_group"),
    }


def create(bank: Bank, order: Order) -> Json:
    """Open a session and its page. Refuses where none of these ways is open to the account."""
    conversions.check_minimum(bank, order.facts["amount_total"], order.facts["currency"], "line_items")
    accounts.check_can_charge(bank)
    offered = methods.offered(
        bank,
        order.facts["allowed_payment_method_types"],
        currency=order.facts["currency"],
        capture_method=order.intent["capture_method"],
    )
    now = bank.clock.now()
    expires_at = _moment(bank, order.expires_at) if order.expires_at else now + LONGEST
    if not _allowed(now, expires_at):
        message = "`expires_at` must be between 30 minutes and 24 hours from Checkout Session creation."
        raise errors.invalid("expires_at", message)
    options = order.facts["payment_method_options"]
    facts = {
        **order.facts,
        "expires_at": expires_at,
        "payment_method_options": {method: options[method] for method in offered},
        "payment_method_types": offered,
    }
    session = shapes.checkout_session(now, f"{bank.settings.base_url}/c/pay/", **facts)
    currency = order.facts["currency"]
    private = {
        "intent": order.intent,
        "lines": [
            shapes.line_item(now, currency=currency, unit_amount=unit, quantity=quantity, product=product)
            for unit, quantity, product in order.lines
        ],
        "merchant": order.merchant or accounts.shown_name(bank),
    }
    bank.store.add(session, due=expires_at, private=private)
    return session


def _allowed(now: int, expires_at: int) -> bool:
    return now + SHORTEST - LENIENCE <= expires_at <= now + LONGEST + LENIENCE


def _moment(bank: Bank, told: int) -> int:
    """A moment by our clock. Callers live in real time, also where this clock was moved on."""
    offset = int(bank.clock.offset)
    return told + offset if _allowed(bank.clock.now() - offset, told) else told


def find(bank: Bank, identifier: str) -> Json:
    """The session with this id."""
    found = bank.store.get(KIND, identifier)
    if found is None:
        raise errors.no_such(KIND, identifier, "session")
    return found


def read_expire(params: Params, identifier: str) -> str:
    """Which session the caller wants called off."""
    params.only({"expand"})
    return identifier


def expire(bank: Bank, identifier: str) -> Json:
    """Call an open session off."""
    session = find(bank, identifier)
    if session["status"] != "open":
        raise errors.Refusal(
            'Only Checkout Sessions with a status in ["open"] can be expired.'
            f" This Checkout Session has a status of `{session['status']}`."
        )
    close(bank, session)
    return session


def close(bank: Bank, session: Json) -> None:
    """End an open session unpaid; an attempt that got nowhere ends with it."""
    session.update(status="expired", url=None)
    bank.store.save(session)
    bank.store.set_due(session["id"], None)
    if session["payment_intent"]:
        intents.let_go(bank, intents.find(bank, session["payment_intent"]), "expired")
    events.emit(bank, "checkout.session.expired", session)
