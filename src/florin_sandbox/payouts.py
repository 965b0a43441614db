"""Payouts: money on its way from an account's balance to its bank.

An automatic payout carries out everything that is available in one currency; what it consists of can be
listed once its reconciliation is completed, and stays known. One for an amount that somebody asked for is a
movement of its own; its parts are never listed, and the next automatic payout makes up for it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from florin_sandbox import accounts, balance, errors, events, ids, money, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.params import Params
from florin_sandbox.store import Json

KIND = "payout"
PAYDAY = "payday"
SUBMITTED_AFTER = 3600
"""Seconds until a payout is with the bank; by then its reconciliation is completed."""
INSTANT_ARRIVES_AFTER = 1800
ARRIVES_AFTER = 2
"""Days until it is there, at midnight UTC."""
UNDER_WAY = frozenset({"pending", "in_transit"})
FAILURES = {
    "account_closed": "The bank account has been closed.",
    "could_not_process": "The bank could not process this payout.",
    "debit_not_authorized": "Debits of this bank account are not allowed.",
    "no_account": "The bank account could not be found.",
}


WHOLE_ONLY = frozenset(["huf", "isk", "twd", "ugx"])
"""Charged in hundredths, and paid out in whole units only."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A payout somebody asks for; `amount` in minor units."""

    amount: int
    currency: str
    description: str | None
    metadata: dict[str, str]
    method: str = "standard"


def read(params: Params, _identifier: str) -> Wish:
    """The payout the caller wants."""
    params.only(
        {"amount", "currency", "description", "expand", "metadata", "method", "source_type"},
    )
    method = params.choice("method", ("standard", "instant"), "standard")
    params.choice("source_type", ("card",), "card")
    return Wish(
        amount=params.need_integer("amount", least=1),
        currency=params.need_text("currency").lower(),
        description=params.text("description"),
        metadata=params.metadata(),
        method=method,
    )


def create(bank: Bank, wish: Wish) -> Json:
    """Pay out an amount; an instant payout costs a fee on top of it. Refuses more than is available."""
    if wish.currency in WHOLE_ONLY and wish.amount % 100:
        message = f"Payouts in {wish.currency.upper()} must be divisible by 100."
        raise errors.invalid("amount", message, "parameter_invalid_integer")
    if not accounts.own(bank)["payouts_enabled"]:
        raise errors.Refusal("Payouts are not enabled for this account.", code="payouts_not_allowed")
    available, _ = balance.standing(bank, bank.store.account or "").get(wish.currency, (0, 0))
    fee = _fee(bank, wish)
    if wish.amount + fee > available:
        raise errors.Refusal(
            f"You have insufficient funds in your {wish.currency.upper()} balance for this payout.",
            code="balance_insufficient",
            param="amount",
        )
    payout = _open(bank, wish, automatic=False)
    _book(bank, payout, fee=fee)
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
        "arrival_date": now + INSTANT_ARRIVES_AFTER
        if wish.method == "instant"
        else (now // shapes.DAY + ARRIVES_AFTER) * shapes.DAY,
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
        "method": wish.method,
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
    }
    bank.store.add(payout, due=min(now + SUBMITTED_AFTER, payout["arrival_date"]))
    return payout


def _fee(bank: Bank, wish: Wish) -> int:
    settings = bank.settings
    if wish.method != "instant":
        return 0
    rate = money.Rate(settings.instant_fee_basis_points, least=settings.instant_fee_least)
    return money.fee(wish.amount, wish.currency, rate)


def _book(bank: Bank, payout: Json, *, fee: int = 0) -> None:
    booked = balance.book(bank, payout, kind="payout", amount=-payout["amount"], fee=fee)
    payout["balance_transaction"] = booked["id"]
    bank.store.save(payout)
    _record(bank, payout, "paid_out")
    events.emit(bank, "payout.created", payout)


def move_on(bank: Bank, payout: Json) -> None:
    """What time does: the payout is reconciled and goes to the bank, and arrives."""
    reconcile(bank, payout)
    if payout["status"] not in UNDER_WAY:
        bank.store.set_due(payout["id"], None)
        return
    if bank.clock.now() >= payout["arrival_date"]:
        arrive(bank, payout)
        return
    payout.update(status="in_transit", trace_id={"status": "pending", "value": None})
    bank.store.save(payout)
    bank.store.set_due(payout["id"], payout["arrival_date"])
    events.emit(bank, "payout.updated", payout)


def reconcile(bank: Bank, payout: Json) -> None:
    """From now on an automatic payout's parts can be listed. Safe to repeat."""
    if payout["reconciliation_status"] != "in_progress":
        return
    payout.update(reconciliation_status="completed")
    bank.store.save(payout)
    events.emit(bank, "payout.reconciliation_completed", payout)


def arrive(bank: Bank, payout: Json) -> None:
    """The bank has it. Refuses a payout that is there already, or came back."""
    if payout["status"] not in UNDER_WAY:
        raise errors.Refusal(f"This payout is {payout['status']} already.")
    day = datetime.fromtimestamp(payout["created"], UTC).strftime("%y%m%d")
    payout.update(status="paid", trace_id={"status": "supported", "value": f"{day}{payout['id'][-8:]}"})
    bank.store.save(payout)
    _come_to_rest(bank, payout)
    events.emit(bank, "payout.paid", payout)


def fail(bank: Bank, payout: Json, code: str) -> None:
    """The bank sends it back, even after it seemed paid; the money is available again."""
    _need_unfinished(payout)
    booked = balance.book(bank, payout, kind="payout_failure", amount=payout["amount"])
    payout.update(
        status="failed",
        failure_balance_transaction=booked["id"],
        failure_code=code,
        failure_message=FAILURES[code],
    )
    bank.store.save(payout)
    _come_to_rest(bank, payout)
    _record(bank, payout, "payout_failed")
    events.emit(bank, "payout.failed", payout)


def cancel(bank: Bank, payout: Json) -> None:
    """Call off a payout that somebody asked for and that has not left yet; the money is available again."""
    if payout["status"] != "pending" or payout["automatic"]:
        raise errors.Refusal("Only a pending payout that was not automatic can be canceled.")
    booked = balance.book(bank, payout, kind="payout_cancel", amount=payout["amount"])
    payout.update(status="canceled", failure_balance_transaction=booked["id"])
    bank.store.save(payout)
    bank.store.set_due(payout["id"], None)
    _record(bank, payout, "payout_failed")
    events.emit(bank, "payout.canceled", payout)


def reverse(bank: Bank, payout: Json) -> Json:
    """Take the money of a payout that arrived back from the bank, by another payout of less than nothing."""
    if payout["status"] != "paid" or payout["reversed_by"]:
        raise errors.Refusal("Only a paid payout can be reversed, and only once.")
    wish = Wish(-payout["amount"], payout["currency"], None, {})
    back = _open(bank, wish, automatic=False)
    back["original_payout"] = payout["id"]
    _book(bank, back)
    payout["reversed_by"] = back["id"]
    bank.store.save(payout)
    return back


def need_listable(bank: Bank, identifier: str) -> None:
    """Refuse to list the parts of a payout that somebody asked for, as Stripe does."""
    if not find(bank, identifier)["automatic"]:
        raise errors.Refusal(
            "Balance transaction history can only be filtered on automatic transfers, not manual."
        )


def _come_to_rest(bank: Bank, payout: Json) -> None:
    """Nothing more happens to it, but that its reconciliation is completed."""
    is_open = payout["reconciliation_status"] == "in_progress"
    bank.store.set_due(payout["id"], payout["created"] + SUBMITTED_AFTER if is_open else None)


def _need_unfinished(payout: Json) -> None:
    if payout["status"] in {"failed", "canceled"}:
        raise errors.Refusal(f"This payout {payout['status']} already.")


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
