"""The page for people at `/dashboard`: the payments, and a button for everything their banks could do."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from florin_sandbox import balance, bank_accounts, counter, disputes, due, errors, pages
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

SHOWN = 30
STEPS = {"hour": 3_600, "day": 86_400, "week": 7 * 86_400}
OWN_PAGES = {"", "none", "same-origin"}
ACTIONS: dict[str, Callable[[Bank, str, str], object]] = {
    "clock": lambda bank, step, _: _move_clock(bank, step),
    "return": counter.send_back,
    "clear": lambda bank, intent, _: counter.clear(bank, intent),
    "refund": lambda bank, intent, _: counter.refund(bank, intent, None, None),
    "dispute": lambda bank, intent, reason: counter.dispute(
        bank, intent, amount=None, reason=reason, inquiry=False
    ),
    "ask": lambda bank, intent, reason: counter.dispute(
        bank, intent, amount=None, reason=reason, inquiry=True
    ),
    "win": lambda bank, dispute, _: counter.decide(bank, dispute, won=True),
    "lose": lambda bank, dispute, _: counter.decide(bank, dispute, won=False),
    "appeal": counter.appeal,
    "escalate": lambda bank, dispute, _: counter.escalate(bank, dispute),
    "arrive": lambda bank, refund, _: counter.end_refund(bank, refund, arrived=True),
    "fail": lambda bank, refund, _: counter.end_refund(bank, refund, arrived=False),
}
"""What a button does, to what, and with which choice. Each refuses what is not possible any more."""


class PaymentsPage:
    """Shows payments, and does by hand what banks do."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def routes(self) -> list[Route]:
        """The page, and its buttons."""
        return [
            Route("/dashboard", self.show, methods=["GET"]),
            Route("/dashboard", self.act, methods=["POST"]),
        ]

    async def show(self, _request: Request) -> Response:
        """The latest payments."""
        return self.page()

    async def act(self, request: Request) -> Response:
        """Do what was pressed. A page of another site cannot press for somebody."""
        if request.headers.get("sec-fetch-site", "") not in OWN_PAGES:
            return self.page("This button was pressed on another site; nothing was done.", status=403)
        async with request.form(max_files=0, max_fields=10) as form:
            action, subject, choice = (str(form.get(name, "")) for name in ("do", "id", "choice"))
        if action not in ACTIONS:
            return self.page("There is no such button.", status=400)
        due.settle(self.bank)
        try:
            ACTIONS[action](self.bank, subject, choice)
        except errors.Refusal as refusal:
            return self.page(str(refusal), status=refusal.status)
        due.settle(self.bank)
        self.bank.journal.note("control", order=f"dashboard {action}", about=subject)
        await self.bank.courier.dispatch()
        return RedirectResponse("/dashboard", 303)

    def page(self, refused: str = "", *, status: int = 200, intents: list[Json] | None = None) -> Response:
        """The page with these payments; without, with the latest."""
        due.settle(self.bank)
        store = self.bank.store
        shown = store.newest("payment_intent", SHOWN) if intents is None else intents
        return pages.render(
            "payments.html",
            status=status,
            refused=refused,
            now=self.bank.clock.now(),
            offset=self.bank.clock.offset,
            steps=list(STEPS),
            returns=bank_accounts.RETURNS,
            reasons=list(disputes.NETWORK_CODES),
            payments=[self._payment(intent) for intent in shown],
        )

    def _payment(self, intent: Json) -> Json:
        store = self.bank.store
        session = store.private(_parent(self.bank, intent))
        charge = store.get("charge", intent["latest_charge"] or "")
        return {
            "intent": intent,
            "charge": charge,
            "method": _method(charge),
            "by_card": charge is not None and "card" in charge["payment_method_details"],
            "merchant": session.get("merchant", ""),
            "account": store.owner(intent["id"]),
            "refunds": store.children("refund", intent["id"]),
            "disputes": store.children("dispute", intent["id"]),
            "can": _possible(self.bank, intent, charge),
        }


def _move_clock(bank: Bank, step: str) -> None:
    if step not in STEPS:
        raise errors.Refusal("The clock moves on by an hour, a day or a week.")
    bank.clock.advance(STEPS[step])


def _parent(bank: Bank, intent: Json) -> str:
    rows = bank.store.db.execute("SELECT parent FROM object WHERE id = ?", (intent["id"],)).fetchall()
    return str(rows[0][0])


def _method(charge: Json | None) -> str:
    if charge is None:
        return "no attempt yet"
    details = charge["payment_method_details"]
    if "card" in details:
        return (
            f"{details['card']['brand']} {details['card']['funding']} card ending {details['card']['last4']}"
        )
    account = details["us_bank_account"]
    return f"{account['account_type']} account ending {account['last4']}, {account['bank_name']}"


def _possible(bank: Bank, intent: Json, charge: Json | None) -> set[str]:
    """Which buttons make sense now."""
    if charge is None:
        return set()
    debit = "us_bank_account" in charge["payment_method_details"]
    if debit and intent["status"] == "processing":
        return {"return", "clear"}
    if intent["status"] != "succeeded":
        return set()
    standing = {entry["status"] for entry in disputes.of_charge(bank, charge)}
    can = {"return"} if debit and not charge["disputed"] else set()
    if balance.left(charge) > 0:
        if not standing & {"needs_response", "under_review", "lost"}:
            can.add("refund")
        if not debit and not standing & set(disputes.OPEN):
            can |= {"dispute", "ask"}
    return can
