"""Orders about accounts and payouts: what the processor thinks of a business, and when its money leaves."""

import re
from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from florin_sandbox import (
    accounts,
    balance,
    commands,
    conversions,
    due,
    low_balance,
    money,
    payouts,
    refunds,
)
from florin_sandbox.bank import Bank
from florin_sandbox.commands import BadOrder
from florin_sandbox.store import Json

VERDICTS: dict[str, Callable[[Bank, Json], None]] = {
    "verify": accounts.verify,
    "ask_more": accounts.ask_more,
    "reject": accounts.reject,
    "suspend": accounts.suspend,
    "restore": accounts.restore,
    "withhold_cards": partial(accounts.withhold, "card"),
    "withhold_debits": partial(accounts.withhold, "us_bank_account"),
}
OF_PLATFORM = ("verify", "withhold_cards", "withhold_debits")
RATE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,8})?")
ENDINGS: dict[str, Callable[[Bank, Json], object]] = {
    "reconciled": payouts.reconcile,
    "paid": payouts.arrive,
    "failed": partial(payouts.fail, code="account_closed"),
    "canceled": payouts.cancel,
    "reversed": payouts.reverse,
}


class AccountOrders:
    """Carries out orders about accounts and payouts."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def routes(self) -> list[Route]:
        """Every order, behind the token."""
        return commands.routes(
            self.bank,
            ("POST", "/control/accounts/{id}", self.judge),
            ("POST", "/control/balance", self.fund),
            ("POST", "/control/payouts", self.pay_out),
            ("POST", "/control/settlement", self.settle),
            ("POST", "/control/payouts/{id}", self.decide),
        )

    async def judge(self, request: Request) -> Response:
        """Decide about an account: `{"verdict"}`."""
        order = await commands.read(request, {"verdict"})
        verdict = VERDICTS.get(str(order.get("verdict")))
        if verdict is None:
            raise BadOrder(f"verdict must be one of {', '.join(VERDICTS)}.")
        identifier = accounts.acting(self.bank, request.path_params["id"])
        if not identifier and order["verdict"] not in OF_PLATFORM:
            raise BadOrder("The platform's own account is always active.")
        account = accounts.find(self.bank, identifier or request.path_params["id"])
        with self.bank.store.transaction():
            if identifier or order["verdict"] != "verify":
                verdict(self.bank, account)
            else:
                accounts.permit_all(self.bank)
        await self.bank.courier.dispatch()
        return JSONResponse(account)

    async def fund(self, request: Request) -> Response:
        """Say whether its bank account covers what an account lacks: `{"account", "covers_refunds"}`."""
        order = await commands.read(request, {"account", "covers_refunds"})
        if set(order) != {"account", "covers_refunds"}:
            raise BadOrder("account and covers_refunds are both needed.")
        account = accounts.acting(self.bank, order["account"])
        low_balance.order(self.bank, account, covers=order["covers_refunds"])
        refunds.release(self.bank, [account])
        await self.bank.courier.dispatch()
        return JSONResponse({"account": account, "covers_refunds": order["covers_refunds"]})

    async def settle(self, request: Request) -> Response:
        """Pay an account out in one currency: `{"account"?, "currency"?, "rates"?: {currency: rate}}`."""
        order = await commands.read(request, {"account", "currency", "rates"})
        account = accounts.acting(self.bank, order.get("account", ""))
        currency = str(order.get("currency", "")).lower()
        rates = {name.lower(): str(rate) for name, rate in order.get("rates", {}).items()}
        known = {*rates, *filter(None, [currency])}
        if not known <= money.SUPPORTED or not all(map(RATE.fullmatch, rates.values())):
            raise BadOrder("Give currencies that are supported, and rates such as 1.0842.")
        conversions.order(self.bank, account, currency, rates)
        return JSONResponse({"ok": True})

    async def pay_out(self, request: Request) -> Response:
        """Pay out now what is available: `{"account"?, "currency"?, "include_pending"?, "reconciled"?}`."""
        order = await commands.read(request, {"account", "currency", "include_pending", "reconciled"})
        due.settle(self.bank)
        account = accounts.acting(self.bank, order["account"]) if "account" in order else None
        with self.bank.store.transaction():
            if order.get("include_pending"):
                _hasten(self.bank, account, order.get("currency"))
            made = payouts.pay_all(self.bank, account=account, currency=order.get("currency"))
            for payout in made if order.get("reconciled") else ():
                with self.bank.store.scope(self.bank.store.owner(payout["id"])):
                    payouts.reconcile(self.bank, payout)
        await self.bank.courier.dispatch()
        return JSONResponse({"payouts": made})

    async def decide(self, request: Request) -> Response:
        """Let a payout come further: `{"status", "failure_code"?}`, by one of `ENDINGS`."""
        order = await commands.read(request, {"status", "failure_code"})
        code = order.get("failure_code", "account_closed")
        if order.get("status") not in ENDINGS or code not in payouts.FAILURES:
            statuses, codes = ", ".join(ENDINGS), ", ".join(payouts.FAILURES)
            raise BadOrder(f"status must be one of {statuses}, failure_code one of {codes}.")
        due.settle(self.bank)
        payout = self._decided(request.path_params["id"], str(order["status"]), code)
        await self.bank.courier.dispatch()
        return JSONResponse(payout)

    def _decided(self, identifier: str, status: str, code: str) -> Json:
        store = self.bank.store
        with store.transaction(), store.scope(store.owner(identifier)):
            payout = payouts.find(self.bank, identifier)
            if status == "failed":
                payouts.fail(self.bank, payout, code)
            else:
                ENDINGS[status](self.bank, payout)
        return payout


def _hasten(bank: Bank, account: str | None, currency: str | None) -> None:
    for owner, held in balance.held(bank):
        if account in {None, owner} and currency in {None, held}:
            balance.hasten(bank, owner, held)
