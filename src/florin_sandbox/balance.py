"""An account's balance at the processor: what came in, what went back, and the fees.

Amounts are minor units. A movement is kept twice: as the balance transaction that callers see, and as a row
of `movement` that is quick to add up. It counts in the balance until a payout has carried it out.
"""

from florin_sandbox import conversions, errors, money, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

KIND = "balance_transaction"
BANK_DEBIT = "us_bank_account"
AVAILABLE_AFTER = 2
"""Days until money that came in can be paid out."""
CATEGORIES = {
    "payment": "charge",
    "payment_refund": "refund",
    "payment_failure_refund": "charge_failure",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "stripe_fee": "fee",
}
STANDING = """
SELECT currency, coalesce(sum(net) FILTER (WHERE available_on <= ?), 0),
       coalesce(sum(net) FILTER (WHERE available_on > ?), 0)
FROM movement WHERE account = ? AND payout IS NULL GROUP BY currency ORDER BY currency
"""
TOTALS = """
SELECT currency, type, count(*), sum(amount), sum(fee), sum(net),
       coalesce(sum(net) FILTER (WHERE payout IS NULL AND available_on <= ?), 0),
       coalesce(sum(net) FILTER (WHERE payout IS NULL AND available_on > ?), 0)
FROM movement WHERE account = coalesce(?, account) GROUP BY currency, type ORDER BY currency, type
"""
UNDER_WAY = """
SELECT m.currency, sum(m.net) FROM movement m JOIN object t ON t.id = m.id JOIN object c ON c.id = t.parent
WHERE m.account = coalesce(?, m.account) AND m.type = 'payment' AND c.body ->> 'status' = 'pending'
GROUP BY m.currency ORDER BY m.currency
"""
GROWN = """
SELECT DISTINCT account FROM movement WHERE payout IS NULL AND available_on > ? AND available_on <= ?
ORDER BY account
"""
HELD = "SELECT DISTINCT account, currency FROM movement WHERE payout IS NULL ORDER BY account, currency"
WAITING = "account = ? AND currency = ? AND payout IS NULL"
HASTEN = f"""
UPDATE object SET body = json_set(body, '$.available_on', ?)
WHERE id IN (SELECT id FROM movement WHERE {WAITING} AND available_on > ?)
"""  # noqa: S608 - fixed texts
CLOSED = ""
"""In place of a payout's id: an automatic payout's own movement, which stands for those it carried out."""


def book(
    bank: Bank,
    source: Json,
    *,
    kind: str,
    amount: int,
    fee: int = 0,
    available_on: int = 0,
    category: str = "",
    description: str | None = None,
) -> Json:
    """Move money on the balance of the account in scope; the balance transaction, already kept.

    `source` is the object that moves it; `amount` carries its sign; `fee` is taken from it, a negative one is
    given back. It can be paid out from `available_on` on, at once if that is past. `category` is the
    reporting category where the kind does not tell it. Of an account that is paid out in another currency the
    amount is converted; the fee is in that currency already.
    """
    now = bank.clock.now()
    settled = conversions.settle(bank, amount, source["currency"])
    transaction = shapes.balance_transaction(
        now,
        source,
        kind=kind,
        category=category or CATEGORIES.get(kind, kind),
        amount=settled.amount,
        fee=fee,
        available_on=max(available_on, now),
        description=description,
        currency=settled.currency,
        rate=settled.rate,
    )
    bank.store.add(transaction, parent=source["id"])
    bank.store.add_movement(transaction)
    return transaction


def book_charge(bank: Bank, charge: Json, amount: int) -> Json:
    """Captured money arrives, less the fee: a `charge` by card, a `payment` by bank debit.

    A debit is booked when it is submitted, and pending until the day on which it clears, if it does.
    """
    debit = by_debit(charge)
    return book(
        bank,
        charge,
        kind="payment" if debit else "charge",
        amount=amount,
        fee=fee(bank, charge, amount),
        available_on=bank.clock.now()
        + (bank.settings.bank_debit_days if debit else AVAILABLE_AFTER) * shapes.DAY,
    )


def book_failure(bank: Bank, charge: Json, *, cost: int) -> Json:
    """Take back what was booked of a debit that does not clear: its fee comes back, less what failing costs.

    It becomes available with what it takes back, so that no payout has the one without the other.
    """
    booked = bank.store.get(KIND, charge["balance_transaction"]) or {}
    return book(
        bank,
        charge,
        kind="payment_failure_refund",
        amount=-charge["amount"],
        fee=cost - booked["fee"],
        available_on=booked["available_on"],
    )


def book_refund(bank: Bank, refund: Json, charge: Json) -> Json:
    """Refunded money leaves at once, and part of the fee comes back.

    Call it before `amount_refunded` of the charge tells of this refund.
    """
    kind = "payment_refund" if by_debit(charge) else "refund"
    back = fee_back(bank, charge, refund["amount"])
    return book(bank, refund, kind=kind, amount=-refund["amount"], fee=-back)


def left(charge: Json) -> int:
    """What was taken of a charge and not given back."""
    return int(charge["amount_captured"] - charge["amount_refunded"])


def by_debit(charge: Json) -> bool:
    """Whether a bank account was debited, rather than a card charged."""
    return bool(charge["payment_method_details"]["type"] == BANK_DEBIT)


def fee(bank: Bank, charge: Json, amount: int) -> int:
    """The fee of so much captured money, by the options of the command line, in the balance's currency."""
    settings, settled = bank.settings, conversions.settle(bank, amount, charge["currency"])
    if by_debit(charge):
        rate = money.Rate(
            settings.ach_fee_basis_points, least=settings.ach_fee_least, most=settings.ach_fee_most
        )
    else:
        rate = money.Rate(settings.fee_basis_points, fixed=settings.fee_fixed)
    return money.fee(settled.amount, settled.currency, rate)


def fee_back(bank: Bank, charge: Json, amount: int) -> int:
    """What a refund of so much brings back of the fee: its variable part in proportion, less what is kept.

    Reckoned on the running total, so that many small refunds bring back no more than one large one.
    """
    settings, booked = bank.settings, bank.store.get(KIND, charge["balance_transaction"]) or {}
    points = settings.ach_fee_basis_points if by_debit(charge) else settings.fee_basis_points
    taken: int = charge["amount_captured"]
    before: int = charge["amount_refunded"]
    variable = min(booked["fee"], money.fee(booked["amount"], booked["currency"], money.Rate(points)))
    share: int = variable * (before + amount) // taken - variable * before // taken
    return max(0, share - money.parts(settings.refund_fee_kept, booked["currency"]))


def show(bank: Bank, transaction: Json) -> Json:
    """A movement as it stands by the clock: pending until its day, then available."""
    status = "available" if bank.clock.now() >= transaction["available_on"] else "pending"
    return {**transaction, "status": status}


def standing(bank: Bank, account: str) -> dict[str, tuple[int, int]]:
    """What an account has available and pending, by currency."""
    now = bank.clock.now()
    rows = bank.store.db.execute(STANDING, (now, now, account))
    return {currency: (available, pending) for currency, available, pending in rows}


def summary(bank: Bank, account: str | None) -> Json:
    """By currency what is available and pending, and by type of movement its count and sums; None is all.

    `under_way` is what of the balances bank debits brought that have neither cleared nor failed.
    """
    now = bank.clock.now()
    balances: dict[str, Json] = {}
    movements: dict[str, Json] = {}
    for currency, kind, *sums in bank.store.db.execute(TOTALS, (now, now, account)):
        count, amount, fee_, net, available, pending = sums
        held_ = balances.setdefault(currency, {"available": 0, "pending": 0})
        held_["available"] += available
        held_["pending"] += pending
        entry = {"count": count, "amount": amount, "fee": fee_, "net": net}
        movements.setdefault(currency, {})[kind] = entry
    under_way = dict(bank.store.db.execute(UNDER_WAY, (account,)).fetchall())
    return {"balances": balances, "movements": movements, "under_way": under_way}


def grown(bank: Bank, since: int) -> list[str]:
    """The accounts that have had something become available after that moment."""
    return [account for (account,) in bank.store.db.execute(GROWN, (since, bank.clock.now()))]


def held(bank: Bank) -> list[tuple[str, str]]:
    """Every account and currency with something on its balance."""
    return [(account, currency) for account, currency in bank.store.db.execute(HELD)]


def hasten(bank: Bank, account: str, currency: str) -> None:
    """Make available at once what is pending."""
    now = bank.clock.now()
    chosen = (account, currency, now)
    bank.store.db.execute(
        HASTEN,
        (now, *chosen),
    )
    bank.store.db.execute(
        f"UPDATE movement SET available_on = ? WHERE {WAITING} AND available_on > ?",  # noqa: S608 - fixed texts
        (now, *chosen),
    )


def carry_out(bank: Bank, payout: Json) -> None:
    """Let an automatic payout consist of all that is available in its currency."""
    bank.store.db.execute(
        f"UPDATE movement SET payout = ? WHERE {WAITING} AND available_on <= ?",  # noqa: S608 - fixed texts
        (payout["id"], bank.store.account, payout["currency"], bank.clock.now()),
    )


def close(bank: Bank, identifier: str) -> None:
    """Count a movement no more: what it stands for has left the balance."""
    bank.store.db.execute("UPDATE movement SET payout = ? WHERE id = ?", (CLOSED, identifier))


def retrieve(bank: Bank, _wish: object) -> Json:
    """The balance of the account in scope, as the API shows it."""
    found = standing(bank, bank.store.account or "") or {"usd": (0, 0)}
    return {
        "object": "balance",
        "available": [_entry(currency, available) for currency, (available, _) in found.items()],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in found],
        "livemode": False,
        "pending": [_entry(currency, pending) for currency, (_, pending) in found.items()],
    }


def _entry(currency: str, amount: int) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def find(bank: Bank, identifier: str) -> Json:
    """The balance transaction with this id, as it stands by the clock."""
    found = bank.store.get(KIND, identifier)
    if found is None:
        raise errors.no_such("balance transaction", identifier)
    return show(bank, found)
