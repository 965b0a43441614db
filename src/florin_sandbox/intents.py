"""Payment intents: one payer's money from the first attempt to captured or let go."""

from dataclasses import dataclass

from florin_sandbox import balance, charge_shapes, disputes, errors, events, ids, money, moves, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.cards import AUTHENTICATION_FAILED, Card, Decline
from florin_sandbox.params import Params
from florin_sandbox.store import Json

KIND = "payment_intent"
REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")
CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)
AUTHORISATION_LASTS = 7 * shapes.DAY
LATE = "late_bookings"
"""The setting: so many seconds after its capture is a payment booked on the balance."""


def find(bank: Bank, identifier: str) -> Json:
    """The intent with this id."""
    found = bank.store.get(KIND, identifier)
    if found is None:
        raise errors.no_such(KIND, identifier, "intent")
    return found


def open_for(bank: Bank, session: Json, data: Json) -> Json:
    """The intent of a session, made at the payer's first attempt."""
    if session["payment_intent"]:
        return find(bank, session["payment_intent"])
    intent = shapes.payment_intent(bank.clock.now(), session, data)
    bank.store.add(intent, parent=session["id"])
    events.emit(bank, "payment_intent.created", intent)
    return intent


def refuse(bank: Bank, intent: Json, card: Card, *, payer: Json, decline: Decline) -> None:
    """The issuer said no: a failed charge, and the intent waits for another card."""
    charge = charge_shapes.charge(bank.clock.now(), intent, card, payer)
    bank.store.add(charge, parent=intent["id"])
    intent.update(
        status="requires_payment_method",
        latest_charge=charge["id"],
        last_payment_error=charge_shapes.payment_error(decline, charge["id"]),
        next_action=None,
        payment_method=None,
    )
    bank.store.save(intent)
    moves.write(bank, "declined", intent, intent["amount"], code=decline.decline_code or decline.code)
    events.emit(bank, "charge.failed", charge)
    events.emit(bank, "payment_intent.payment_failed", intent)


def ask_challenge(bank: Bank, intent: Json, url: str) -> None:
    """The issuer wants to hear from the payer first."""
    intent.update(
        status="requires_action",
        last_payment_error=None,
        next_action={"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": None}},
    )
    bank.store.save(intent)
    events.emit(bank, "payment_intent.requires_action", intent)


def fail_challenge(bank: Bank, intent: Json) -> None:
    """The payer did not pass the issuer's check; the intent waits for another card."""
    intent.update(
        status="requires_payment_method",
        last_payment_error=charge_shapes.payment_error(AUTHENTICATION_FAILED, None),
        next_action=None,
    )
    bank.store.save(intent)
    moves.write(bank, "declined", intent, intent["amount"], code=AUTHENTICATION_FAILED.code)
    events.emit(bank, "payment_intent.payment_failed", intent)


def authorise(bank: Bank, intent: Json, card: Card, payer: Json) -> None:
    """The issuer said yes: money is held, and taken at once if the capture is automatic."""
    intent.update(payment_method=ids.new("pm"), last_payment_error=None, next_action=None)
    charge = charge_shapes.charge(bank.clock.now(), intent, card, payer)
    bank.store.add(charge, parent=intent["id"], private={"dispute": card.dispute, "refund": card.refund})
    intent["latest_charge"] = charge["id"]
    moves.write(bank, "authorised", intent, intent["amount"], charge=charge["id"])
    if intent["capture_method"] == "manual":
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        bank.store.save(intent)
        bank.store.set_due(intent["id"], bank.clock.now() + AUTHORISATION_LASTS)
        events.emit(bank, "charge.succeeded", charge)
        events.emit(bank, "payment_intent.amount_capturable_updated", intent)
    else:
        _take(bank, intent, charge, intent["amount"])
        events.emit(bank, "charge.succeeded", charge)
        events.emit(bank, "payment_intent.succeeded", intent)
        disputes.open_if_fated(bank, charge)


@dataclass(frozen=True, slots=True)
class Capture:
    """A wish to take held money; `amount` in minor units, None for all of it."""

    intent: str
    amount: int | None
    metadata: dict[str, str]


def read_capture(params: Params, identifier: str) -> Capture:
    """What the caller wants captured."""
    params.only({"amount_to_capture", "metadata", "expand"})
    return Capture(identifier, params.integer("amount_to_capture", least=1), params.metadata())


def capture(bank: Bank, wish: Capture) -> Json:
    """Take the held money, or part of it; the rest is let go."""
    intent = find(bank, wish.intent)
    if intent["status"] == "succeeded":
        message = "This PaymentIntent could not be captured because it has already been captured."
        raise errors.unexpected_state(message, intent)
    if intent["status"] != "requires_capture":
        message = (
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}."
            " Only a PaymentIntent with one of the following statuses may be captured: requires_capture."
        )
        raise errors.unexpected_state(message, intent)
    held = intent["amount_capturable"]
    amount = held if wish.amount is None else wish.amount
    if amount > held:
        message = f"The remaining amount available to capture for this PaymentIntent is {held}, not {amount}."
        raise errors.invalid("amount_to_capture", message, "amount_too_large")
    money.check_step(amount, intent["currency"], "amount_to_capture")
    intent["metadata"] = {**intent["metadata"], **wish.metadata}
    charge = bank.store.get("charge", intent["latest_charge"]) or {}
    _take(bank, intent, charge, amount)
    _mark_session_paid(bank, intent)
    events.emit(bank, "charge.captured", charge)
    events.emit(bank, "payment_intent.succeeded", intent)
    disputes.open_if_fated(bank, charge)
    return intent


@dataclass(frozen=True, slots=True)
class Cancel:
    """A wish to let held money go."""

    intent: str
    reason: str | None


def read_cancel(params: Params, identifier: str) -> Cancel:
    """What the caller wants cancelled."""
    params.only({"cancellation_reason", "expand"})
    return Cancel(identifier, params.choice("cancellation_reason", REASONS, "") or None)


def cancel(bank: Bank, wish: Cancel) -> Json:
    """Let the held money go, for good."""
    intent = find(bank, wish.intent)
    if intent["status"] not in CANCELABLE:
        message = (
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
            f" Only a PaymentIntent with one of the following statuses may be canceled:"
            f" {', '.join(CANCELABLE)}."
        )
        raise errors.unexpected_state(message, intent)
    session = session_of(bank, intent)
    if session and session["status"] == "open":
        message = (
            "This PaymentIntent belongs to an open Checkout Session; expire the Checkout Session instead."
        )
        raise errors.unexpected_state(message, intent)
    if intent["status"] == "processing" and not _still_here(bank, intent):
        message = "You cannot cancel this PaymentIntent because its debit has been sent to the bank."
        raise errors.unexpected_state(message, intent)
    let_go(bank, intent, wish.reason)
    return intent


def _still_here(bank: Bank, intent: Json) -> bool:
    """Debits go to the bank at the end of the day, by the clock and in UTC."""
    charge = bank.store.get("charge", intent["latest_charge"]) or {}
    return bool(charge["created"] // shapes.DAY == bank.clock.now() // shapes.DAY)


def let_go(bank: Bank, intent: Json, reason: str | None) -> None:
    """Cancel an intent; what was held goes back.

    As at Stripe since version basil that is no refund: the charge stays as it was authorised, never captured.
    """
    held = intent["amount_capturable"]
    pending = intent["status"] == "processing"
    now = bank.clock.now()
    intent.update(
        status="canceled", amount_capturable=0, canceled_at=now, cancellation_reason=reason, next_action=None
    )
    bank.store.save(intent)
    bank.store.set_due(intent["id"], None)
    if held:
        moves.write(bank, "released", intent, held, charge=intent["latest_charge"])
    if pending:
        _call_off(bank, intent)
    events.emit(bank, "payment_intent.canceled", intent)


def _call_off(bank: Bank, intent: Json) -> None:
    charge = bank.store.get("charge", intent["latest_charge"]) or {}
    charge.update(
        status="failed",
        captured=False,
        amount_captured=0,
        failure_balance_transaction=balance.book_failure(bank, charge, cost=0)["id"],
        failure_message="The debit was canceled before it was sent to the bank.",
    )
    bank.store.save(charge)
    moves.write(bank, "failed", intent, charge["amount"], charge=charge["id"], code="canceled")
    events.emit(bank, "charge.failed", charge)


def authorisation_over(bank: Bank, intent: Json) -> None:
    """Seven days without a capture: the issuer takes the money back."""
    events.emit(bank, "charge.expired", bank.store.get("charge", intent["latest_charge"]) or {})
    let_go(bank, intent, "expired")


def _take(bank: Bank, intent: Json, charge: Json, amount: int) -> None:
    rest = intent["amount"] - amount
    charge.update(amount_captured=amount, captured=True)
    late = int(bank.store.setting(LATE, "0"))
    if late:
        bank.store.set_due(charge["id"], bank.clock.now() + late)
    else:
        charge["balance_transaction"] = balance.book_charge(bank, charge, amount)["id"]
    bank.store.save(charge)
    intent.update(status="succeeded", amount_capturable=0, amount_received=amount)
    bank.store.save(intent)
    bank.store.set_due(intent["id"], None)
    moves.write(bank, "captured", intent, amount, charge=charge["id"], fee=balance.fee(bank, charge, amount))
    if rest:
        moves.write(bank, "released", intent, rest, charge=charge["id"])


def book_late(bank: Bank, charge: Json) -> None:
    """Book captured money some time after the capture, as Stripe does that captures asynchronously."""
    charge["balance_transaction"] = balance.book_charge(bank, charge, charge["amount_captured"])["id"]
    bank.store.save(charge)
    bank.store.set_due(charge["id"], None)
    events.emit(bank, "charge.updated", charge)


def session_of(bank: Bank, intent: Json) -> Json | None:
    """The session whose payer made this intent."""
    row = bank.store.select(
        "SELECT s.body FROM object i JOIN object s ON s.id = i.parent WHERE i.id = ?", (intent["id"],)
    )
    return row[0] if row else None


def _mark_session_paid(bank: Bank, intent: Json) -> None:
    session = session_of(bank, intent)
    if session:
        session["payment_status"] = "paid"
        bank.store.save(session)
