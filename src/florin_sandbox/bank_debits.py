"""Bank debits (ACH): sent to the bank, pending for days, then cleared or sent back, and at worst both."""

from dataclasses import asdict

from florin_sandbox import balance, charge_shapes, disputes, errors, events, ids, intents, moves, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.bank_accounts import RETURNS, BankAccount, Behavior
from florin_sandbox.cards import Decline
from florin_sandbox.store import Json

REASONS = (
    *("bank_cannot_process", "customer_initiated", "debit_not_authorized", "general"),
    *("incorrect_account_details", "insufficient_funds"),
)
"""Reasons of disputes about bank debits."""
UNUSABLE = Decline("bank_account_unusable", None, "This bank account cannot be used for payments.")


def start(bank: Bank, intent: Json, account: BankAccount, payer: Json) -> None:
    """Submit the debit to the payer's bank: booked at once, as at Stripe, though no money has moved yet."""
    intent.update(payment_method=ids.new("pm"), last_payment_error=None, next_action=None)
    charge = charge_shapes.bank_charge(bank.clock.now(), intent, account, payer)
    bank.store.add(charge, parent=intent["id"], private={"behavior": asdict(account.behavior)})
    charge["balance_transaction"] = balance.book_charge(bank, charge, charge["amount"])["id"]
    bank.store.save(charge)
    intent.update(status="processing", latest_charge=charge["id"])
    bank.store.save(intent)
    if not account.behavior.stuck:
        bank.store.set_due(intent["id"], bank.clock.now() + bank.settings.bank_debit_days * shapes.DAY)
    moves.write(bank, "pending", intent, intent["amount"], charge=charge["id"])
    events.emit(bank, "charge.pending", charge)
    events.emit(bank, "payment_intent.processing", intent)


def refuse(bank: Bank, intent: Json) -> None:
    """The processor will not try this account at all; the intent waits for another."""
    intent.update(
        status="requires_payment_method",
        last_payment_error=charge_shapes.payment_error(UNUSABLE, None),
        next_action=None,
    )
    bank.store.save(intent)
    moves.write(bank, "declined", intent, intent["amount"], code=UNUSABLE.code)
    events.emit(bank, "payment_intent.payment_failed", intent)


def come_due(bank: Bank, intent: Json) -> None:
    """The bank answers: the debit clears or comes back; or, cleared, comes back after all."""
    behavior = _behavior(bank, intent)
    if intent["status"] == "succeeded":
        come_back(bank, intent, behavior.code)
    elif behavior.code and behavior.days is None:
        fail(bank, intent, behavior.code)
    else:
        clear(bank, intent)


def clear(bank: Bank, intent: Json) -> None:
    """The money arrives, less the fee; it was booked when the debit was submitted."""
    charge = _charge(bank, intent)
    booked = balance.find(bank, charge["balance_transaction"])
    charge.update(status="succeeded", paid=True)
    bank.store.save(charge)
    intent.update(status="succeeded", amount_received=charge["amount"])
    bank.store.save(intent)
    bank.store.set_due(intent["id"], _return_day(bank, intent, charge))
    moves.write(bank, "cleared", intent, charge["amount"], charge=charge["id"], fee=booked["fee"])
    events.emit(bank, "charge.succeeded", charge)
    events.emit(bank, "payment_intent.succeeded", intent)
    tell_session(bank, intent, "paid", "checkout.session.async_payment_succeeded")


def fail(bank: Bank, intent: Json, code: str) -> None:
    """The bank sends the debit back before it cleared: what was booked is taken back."""
    charge = _charge(bank, intent)
    why = RETURNS[code]
    charge.update(
        status="failed",
        captured=False,
        amount_captured=0,
        failure_balance_transaction=balance.book_failure(bank, charge, cost=bank.settings.ach_failure_fee)[
            "id"
        ],
        failure_code=why.failure,
        failure_message=why.message,
        outcome=charge_shapes.returned(code),
    )
    bank.store.save(charge)
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        last_payment_error=charge_shapes.debit_error(code, charge["id"]),
    )
    bank.store.save(intent)
    bank.store.set_due(intent["id"], None)
    moves.write(bank, "failed", intent, charge["amount"], charge=charge["id"], code=code)
    events.emit(bank, "charge.failed", charge)
    events.emit(bank, "payment_intent.payment_failed", intent)
    tell_session(bank, intent, "unpaid", "checkout.session.async_payment_failed")


def come_back(bank: Bank, intent: Json, code: str, reason: str = "") -> None:
    """The bank takes a debit back that had cleared: as at Stripe a dispute that is lost already."""
    bank.store.set_due(intent["id"], None)
    disputes.take_back(bank, _charge(bank, intent), code, reason)


def send_back(bank: Bank, intent: Json, code: str, reason: str = "") -> None:
    """Return a debit now, cleared or not. Refuses what is no debit, or came back before."""
    if code not in RETURNS:
        raise errors.Refusal(f"code must be one of {', '.join(RETURNS)}.")
    _need(bank, intent, ("processing", "succeeded"))
    if intent["status"] == "processing":
        fail(bank, intent, code)
    elif _charge(bank, intent)["disputed"]:
        raise errors.Refusal("This debit came back already.")
    else:
        come_back(bank, intent, code, reason)


def clear_now(bank: Bank, intent: Json) -> None:
    """Clear a debit that is on its way, whatever its account would do. Refuses any other payment."""
    _need(bank, intent, ("processing",))
    clear(bank, intent)


def _need(bank: Bank, intent: Json, states: tuple[str, ...]) -> None:
    charge = bank.store.get("charge", intent["latest_charge"] or "")
    if charge is None or not balance.by_debit(charge) or intent["status"] not in states:
        raise errors.Refusal(f"Only a bank debit that is {' or '.join(states)} can do this.")


def _charge(bank: Bank, intent: Json) -> Json:
    return bank.store.get("charge", intent["latest_charge"]) or {}


def _behavior(bank: Bank, intent: Json) -> Behavior:
    return Behavior(**bank.store.private(intent["latest_charge"])["behavior"])


def _return_day(bank: Bank, intent: Json, charge: Json) -> int | None:
    """When a debit that cleared comes back; counted from its day, also where the clock jumped over that."""
    days = _behavior(bank, intent).days
    if days is None:
        return None
    due_day = int(charge["created"]) + bank.settings.bank_debit_days * shapes.DAY
    return min(bank.clock.now(), due_day) + days * shapes.DAY


def tell_session(bank: Bank, intent: Json, payment_status: str, event: str) -> None:
    """Say on the session, and by an event about it, what became of its debit."""
    session = intents.session_of(bank, intent)
    if session:
        session["payment_status"] = payment_status
        bank.store.save(session)
        events.emit(bank, event, session)
