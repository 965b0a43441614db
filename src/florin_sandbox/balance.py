"""The merchant's balance at the processor: what came in, what went back, and the fee."""

from florin_sandbox import money, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

KIND = "balance_transaction"


def book_charge(bank: Bank, charge: Json, amount: int) -> Json:
    """Captured money arrives, less the fee."""
    settings = bank.settings
    fee = money.fee(amount, basis_points=settings.fee_basis_points, fixed=settings.fee_fixed)
    transaction = shapes.balance_transaction(bank.clock.now(), charge, kind="charge", amount=amount, fee=fee)
    bank.store.add(transaction, parent=charge["id"])
    return transaction


def book_refund(bank: Bank, refund: Json) -> Json:
    """Refunded money leaves; of the charge's fee nothing comes back."""
    transaction = shapes.balance_transaction(
        bank.clock.now(), refund, kind="refund", amount=-refund["amount"], fee=0
    )
    transaction["available_on"] = transaction["created"]
    bank.store.add(transaction, parent=refund["id"])
    return transaction


def show(bank: Bank, transaction: Json) -> Json:
    """A movement as it stands by the clock: pending until its day, then available."""
    status = "available" if bank.clock.now() >= transaction["available_on"] else "pending"
    return {**transaction, "status": status}
