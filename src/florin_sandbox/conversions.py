"""Accounts that are paid out in one currency: what comes in another is converted, at a rate as ordered."""

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from florin_sandbox import errors, money
from florin_sandbox.bank import Bank

SETTING = "settlements"


@dataclass(frozen=True, slots=True)
class Settled:
    """An amount in the currency of the account's balance; `rate` is what one unit was worth, if converted."""

    amount: int
    currency: str
    rate: Decimal | None = None


def order(bank: Bank, account: str, currency: str, rates: dict[str, str]) -> None:
    """Let an account be paid out in one currency, at these rates; without a currency, in each of its own."""
    kept = json.loads(bank.store.setting(SETTING, "{}"))
    kept[account] = {"currency": currency, "rates": rates}
    bank.store.keep_setting(SETTING, json.dumps(kept))


def forget(bank: Bank) -> None:
    """Let every account be paid out in each of its own currencies again."""
    bank.store.keep_setting(SETTING, "{}")


def settle(bank: Bank, amount: int, currency: str) -> Settled:
    """What an amount comes to on the balance of the account in scope, rounded half up.

    A currency without a rate stays as it is: the account has a bank account in it.
    """
    ordered = json.loads(bank.store.setting(SETTING, "{}")).get(bank.store.account or "", {})
    into, rate = ordered.get("currency") or currency, ordered.get("rates", {}).get(currency)
    if into == currency or rate is None:
        return Settled(amount, currency)
    worth = Decimal(amount) * Decimal(rate)
    exact = worth.scaleb(money.decimals(into) - money.decimals(currency))
    return Settled(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)), into, Decimal(rate))


def check_minimum(bank: Bank, amount: int, currency: str, param: str) -> None:
    """Refuse a payment whose worth in the currency of the account is too small to be taken."""
    settled = settle(bank, amount, currency)
    least = money.MINIMUM.get(settled.currency, 1)
    if settled.rate is not None and settled.amount < least:
        shown, worth = (money.show(each, settled.currency) for each in (least, settled.amount))
        raise errors.invalid(
            param,
            f"The Checkout Session's total amount must convert to at least {shown}."
            f" {money.show(amount, currency)} converts to approximately {worth}.",
            "amount_too_small",
        )
