"""The page a payer pays on: the bill, a form for card or account, the bank's check; GET changes nothing."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from florin_sandbox import (
    attempts,
    bank_accounts,
    bank_form,
    card_form,
    cards,
    connections,
    due,
    faults,
    methods,
    pages,
    sessions,
    texts,
)
from florin_sandbox.attempts import Outcome
from florin_sandbox.bank import Bank
from florin_sandbox.cards import Decline
from florin_sandbox.store import Json

Typed = card_form.Typed | bank_form.Typed

PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
LARGEST_FORM = 20_000
CLOSED = {
    "processing": "started",
    "requires_action": "unconfirmed",
    "requires_payment_method": "failed",
    "canceled": "failed",
}


class HostedPage:
    """Serves the payment page of every session."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def routes(self) -> list[Route]:
        """The page and the bank's check."""
        return [
            Route("/c/pay/{id}", self.show, methods=["GET"]),
            Route("/c/pay/{id}", self.pay, methods=["POST"]),
            Route("/c/pay/{id}/challenge", self.show_challenge, methods=["GET"]),
            Route("/c/pay/{id}/challenge", self.answer_challenge, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The bill and an empty form, or what became of the payment."""
        session = self._session(request)
        if session is None:
            return self._missing(request)
        if session["status"] != "open":
            return self._closed(request, session)
        method = _method(session, request.query_params.get("method", ""))
        empty = bank_form.Typed if method == methods.BANK_DEBIT else card_form.Typed
        return self._form(request, session, empty(email=session["customer_email"] or ""))

    async def pay(self, request: Request) -> Response:
        """Try what was typed. A form sent twice finds the session paid and charges nothing more."""
        session = self._session(request)
        if session is None:
            return self._missing(request)
        if session["status"] != "open":
            return self._settled(request, session)
        form = await form_of(request)
        if _method(session, form.get("method", "")) == methods.BANK_DEBIT:
            return await self._debit(request, session, bank_form.read(form))
        return await self._charge(request, session, card_form.read(form, self.bank.clock.now()))

    async def _charge(self, request: Request, session: Json, typed: card_form.Typed) -> Response:
        if typed.card is None:
            return self._form(request, session, typed, status=422)
        card = typed.card
        fault = self.bank.faults.take("intent.confirm")
        if fault.mode == "decline":
            card = cards.read("4000000000000002", exp_month=card.exp_month, exp_year=card.exp_year)
        cheat = _cheat(session, fault)

        def attempt(current: Json) -> Outcome:
            return attempts.pay(self.bank, current, card, typed.payer, cheat=cheat)

        return await self._carry_out(request, session["id"], fault=fault, attempt=attempt, typed=typed)

    async def _debit(self, request: Request, session: Json, typed: bank_form.Typed) -> Response:
        if typed.account is None:
            return self._form(request, session, typed, status=422)
        account = typed.account
        fault = self.bank.faults.take("intent.confirm")
        cheat = _cheat(session, fault)

        def attempt(current: Json) -> Outcome:
            if fault.mode == "decline":
                return attempts.refuse_debit(self.bank, current)
            return attempts.debit(self.bank, current, account, typed.payer, cheat=cheat)

        return await self._carry_out(request, session["id"], fault=fault, attempt=attempt, typed=typed)

    async def show_challenge(self, request: Request) -> Response:
        """The bank's check."""
        session = self._session(request)
        if session is None:
            return self._missing(request)
        if session["status"] != "open":
            return self._closed(request, session)
        if not self._challenged(session):
            return RedirectResponse(f"/c/pay/{session['id']}", 303)
        return self._render(request, session, "challenge.html")

    async def answer_challenge(self, request: Request) -> Response:
        """The bank's answer. Given in a second window, it finds the session paid and says so."""
        session = self._session(request)
        if session is None:
            return self._missing(request)
        if session["status"] != "open":
            return self._closed(request, session)
        passed = (await form_of(request)).get("answer") == "pass"
        fault = self.bank.faults.take("intent.challenge")

        def attempt(current: Json) -> Outcome:
            return attempts.answer_challenge(self.bank, current, passed=passed)

        return await self._carry_out(
            request, session["id"], fault=fault, attempt=attempt, typed=card_form.Typed()
        )

    async def _carry_out(
        self,
        request: Request,
        identifier: str,
        *,
        fault: faults.Fault,
        attempt: Callable[[Json], Outcome],
        typed: Typed,
    ) -> Response:
        try:
            await faults.before(fault)
            outcome = await run(self.bank, identifier, attempt)
            await faults.after(fault)
        except faults.HangUp:
            return connections.cut(request)
        except faults.ServerError:
            return self._broken(request, identifier)
        session = sessions.find(self.bank, identifier)
        if outcome.state == "challenge":
            return RedirectResponse(f"/c/pay/{identifier}/challenge", 303)
        if outcome.state == "declined":
            return self._form(request, session, typed, decline=outcome.decline, status=402)
        return self._settled(request, session)

    def _session(self, request: Request) -> Json | None:
        due.settle(self.bank)
        return self.bank.store.get(sessions.KIND, request.path_params["id"])

    def _challenged(self, session: Json) -> bool:
        intent = self.bank.store.get("payment_intent", session["payment_intent"] or "")
        return bool(intent and intent["status"] == "requires_action")

    def _settled(self, request: Request, session: Json) -> Response:
        if session["status"] != "complete":
            return self._closed(request, session)
        return RedirectResponse(session["success_url"].replace(PLACEHOLDER, session["id"]), 303)

    def _form(
        self,
        request: Request,
        session: Json,
        typed: Typed,
        *,
        decline: Decline | None = None,
        status: int = 200,
    ) -> Response:
        said = texts.TEXTS[texts.language(request, session["locale"])]
        reason = said.get(decline.decline_code or "", said.get(decline.code, "")) if decline else ""
        return self._render(
            request,
            session,
            "pay.html",
            status=status,
            typed=typed,
            reason=reason,
            lines=self.bank.store.private(session["id"])["lines"],
            by_bank=isinstance(typed, bank_form.Typed),
            shown=bank_accounts.SHOWN if isinstance(typed, bank_form.Typed) else cards.SHOWN,
            challenged=self._challenged(session),
        )

    def _closed(self, request: Request, session: Json) -> Response:
        intent = self.bank.store.get("payment_intent", session["payment_intent"] or "")
        state = CLOSED.get(intent["status"] if intent else "", "paid")
        return self._render(
            request,
            session,
            "closed.html",
            state="expired" if session["status"] == "expired" else state,
            confirm_url=f"/microdeposits/{intent['id']}" if intent and state == "unconfirmed" else "",
        )

    def _render(
        self, request: Request, session: Json, template: str, *, status: int = 200, **values: object
    ) -> Response:
        language = texts.language(request, session["locale"])
        leads_to = [session["success_url"], session["cancel_url"] or ""]
        return pages.render(
            template,
            status=status,
            leads_to=leads_to,
            t=texts.TEXTS[language],
            language=language,
            session=session,
            merchant=self.bank.store.private(session["id"])["merchant"],
            done_url=session["success_url"].replace(PLACEHOLDER, session["id"]),
            **values,
        )

    def _missing(self, request: Request) -> Response:
        return notice(request, "missing", 404)

    def _broken(self, request: Request, identifier: str) -> Response:
        return notice(request, "broken", 500, link=f"/c/pay/{identifier}")


async def run(bank: Bank, identifier: str, attempt: Callable[[Json], Outcome]) -> Outcome:
    """Carry an attempt out on the session as it is now, all or nothing."""
    with bank.store.transaction(), bank.store.scope(bank.store.owner(identifier)):
        outcome = attempt(sessions.find(bank, identifier))
        bank.journal.write("page", session=identifier, outcome=outcome.state)
    await bank.courier.dispatch()
    return outcome


def _method(session: Json, wanted: str) -> str:
    offered = session["payment_method_types"]
    return wanted if wanted in offered else str(offered[0])


def _cheat(session: Json, fault: faults.Fault) -> Json:
    if fault.mode == "wrong_amount":
        return {"amount": session["amount_total"] + fault.by}
    if fault.mode == "wrong_currency":
        return {"currency": fault.currency or ("eur" if session["currency"] != "eur" else "usd")}
    return {}


async def form_of(request: Request) -> dict[str, str]:
    """The texts of a form that was sent."""
    async with request.form(max_files=0, max_fields=20) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def notice(request: Request, what: str, status: int, *, link: str = "") -> Response:
    """A page that only says something."""
    language = texts.language(request, None)
    said = texts.TEXTS[language]
    return pages.render(
        "notice.html",
        status=status,
        language=language,
        title=said[f"{what}_title"],
        text=said[f"{what}_text"],
        link=link,
        t=said,
    )
