"""Micro-deposits: a bank account is debited only when its holder has named the two small sums sent to it.

The session is complete by then and its intent waits: requires_action -> processing, or back to
requires_payment_method. The sums and codes that decide are those of Stripe's test mode; others are wrong and
may be corrected.
"""

from dataclasses import asdict, dataclass

from florin_sandbox import bank_debits, charge_shapes, errors, events, ids, intents, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.bank_accounts import BankAccount, Behavior
from florin_sandbox.cards import Decline
from florin_sandbox.params import Params
from florin_sandbox.store import Json

ACTION = "verify_with_microdeposits"
ARRIVE_AFTER = 2 * shapes.DAY
LAST = 10 * shapes.DAY
RIGHT = ((32, 45), "SM11AA")
TOO_OFTEN = ((10, 11), "SM33CC")
TOO_LATE = ((40, 41), "SM44DD")
ATTEMPTS = "payment_method_microdeposit_verification_attempts_exceeded"
TIMEOUT = "payment_method_microdeposit_verification_timeout"
UNSENT = "payment_method_microdeposit_failed"
MESSAGES = {
    ATTEMPTS: "The deposits were named wrongly too often; this bank account cannot be verified.",
    TIMEOUT: "The bank account was not verified within ten days.",
    UNSENT: "The deposits could not be sent to this bank account.",
}
ENDS = {"failed": ATTEMPTS, "expired": TIMEOUT}
VERIFIED = "verified"


def ask(bank: Bank, intent: Json, account: BankAccount, payer: Json) -> None:
    """Send the deposits, and wait for the holder to name them."""
    now = bank.clock.now()
    intent.update(
        status="requires_action",
        payment_method=ids.new("pm"),
        last_payment_error=None,
        next_action={
            "type": ACTION,
            ACTION: {
                "arrival_date": now + ARRIVE_AFTER,
                "hosted_verification_url": f"{bank.settings.base_url}/microdeposits/{intent['id']}",
                "microdeposit_type": "amounts",
            },
        },
    )
    bank.store.save(intent)
    bank.store.save_private(intent["id"], {"account": asdict(account), "payer": payer})
    bank.store.set_due(intent["id"], now + (ARRIVE_AFTER if account.behavior.unreachable else LAST))
    events.emit(bank, "payment_intent.requires_action", intent)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a holder says was sent: two sums in cents, or the code in the name of the sender."""

    intent: str
    amounts: tuple[int, ...]
    code: str


def read(params: Params, identifier: str) -> Wish:
    """What the caller names."""
    params.only({"amounts", "descriptor_code", "expand"})
    amounts = tuple(params.integers("amounts"))
    code = params.text("descriptor_code") or ""
    if bool(amounts) == bool(code):
        raise errors.Refusal("One of these is needed: amounts, or descriptor_code.")
    return Wish(identifier, amounts, code)


def verify(bank: Bank, wish: Wish) -> Json:
    """Let the debit go, or end the waiting; refuses wrong sums, which may be named again."""
    intent = intents.find(bank, wish.intent)
    _need_waiting(intent)
    named = {tuple(sorted(wish.amounts)), wish.code}
    if named & set(RIGHT):
        go_on(bank, intent)
    elif named & set(TOO_OFTEN):
        give_up(bank, intent, ATTEMPTS)
    elif named & set(TOO_LATE):
        give_up(bank, intent, TIMEOUT)
    elif wish.code:
        code = "payment_method_microdeposit_verification_descriptor_code_mismatch"
        raise errors.invalid("descriptor_code", "This is not the code that was sent.", code)
    else:
        code = "payment_method_microdeposit_verification_amounts_mismatch"
        raise errors.invalid("amounts", "These are not the sums that were sent.", code)
    return intent


def end(bank: Bank, intent: Json, outcome: str) -> None:
    """End the waiting by order: `verified`, `failed` (named wrongly too often) or `expired`."""
    _need_waiting(intent)
    if outcome == VERIFIED:
        go_on(bank, intent)
    else:
        give_up(bank, intent, ENDS[outcome])


def go_on(bank: Bank, intent: Json) -> None:
    """The holder has named the deposits: the debit is submitted."""
    asked = bank.store.private(intent["id"])
    behavior = Behavior(**asked["account"].pop("behavior"))
    bank_debits.start(bank, intent, BankAccount(**asked["account"], behavior=behavior), asked["payer"])


def give_up(bank: Bank, intent: Json, code: str) -> None:
    """The account was not verified: nothing is debited, and the intent wants another way to pay."""
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_payment_error=charge_shapes.payment_error(Decline(code, None, MESSAGES[code]), None),
    )
    bank.store.save(intent)
    bank.store.set_due(intent["id"], None)
    events.emit(bank, "payment_intent.payment_failed", intent)
    bank_debits.tell_session(bank, intent, "unpaid", "checkout.session.async_payment_failed")


def come_due(bank: Bank, intent: Json) -> None:
    """The deposits came back, or ten days are over."""
    unreachable = bank.store.private(intent["id"])["account"]["behavior"]["unreachable"]
    give_up(bank, intent, UNSENT if unreachable else TIMEOUT)


def waits(intent: Json) -> bool:
    """Whether an intent waits for its payer to name deposits."""
    return intent["status"] == "requires_action" and (intent["next_action"] or {}).get("type") == ACTION


def _need_waiting(intent: Json) -> None:
    if not waits(intent):
        message = f"This PaymentIntent waits for no micro-deposits; it has a status of {intent['status']}."
        raise errors.unexpected_state(message, intent)
