"""Payouts: money on its way from an account's balance to its bank.

An automatic payout carries out everything that is available in one currency; what it consists of stays known.
One for an amount somebody asked for is a movement of its own, which the next automatic payout makes up for.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from florin_sandbox import accounts, balance, errors, events, ids, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.params import Params
from florin_sandbox.store import Json

KIND = "payout"
PAYDAY = "payday"
SUBMITTED_AFTER = 3600
"""Seconds until a payout is with the bank."""
ARRIVES_AFTER = 2
"""Days until it is there, at midnight UTC."""
FAILURES = {
    "account_closed": "The bank account has been closed.",
    "could_not_process": "The bank could not process this payout.",
    "debit_not_authorized": "Debits of this bank account are not allowed.",
    "no_account": "The bank account could not be found.",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A payout somebody asks for; `amount` in minor units."""

    amount: int
    currency: str
    description: str | None
    metadata: dict[str, str]


def read(params: Params, _identifier: str) -> Wish:
    """The payout the caller wants."""
    params.only(
        {"amount", "currency", "description", "expand", "metadata", "method", "source_type"},
    )
    params.choice("method", ("standard",), "standard")
    params.choice("source_type", ("card",), "card")
    return Wish(
        amount=params.need_integer("amount", least=1),
        currency=params.need_text("currency").lower(),
        description=params.text("description"),
        metadata=params.metadata(),
    )


def create(bank: Bank, wish: Wish) -> Json:
    """Pay out an amount. Refuses more than is available."""
    if not accounts.own(bank)["payouts_enabled"]:
        raise errors.Refusal("Payouts are not enabled for this account.", code="payouts_not_allowed")
    available, _ = balance.standing(bank, bank.store.account or "").get(wish.currency, (0, 0))
    if wish.amount > available:
        raise errors.Refusal(
            f"You have insufficient funds in your {wish.currency.upper()} balance for this payout.",
            code="balance_insufficient",
            param="amount",
        )
    payout = _open(bank, wish, automatic=False)
    _book(bank, payout)
    return payout


def sweep(bank: Bank, currency: str) -> Json | None:
    """Pay out all that the account in scope has available in a currency; None if that is nothing, or less."""
    account = bank.store.account or ""
    amount, _ = balance.standing(bank, account).get(currency, (0, 0))
    if amount <= 0 or not accounts.own(bank)["payouts_enabled"]:
        return None
    payout = _open(bank, Wish(amount, currency, None, {}), automatic=True)
    balance.carry_out(bank, payout)
    _book(bank, payout)
    balance.close(bank, payout["balance_transaction"])
    return payout


def payday(bank: Bank) -> None:
    """Once a day by the clock say what became available, and pay it out unless that goes by order only.

    A clock that jumps over several days brings one payday.
    """
    now = bank.clock.now()
    last = int(bank.store.setting(PAYDAY, "0"))
    if now // shapes.DAY == last // shapes.DAY:
        return
    with bank.store.transaction():
        bank.store.keep_setting(PAYDAY, str(now))
        if not last:
            return
        for account in balance.grown(bank, last):
            with bank.store.scope(account):
                events.emit(bank, "balance.available", balance.retrieve(bank, None))
        if bank.settings.payouts == "daily":
            pay_all(bank)


def pay_all(bank: Bank, *, account: str | None = None, currency: str | None = None) -> list[Json]:
    """Sweep every balance, or those of one account or currency."""
    made = []
    for owner, held in balance.held(bank):
        if account in {None, owner} and currency in {None, held}:
            with bank.store.scope(owner):
                made.append(sweep(bank, held))
    return [payout for payout in made if payout is not None]


def _open(bank: Bank, wish: Wish, *, automatic: bool) -> Json:
    now = bank.clock.now()
    payout = {
        "id": "po_1" + ids.text(23),
        "object": "payout",
        "amount": wish.amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": (now // shapes.DAY + ARRIVES_AFTER) * shapes.DAY,
        "automatic": automatic,
        "balance_transaction": None,
        "created": now,
        "currency": wish.currency,
        "description": wish.description or "STRIPE PAYOUT",
        "destination": accounts.own(bank)["external_accounts"]["data"][0]["id"],
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": wish.metadata,
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
    }
    bank.store.add(payout, due=now + SUBMITTED_AFTER)
    return payout


def _book(bank: Bank, payout: Json) -> None:
    booked = balance.book(bank, payout, kind="payout", amount=-payout["amount"])
    payout["balance_transaction"] = booked["id"]
    bank.store.save(payout)
    _record(bank, payout, "paid_out")
    events.emit(bank, "payout.created", payout)


def move_on(bank: Bank, payout: Json) -> None:
    """What time does: the payout goes to the bank, and arrives."""
    if bank.clock.now() >= payout["arrival_date"]:
        arrive(bank, payout)
        return
    payout.update(status="in_transit", trace_id={"status": "pending", "value": None})
    bank.store.save(payout)
    bank.store.set_due(payout["id"], payout["arrival_date"])
    events.emit(bank, "payout.updated", payout)


def arrive(bank: Bank, payout: Json) -> None:
    """The bank has it. Refuses a payout that is there already, or came back."""
    if payout["status"] not in {"pending", "in_transit"}:
        raise errors.Refusal(f"This payout is {payout['status']} already.")
    day = datetime.fromtimestamp(payout["created"], UTC).strftime("%y%m%d")
    payout.update(status="paid", trace_id={"status": "supported", "value": f"{day}{payout['id'][-8:]}"})
    bank.store.save(payout)
    bank.store.set_due(payout["id"], None)
    events.emit(bank, "payout.paid", payout)


def fail(bank: Bank, payout: Json, code: str) -> None:
    """The bank sends it back, even after it seemed paid; the money is available again."""
    if payout["status"] == "failed":
        raise errors.Refusal("This payout failed already.")
    booked = balance.book(bank, payout, kind="payout_failure", amount=payout["amount"])
    payout.update(
        status="failed",
        failure_balance_transaction=booked["id"],
        failure_code=code,
        failure_message=FAILURES[code],
    )
    bank.store.save(payout)
    bank.store.set_due(payout["id"], None)
    _record(bank, payout, "payout_failed")
    events.emit(bank, "payout.failed", payout)


def find(bank: Bank, identifier: str) -> Json:
    """The payout with this id."""
    found = bank.store.get(KIND, identifier)
    if found is None:
        raise errors.no_such(KIND, identifier, "payout")
    return found


def _record(bank: Bank, payout: Json, move: str) -> None:
    bank.journal.write(
        "money",
        move=move,
        payment_intent=None,
        payout=payout["id"],
        amount=payout["amount"],
        currency=payout["currency"],
    )
