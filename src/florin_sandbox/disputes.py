"""Disputes: a payer's bank wants money back, takes it, and is told it may keep it or must return it.

needs_response -> under_review -> won | lost; an inquiry is asked first and moves nothing:
warning_needs_response -> warning_under_review -> warning_closed, or it becomes a dispute.
A lost one may be appealed: lost -> appeal_needs_response -> appeal_under_review -> won | lost; the money
stays with the payer until it is won. A bank may also find for the merchant by itself, after all.
"""

from florin_sandbox import balance, conversions, errors, events, money, moves, refunds, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.bank_accounts import RETURNS
from florin_sandbox.store import Json

KIND = "dispute"
ANSWER_WITHIN = 7 * shapes.DAY
INQUIRY = "inquiry"
WAITING = ("needs_response", "warning_needs_response")
OPEN = (*WAITING, "under_review", "warning_under_review")
APPEALS = {"needs_response": "appeal_needs_response", "under_review": "appeal_under_review"}
LOST = ("lost", *APPEALS.values())
NETWORK_CODES = {
    "fraudulent": "10.4",
    "product_not_received": "13.1",
    "subscription_canceled": "13.2",
    "product_unacceptable": "13.3",
    "credit_not_processed": "13.6",
    "duplicate": "12.6",
    "unrecognized": "10.4",
    "general": "10.4",
}


def find(bank: Bank, identifier: str) -> Json:
    """The dispute with this id."""
    found = bank.store.get(KIND, identifier)
    if found is None:
        raise errors.no_such(KIND, identifier, KIND)
    return found


def open_if_fated(bank: Bank, charge: Json) -> None:
    """A test card whose payments are disputed: here it comes."""
    reason = bank.store.private(charge["id"]).get("dispute", "")
    if reason == INQUIRY:
        ask(bank, charge, amount=charge["amount_captured"], reason="general")
    elif reason:
        dispute(bank, charge, amount=charge["amount_captured"], reason=reason)


def dispute(bank: Bank, charge: Json, *, amount: int, reason: str, code: str = "") -> Json:
    """Open a dispute: the money goes back to the payer's bank at once, and the fee with it."""
    opened = _open(bank, charge, amount=amount, reason=reason, code=code, status="needs_response")
    _withdraw(bank, opened, charge, fee=bank.settings.dispute_fee)
    events.emit(bank, "charge.dispute.created", opened)
    events.emit(bank, "charge.dispute.funds_withdrawn", opened)
    return opened


def ask(bank: Bank, charge: Json, *, amount: int, reason: str, code: str = "") -> Json:
    """Open an inquiry: the payer's bank asks, and no money moves."""
    opened = _open(bank, charge, amount=amount, reason=reason, code=code, status="warning_needs_response")
    events.emit(bank, "charge.dispute.created", opened)
    return opened


def take_back(bank: Bank, charge: Json, code: str, reason: str = "") -> Json:
    """A bank returns a debit that had cleared: all of it, with no fee, and nothing to be said against it.

    With a `reason` of Stripe's that is told in place of the code.
    """
    told = reason or RETURNS[code].reason
    opened = _record(bank, charge, amount=charge["amount"], reason=told, code="" if reason else code)
    opened.update(status="lost", network_reason_code=None if reason else code)
    _withdraw(bank, opened, charge, fee=0, move="returned", code=code)
    for event in ("created", "funds_withdrawn", "closed"):
        events.emit(bank, f"charge.dispute.{event}", opened)
    return opened


def escalate(bank: Bank, inquiry: Json) -> None:
    """An inquiry becomes a dispute: now the money goes. Refused if it was refunded meanwhile."""
    if inquiry["status"] not in {"warning_needs_response", "warning_under_review"}:
        raise errors.Refusal("Only an open inquiry can become a dispute.")
    charge = bank.store.get("charge", inquiry["charge"]) or {}
    if balance.left(charge) < inquiry["amount"]:
        raise errors.Refusal("The payment was refunded; there is nothing left to dispute.")
    inquiry.update(status="needs_response", is_charge_refundable=False)
    _await_answer(bank, inquiry)
    _withdraw(bank, inquiry, charge, fee=bank.settings.dispute_fee)
    events.emit(bank, "charge.dispute.updated", inquiry)
    events.emit(bank, "charge.dispute.funds_withdrawn", inquiry)


def appeal(bank: Bank, dispute_: Json, step: str) -> None:
    """A lost dispute may be appealed for some days, or its appeal is being looked at; no money moves."""
    if not _is_lost(dispute_):
        raise errors.Refusal("Only a card dispute that was lost can be appealed.")
    dispute_["status"] = APPEALS[step]
    if step == "needs_response":
        _await_answer(bank, dispute_)
    else:
        bank.store.save(dispute_)
        bank.store.set_due(dispute_["id"], None)
    events.emit(bank, "charge.dispute.updated", dispute_)


def win(bank: Bank, dispute_: Json) -> None:
    """The merchant was right: the money comes back, the fee does not. An inquiry just ends.

    A dispute that was lost can be won after all.
    """
    if not _is_lost(dispute_):
        _need_open(dispute_)
    if not dispute_["balance_transactions"]:
        _end(bank, dispute_, "warning_closed")
        return
    amount = dispute_["amount"]
    dispute_["balance_transactions"].append(
        balance.book(bank, dispute_, kind="adjustment", amount=amount, fee=0, category="dispute_reversal")
    )
    moves.write(bank, "dispute_won", dispute_, amount, charge=dispute_["charge"], dispute=dispute_["id"])
    _end(bank, dispute_, "won")
    events.emit(bank, "charge.dispute.funds_reinstated", dispute_)


def lose(bank: Bank, dispute_: Json) -> None:
    """The payer keeps the money, which went when the dispute was opened. An inquiry just ends."""
    if dispute_["status"] in APPEALS.values():
        _end(bank, dispute_, "lost")
        return
    _need_open(dispute_)
    if not dispute_["balance_transactions"]:
        _end(bank, dispute_, "warning_closed")
        return
    facts = {"charge": dispute_["charge"], "dispute": dispute_["id"]}
    moves.write(bank, "dispute_lost", dispute_, dispute_["amount"], **facts)
    _end(bank, dispute_, "lost")


def review(bank: Bank, dispute_: Json, verdict: str) -> None:
    """Evidence is in: somebody looks at it, and decides within moments if `verdict` says how."""
    inquiry = dispute_["status"] == "warning_needs_response"
    dispute_["status"] = "warning_under_review" if inquiry else "under_review"
    bank.store.save(dispute_)
    bank.store.save_private(dispute_["id"], {"verdict": verdict})
    bank.store.set_due(dispute_["id"], bank.clock.now() if verdict else None)


def come_due(bank: Bank, dispute_: Json) -> None:
    """The verdict on the evidence, or the end of the days to send any."""
    verdict = bank.store.private(dispute_["id"]).get("verdict")
    charge = bank.store.get("charge", dispute_["charge"]) or {}
    if verdict == "escalated" and balance.left(charge) >= dispute_["amount"]:
        escalate(bank, dispute_)
    elif verdict == "won":
        win(bank, dispute_)
    else:
        dispute_["evidence_details"]["past_due"] = not verdict
        lose(bank, dispute_)


def of_charge(bank: Bank, charge: Json) -> list[Json]:
    """The disputes about a charge, the newest first."""
    found = bank.store.children(KIND, charge["payment_intent"])
    return [entry for entry in found if entry["charge"] == charge["id"]]


def _open(bank: Bank, charge: Json, *, amount: int, reason: str, code: str, status: str) -> Json:
    code = code or NETWORK_CODES[reason]
    opened = _record(bank, charge, amount=amount, reason=reason, code=code)
    inquiry = status == "warning_needs_response"
    card = charge["payment_method_details"]["card"]
    about = {
        "brand": card["brand"],
        "case_type": INQUIRY if inquiry else "chargeback",
        "network": card["network"],
        "network_reason_code": code,
    }
    opened["payment_method_details"] = {"type": "card", "card": about}
    opened.update(status=status, is_charge_refundable=inquiry)
    _await_answer(bank, opened)
    return opened


def _record(bank: Bank, charge: Json, *, amount: int, reason: str, code: str) -> Json:
    opened = shapes.dispute(bank.clock.now(), charge, amount=amount, reason=reason, code=code)
    bank.store.add(opened, parent=charge["payment_intent"])
    charge["disputed"] = True
    bank.store.save(charge)
    return opened


def _await_answer(bank: Bank, dispute_: Json) -> None:
    due_by = bank.clock.now() + ANSWER_WITHIN
    dispute_["evidence_details"]["due_by"] = due_by
    bank.store.save(dispute_)
    bank.store.save_private(dispute_["id"], {})
    bank.store.set_due(dispute_["id"], due_by)


def _withdraw(
    bank: Bank, dispute_: Json, charge: Json, *, fee: int, move: str = "disputed", **facts: object
) -> None:
    refunds.give_up_pending(bank, charge)
    amount = dispute_["amount"]
    fee = money.parts(fee, conversions.settle(bank, amount, dispute_["currency"]).currency)
    transaction = balance.book(bank, dispute_, kind="adjustment", amount=-amount, fee=fee, category="dispute")
    dispute_["balance_transactions"].append(transaction)
    bank.store.save(dispute_)
    moves.write(bank, move, dispute_, amount, charge=charge["id"], dispute=dispute_["id"], fee=fee, **facts)


def _is_lost(dispute_: Json) -> bool:
    """Whether it may be decided anew: what comes back of bank debits is final."""
    return dispute_["status"] in LOST and dispute_["payment_method_details"]["type"] == "card"


def _need_open(dispute_: Json) -> None:
    if dispute_["status"] not in OPEN:
        raise errors.Refusal(f"This dispute is over: it is {dispute_['status'].replace('_', ' ')}.")


def _end(bank: Bank, dispute_: Json, status: str) -> None:
    dispute_["status"] = status
    bank.store.save(dispute_)
    bank.store.set_due(dispute_["id"], None)
    events.emit(bank, "charge.dispute.closed", dispute_)
