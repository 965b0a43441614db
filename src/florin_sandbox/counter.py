"""What can be done at the bank by hand, from the control API and from the page of payments."""

from collections.abc import Iterator
from contextlib import contextmanager

from florin_sandbox import (
    balance,
    bank_debits,
    disputes,
    errors,
    intents,
    low_balance,
    microdeposits,
    refunds,
)
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json


def send_back(bank: Bank, intent_id: str, code: str, reason: str = "") -> Json:
    """Return a bank debit with this code: before it cleared it fails, afterwards it is a lost dispute.

    That tells only the `reason`, if there is one, as the processor does where it has no code.
    """
    if reason and reason not in bank_debits.REASONS:
        raise errors.Refusal(f"reason must be one of {', '.join(bank_debits.REASONS)}.")
    with _work_on(bank, intent_id):
        intent = intents.find(bank, intent_id)
        bank_debits.send_back(bank, intent, code, reason)
        return intent


def clear(bank: Bank, intent_id: str) -> Json:
    """Clear a bank debit that is on its way."""
    with _work_on(bank, intent_id):
        intent = intents.find(bank, intent_id)
        bank_debits.clear_now(bank, intent)
        return intent


def end_deposits(bank: Bank, intent_id: str, outcome: str) -> Json:
    """End the waiting for micro-deposits: `verified`, `failed` or `expired`."""
    if outcome not in (microdeposits.VERIFIED, *microdeposits.ENDS):
        raise errors.Refusal(f"outcome must be verified, {' or '.join(microdeposits.ENDS)}.")
    with _work_on(bank, intent_id):
        intent = intents.find(bank, intent_id)
        microdeposits.end(bank, intent, outcome)
        return intent


def refund(bank: Bank, intent_id: str, amount: int | None, reason: str | None) -> Json:
    """Refund without the shop's doing; `amount` in minor units, None for all that is left."""
    with _work_on(bank, intent_id):
        return refunds.create(bank, refunds.Wish(intent_id, None, amount, reason, {}))


def end_refund(bank: Bank, refund_id: str, *, arrived: bool) -> Json:
    """Let a refund arrive, or fail, for the reason that it waits if it does."""
    with _work_on(bank, refund_id):
        found = refunds.find(bank, refund_id)
        if arrived:
            refunds.succeed(bank, found)
        else:
            waits = found.get("pending_reason") == low_balance.REASON
            refunds.fail(bank, found, low_balance.REASON if waits else "")
        return found


def dispute(
    bank: Bank, intent_id: str, *, amount: int | None, reason: str, inquiry: bool, code: str = ""
) -> Json:
    """Dispute a card payment, or only ask about it; `amount` in minor units, None for all that is left.

    `code` is the network's word for the reason; without one it is Visa's.
    """
    with _work_on(bank, intent_id):
        charge = _disputable(bank, intents.find(bank, intent_id))
        if not inquiry:
            refunds.give_up_pending(bank, charge)
            charge = _disputable(bank, intents.find(bank, intent_id))
        if reason not in disputes.NETWORK_CODES:
            raise errors.Refusal(f"reason must be one of {', '.join(disputes.NETWORK_CODES)}.")
        left = balance.left(charge)
        wanted = left if amount is None else amount
        if not 0 < wanted <= left:
            raise errors.Refusal(f"amount must be from 1 to {left}, which is what was not refunded.")
        opener = disputes.ask if inquiry else disputes.dispute
        return opener(bank, charge, amount=wanted, reason=reason, code=code)


def decide(bank: Bank, dispute_id: str, *, won: bool) -> Json:
    """End a dispute for the merchant, or against."""
    with _work_on(bank, dispute_id):
        found = disputes.find(bank, dispute_id)
        if won:
            disputes.win(bank, found)
        else:
            disputes.lose(bank, found)
        return found


def appeal(bank: Bank, dispute_id: str, step: str) -> Json:
    """Let a lost dispute be appealed (`needs_response`), or its appeal be looked at (`under_review`)."""
    with _work_on(bank, dispute_id):
        if step not in disputes.APPEALS:
            raise errors.Refusal(f"status must be one of {', '.join(disputes.APPEALS)}.")
        found = disputes.find(bank, dispute_id)
        disputes.appeal(bank, found, step)
        return found


def escalate(bank: Bank, dispute_id: str) -> Json:
    """Make a dispute of an inquiry."""
    with _work_on(bank, dispute_id):
        found = disputes.find(bank, dispute_id)
        disputes.escalate(bank, found)
        return found


@contextmanager
def _work_on(bank: Bank, identifier: str) -> Iterator[None]:
    """All or nothing, for the account that this object belongs to."""
    with bank.store.transaction(), bank.store.scope(bank.store.owner(identifier)):
        yield


def _disputable(bank: Bank, intent: Json) -> Json:
    charge = bank.store.get("charge", intent["latest_charge"] or "")
    if charge is None or intent["status"] != "succeeded":
        raise errors.Refusal("Only a payment that was captured can be disputed.")
    if "card" not in charge["payment_method_details"]:
        raise errors.Refusal("A bank debit is not disputed but returned, with a return code.")
    if any(entry["status"] in disputes.OPEN for entry in disputes.of_charge(bank, charge)):
        raise errors.Refusal("This payment is disputed already.")
    return charge
