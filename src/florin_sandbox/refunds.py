"""Refunds: captured money going back, never more than was taken."""

from dataclasses import dataclass

from florin_sandbox import balance, errors, events, intents, money, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.params import Params
from florin_sandbox.store import Json

KIND = "refund"
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish to give money back; `amount` in minor units, None for all that is left."""

    intent: str | None
    charge: str | None
    amount: int | None
    reason: str | None
    metadata: dict[str, str]


def read(params: Params, _identifier: str) -> Wish:
    """What the caller wants refunded."""
    params.only({"payment_intent", "charge", "amount", "reason", "metadata", "expand", "currency"})
    wish = Wish(
        intent=params.text("payment_intent"),
        charge=params.text("charge"),
        amount=params.integer("amount", least=1),
        reason=params.choice("reason", REASONS, "") or None,
        metadata=params.metadata(),
    )
    if not wish.intent and not wish.charge:
        raise errors.Refusal(
            "One of the following params should be provided for this request: payment_intent or charge."
        )
    return wish


def create(bank: Bank, wish: Wish) -> Json:
    """Give captured money back. Refuses more than is left."""
    charge = _charge(bank, wish)
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise errors.Refusal(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = left if wish.amount is None else wish.amount
    if amount < 1:
        raise errors.invalid("amount", "Invalid positive integer", "parameter_invalid_integer")
    if amount > left:
        raise errors.invalid("amount", _too_much(charge, amount, left))
    money.check_step(amount, charge["currency"], "amount")
    return _give_back(bank, charge, amount, wish)


def _give_back(bank: Bank, charge: Json, amount: int, wish: Wish) -> Json:
    refund = shapes.refund(
        bank.clock.now(), charge, amount=amount, reason=wish.reason, metadata=wish.metadata
    )
    refund["balance_transaction"] = balance.book_refund(bank, refund)["id"]
    bank.store.add(refund, parent=charge["payment_intent"])
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    bank.store.save(charge)
    bank.journal.write(
        "money",
        move="refunded",
        payment_intent=charge["payment_intent"],
        amount=amount,
        currency=charge["currency"],
        charge=charge["id"],
        refund=refund["id"],
    )
    events.emit(bank, "refund.created", refund)
    events.emit(bank, "charge.refunded", charge)
    return refund


def _charge(bank: Bank, wish: Wish) -> Json:
    if wish.charge:
        charge = bank.store.get("charge", wish.charge)
        if charge is None:
            raise errors.no_such("charge", wish.charge, "charge")
    else:
        intent = intents.find(bank, wish.intent or "")
        charge = bank.store.get("charge", intent["latest_charge"]) if intent["latest_charge"] else None
    if charge is None or not charge["captured"]:
        subject = wish.intent or wish.charge
        raise errors.Refusal(f"This PaymentIntent ({subject}) does not have a successful charge to refund.")
    return charge


def _too_much(charge: Json, amount: int, left: int) -> str:
    wanted, rest = (money.show(value, charge["currency"]) for value in (amount, left))
    if charge["amount_refunded"]:
        return f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({rest})"
    return f"Refund amount ({wanted}) is greater than charge amount ({rest})"
