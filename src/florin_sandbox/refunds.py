"""Refunds: captured money going back, never more than was taken; pending -> succeeded -> failed at worst."""

from collections.abc import Iterable
from dataclasses import dataclass

from florin_sandbox import balance, errors, events, low_balance, money, moves, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.params import Params
from florin_sandbox.store import Json

KIND = "refund"
REASONS = ("duplicate", "fraudulent", "requested_by_customer")
BANK_TAKES = 2 * shapes.DAY
SLOW_CARD_TAKES = shapes.DAY
FAILS_AFTER = 3600
PENDING_DISPUTED = "charge_for_pending_refund_disputed"


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish to give money back; `amount` in minor units, None for all that is left."""

    intent: str | None
    charge: str | None
    amount: int | None
    reason: str | None
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True)
class Course:
    """How a refund goes: its state at first, and what it becomes after so many seconds, if anything."""

    status: str = "succeeded"
    then: str = ""
    after: int | None = None


def read(params: Params, _identifier: str) -> Wish:
    """What the caller wants refunded."""
    params.only({"payment_intent", "charge", "amount", "reason", "metadata", "expand"})
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


def find(bank: Bank, identifier: str) -> Json:
    """The refund with this id."""
    found = bank.store.get(KIND, identifier)
    if found is None:
        raise errors.no_such(KIND, identifier)
    return found


def create(bank: Bank, wish: Wish) -> Json:
    """Give captured money back. Refuses more than is left, and what a dispute has taken already."""
    charge = _charge(bank, wish)
    _check_undisputed(bank, charge)
    left = balance.left(charge)
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
    now = bank.clock.now()
    course = _course(bank, charge)
    refund = shapes.refund(
        now, charge, amount=amount, reason=wish.reason, metadata=wish.metadata, status=course.status
    )
    refund["balance_transaction"] = balance.book_refund(bank, refund, charge)["id"]
    due = None if course.after is None else now + course.after
    if low_balance.is_short(bank, charge["currency"]):
        refund.update(status="pending", pending_reason=low_balance.REASON)
        due = now + low_balance.LONGEST_WAIT
    bank.store.add(refund, parent=charge["payment_intent"], due=due, private={"then": course.then})
    charge["amount_refunded"] += amount
    charge["refunded"] = balance.left(charge) == 0
    bank.store.save(charge)
    moves.write(bank, "refunded", charge, amount, charge=charge["id"], refund=refund["id"])
    events.emit(bank, "refund.created", refund)
    events.emit(bank, "charge.refunded", charge)
    return refund


def _course(bank: Bank, charge: Json) -> Course:
    private = bank.store.private(charge["id"])
    if balance.by_debit(charge):
        fails = private["behavior"]["refund_fails"]
        return Course("pending", "failed" if fails else "succeeded", BANK_TAKES)
    courses = {
        "slow": Course("pending", "succeeded", SLOW_CARD_TAKES),
        "fails": Course("succeeded", "failed", FAILS_AFTER),
    }
    return courses.get(private.get("refund", ""), Course())


def come_due(bank: Bank, refund: Json) -> None:
    """The bank's answer to a refund, or the end of waiting for the balance."""
    if refund.get("pending_reason") == low_balance.REASON:
        fail(bank, refund, low_balance.REASON)
    elif bank.store.private(refund["id"])["then"] == "failed":
        fail(bank, refund)
    else:
        succeed(bank, refund)


def release(bank: Bank, accounts: Iterable[str]) -> None:
    """Send the refunds of accounts that waited for the balance and are covered by now."""
    for account in accounts:
        with bank.store.transaction(), bank.store.scope(account):
            for refund in low_balance.covered(bank, account):
                _send(bank, refund)


def _send(bank: Bank, refund: Json) -> None:
    course = _course(bank, bank.store.get("charge", refund["charge"]) or {})
    due = None if course.after is None else bank.clock.now() + course.after
    if course.status == "succeeded":
        succeed(bank, refund)
    else:
        refund.update(pending_reason="processing")
        bank.store.save(refund)
        events.emit(bank, "refund.updated", refund)
    bank.store.set_due(refund["id"], due)


def succeed(bank: Bank, refund: Json) -> None:
    """A pending refund has arrived. Refuses one that is not pending."""
    if refund["status"] != "pending":
        raise errors.Refusal(f"Only a pending refund can succeed; this one is {refund['status']}.")
    refund.update(status="succeeded")
    refund.pop("pending_reason", None)
    bank.store.save(refund)
    bank.store.set_due(refund["id"], None)
    events.emit(bank, "refund.updated", refund)
    events.emit(bank, "charge.refund.updated", refund)


def fail(bank: Bank, refund: Json, reason: str = "") -> None:
    """The payer's bank would not take the money: it is back, and can be refunded again.

    Also for a refund that had succeeded, as banks do. Refuses one that has failed already.
    """
    if refund["status"] not in {"pending", "succeeded"}:
        raise errors.Refusal(f"This refund is {refund['status']} already.")
    charge = bank.store.get("charge", refund["charge"]) or {}
    debit = balance.by_debit(charge)
    paid = bank.store.get(balance.KIND, refund["balance_transaction"]) or {}
    transaction = balance.book(bank, refund, kind="refund_failure", amount=refund["amount"], fee=-paid["fee"])
    refund.update(
        status="failed",
        failure_reason=reason or ("unknown" if debit else "expired_or_canceled_card"),
        failure_balance_transaction=transaction["id"],
    )
    refund.pop("pending_reason", None)
    bank.store.save(refund)
    bank.store.set_due(refund["id"], None)
    charge.update(amount_refunded=charge["amount_refunded"] - refund["amount"], refunded=False)
    bank.store.save(charge)
    facts = {"charge": charge["id"], "refund": refund["id"]}
    moves.write(bank, "refund_failed", refund, refund["amount"], **facts)
    for event in ("refund.updated", "refund.failed", "charge.refund.updated"):
        events.emit(bank, event, refund)


def give_up_pending(bank: Bank, charge: Json) -> None:
    """The payer's bank takes the money back itself: refunds that are still on their way fail."""
    for refund in bank.store.children(KIND, charge["payment_intent"]):
        if refund["charge"] == charge["id"] and refund["status"] == "pending":
            fail(bank, refund, PENDING_DISPUTED)


def cancel(bank: Bank, identifier: str) -> Json:
    """Call a refund off. Only those that wait for the payer can be, and no card or bank debit makes one."""
    refund = find(bank, identifier)
    raise errors.Refusal(
        f"You cannot cancel this refund because it has a status of {refund['status']}."
        " Only refunds with a status of requires_action can be canceled."
    )


def _check_undisputed(bank: Bank, charge: Json) -> None:
    for dispute in bank.store.children("dispute", charge["payment_intent"]):
        if dispute["charge"] == charge["id"] and dispute["status"] in {
            "needs_response",
            "under_review",
            "lost",
        }:
            raise errors.Refusal(
                f"Charge {charge['id']} has been charged back; a refund cannot be made.",
                code="charge_disputed",
            )


def _charge(bank: Bank, wish: Wish) -> Json:
    if wish.charge:
        charge = bank.store.get("charge", wish.charge)
        if charge is None:
            raise errors.no_such("charge", wish.charge, "charge")
    else:
        intent = bank.store.get("payment_intent", wish.intent or "")
        if intent is None:
            raise errors.no_such("payment_intent", wish.intent or "", "intent")
        charge = bank.store.get("charge", intent["latest_charge"] or "")
    if charge is None or not charge["captured"] or charge["status"] != "succeeded":
        subject = wish.intent or wish.charge
        raise errors.Refusal(f"This PaymentIntent ({subject}) does not have a successful charge to refund.")
    return charge


def _too_much(charge: Json, amount: int, left: int) -> str:
    wanted, rest = (money.show(value, charge["currency"]) for value in (amount, left))
    if left < charge["amount"]:
        return f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({rest})"
    return f"Refund amount ({wanted}) is greater than charge amount ({rest})"
