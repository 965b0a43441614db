"""The control API's orders about money: pay, return, clear, refund, dispute."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from florin_sandbox import (
    attempts,
    bank_accounts,
    bank_form,
    card_form,
    commands,
    counter,
    due,
    hosted_page,
    intents,
    methods,
    sessions,
)
from florin_sandbox.attempts import Outcome
from florin_sandbox.bank import Bank
from florin_sandbox.commands import BadOrder
from florin_sandbox.store import Json

CARD_VALID = {"expiry": "12 / 40", "cvc": "1234"}
VERDICTS = {"won": True, "lost": False}


class MoneyOrders:
    """Carries out orders about money."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def routes(self) -> list[Route]:
        """Every order, behind the token."""
        intent, dispute = "/control/payment_intents/{id}", "/control/disputes/{id}"
        return commands.routes(
            self.bank,
            ("POST", "/control/sessions/{id}/pay", self.pay),
            ("POST", f"{intent}/refund", self.refund),
            ("POST", f"{intent}/return", self.send_back),
            ("POST", f"{intent}/clear", self.clear),
            ("POST", f"{intent}/verify", self.verify),
            ("POST", f"{intent}/dispute", self.dispute),
            ("POST", f"{dispute}/close", self.close),
            ("POST", f"{dispute}/escalate", self.escalate),
            ("POST", f"{dispute}/appeal", self.appeal),
            ("POST", "/control/bookings", self.bookings),
            ("POST", "/control/refunds/{id}/succeed", self.refund_arrives),
            ("POST", "/control/refunds/{id}/fail", self.refund_fails),
        )

    async def pay(self, request: Request) -> Response:
        """Pay as a payer would, by the page's own code: with a card, or from a `bank` account."""
        order = await commands.read(request, {"card", "bank", "email", "name", "challenge"})
        due.settle(self.bank)
        session = sessions.find(self.bank, request.path_params["id"])
        if session["status"] == "expired":
            raise BadOrder("This session has expired; its page takes no money.")
        who = {
            "email": str(order.get("email") or session["customer_email"] or "payer@example.com"),
            "name": str(order.get("name", "Pat Payer")),
        }
        pay = self._debit if "bank" in order else self._charge
        outcome = await pay(session, {**order, **who})
        return JSONResponse({"outcome": outcome.state, "session": sessions.find(self.bank, session["id"])})

    async def _charge(self, session: Json, order: Json) -> Outcome:
        number = str(order.get("card", "4242424242424242"))
        typed = card_form.read({**order, "number": number, **CARD_VALID}, self.bank.clock.now())
        card = typed.card
        if card is None:
            raise BadOrder(f"Not valid: {', '.join(typed.wrong)}.")
        _need_method(session, "card")
        outcome = await hosted_page.run(
            self.bank, session["id"], lambda now: attempts.pay(self.bank, now, card, typed.payer)
        )
        answer = str(order.get("challenge", "complete"))
        if outcome.state == "challenge" and answer != "abandon":
            outcome = await hosted_page.run(
                self.bank,
                session["id"],
                lambda now: attempts.answer_challenge(self.bank, now, passed=answer == "complete"),
            )
        return outcome

    async def _debit(self, session: Json, order: Json) -> Outcome:
        account = {name: str(value) for name, value in order["bank"].items()}
        routing = account.get("routing", bank_accounts.TEST_ROUTING)
        typed = bank_form.read({**account, **_texts(order), "routing": routing})
        found = typed.account
        if found is None:
            raise BadOrder(f"Not valid: {', '.join(typed.wrong)}.")
        _need_method(session, methods.BANK_DEBIT)
        return await hosted_page.run(
            self.bank, session["id"], lambda now: attempts.debit(self.bank, now, found, typed.payer)
        )

    async def refund(self, request: Request) -> Response:
        """Refund as if at the dashboard: `{"amount"?, "reason"?}`, minor units."""
        order = await commands.read(request, {"amount", "reason"})
        return await self._done(
            counter.refund(self.bank, _id(request), order.get("amount"), order.get("reason"))
        )

    async def send_back(self, request: Request) -> Response:
        """Return a bank debit: `{"code": "R01", "reason"?}`."""
        order = await commands.read(request, {"code", "reason"})
        code, reason = str(order.get("code")), str(order.get("reason", ""))
        return await self._done(counter.send_back(self.bank, _id(request), code, reason))

    async def clear(self, request: Request) -> Response:
        """Clear a bank debit now."""
        await commands.read(request, set())
        return await self._done(counter.clear(self.bank, _id(request)))

    async def verify(self, request: Request) -> Response:
        """End the waiting for micro-deposits: `{"outcome": "verified"}`, or `failed`, or `expired`."""
        order = await commands.read(request, {"outcome"})
        return await self._done(counter.end_deposits(self.bank, _id(request), str(order.get("outcome"))))

    async def bookings(self, request: Request) -> Response:
        """Book card payments so many seconds after their capture from now on; 0 is at once."""
        order = await commands.read(request, {"seconds"})
        with self.bank.store.transaction():
            self.bank.store.keep_setting(intents.LATE, str(int(order.get("seconds", 0))))
        self.bank.journal.note("control", order="bookings", **order)
        return JSONResponse({"ok": True})

    async def dispute(self, request: Request) -> Response:
        """Dispute a card payment: `{"amount"?, "reason"?, "inquiry"?, "network_code"?}`, minor units."""
        order = await commands.read(request, {"amount", "reason", "inquiry", "network_code"})
        opened = counter.dispute(
            self.bank,
            _id(request),
            amount=order.get("amount"),
            reason=str(order.get("reason", "fraudulent")),
            inquiry=order.get("inquiry", False),
            code=str(order.get("network_code", "")),
        )
        return await self._done(opened)

    async def close(self, request: Request) -> Response:
        """Decide a dispute: `{"status": "won"}` or `lost`."""
        order = await commands.read(request, {"status"})
        if order.get("status") not in VERDICTS:
            raise BadOrder("status must be won or lost.")
        return await self._done(counter.decide(self.bank, _id(request), won=VERDICTS[order["status"]]))

    async def escalate(self, request: Request) -> Response:
        """Make a dispute of an inquiry."""
        await commands.read(request, set())
        return await self._done(counter.escalate(self.bank, _id(request)))

    async def appeal(self, request: Request) -> Response:
        """Let a lost dispute be appealed: `{"status": "needs_response"}`, then `under_review`."""
        order = await commands.read(request, {"status"})
        return await self._done(counter.appeal(self.bank, _id(request), str(order.get("status"))))

    async def refund_arrives(self, request: Request) -> Response:
        """Let a pending refund succeed now."""
        await commands.read(request, set())
        return await self._done(counter.end_refund(self.bank, _id(request), arrived=True))

    async def refund_fails(self, request: Request) -> Response:
        """Let a refund fail now."""
        await commands.read(request, set())
        return await self._done(counter.end_refund(self.bank, _id(request), arrived=False))

    async def _done(self, thing: Json) -> Response:
        await self.bank.courier.dispatch()
        return JSONResponse(thing)


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _texts(order: Json) -> dict[str, str]:
    return {name: order[name] for name in ("email", "name")}


def _need_method(session: Json, method: str) -> None:
    if method not in session["payment_method_types"]:
        raise BadOrder(f"This session does not take {method}.")
