"""The form that a business fills in at the processor, behind a link for one use; GET changes nothing."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from florin_sandbox import (
    account_shapes,
    accounts,
    connections,
    due,
    faults,
    onboarding_form,
    onboarding_texts,
    pages,
    texts,
)
from florin_sandbox.account_requests import LinkWish
from florin_sandbox.accounts import Stage
from florin_sandbox.bank import Bank
from florin_sandbox.onboarding_form import Typed
from florin_sandbox.store import Json

KIND = "account_link"
LASTS = 300
"""Seconds in which a link must be opened."""
PATIENCE = 24 * 3600
"""Seconds for which a form that was opened in time can be sent."""
OPERATION = "account.onboard"


def create_link(bank: Bank, wish: LinkWish) -> Json:
    """A way to the form of a connected account; the address is the only key to it."""
    account = accounts.find(bank, wish.account)
    address = f"{bank.settings.base_url}/setup/"
    link = account_shapes.account_link(bank.clock.now(), lasts=LASTS, url=address)
    private = {"refresh_url": wish.refresh_url, "return_url": wish.return_url, "used": False}
    bank.store.add(link, parent=account["id"], private={**private, "account": account["id"]})
    return {name: value for name, value in link.items() if name != "id"}


class Onboarding:
    """Serves the form."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def routes(self) -> list[Route]:
        """The form, empty and filled in."""
        return [
            Route("/setup/{id}", self.show, methods=["GET"]),
            Route("/setup/{id}", self.submit, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The form, or how far the account is. A link that is used up or too old leads back for a new one."""
        due.settle(self.bank)
        link = self.bank.store.get(KIND, request.path_params["id"])
        if link is None:
            return _notice(request, "missing", 404)
        private = self.bank.store.private(link["id"])
        if private["used"] or self.bank.clock.now() >= link["expires_at"]:
            return RedirectResponse(private["refresh_url"], 303)
        return self._page(request, link, Typed())

    async def submit(self, request: Request) -> Response:
        """Take the form, or the document that was asked for. Sent twice it changes nothing more."""
        due.settle(self.bank)
        link = self.bank.store.get(KIND, request.path_params["id"])
        if link is None:
            return _notice(request, "missing", 404)
        async with request.form(max_files=0, max_fields=30) as form:
            said = {name: value for name, value in form.items() if isinstance(value, str)}
        typed = onboarding_form.read(said, self.bank.clock.now())
        fault = self.bank.faults.take(OPERATION)
        try:
            await faults.before(fault)
            answer = self._take(request, link, typed)
            await self.bank.courier.dispatch()
            await faults.after(fault)
        except faults.HangUp:
            return connections.cut(request)
        except faults.ServerError:
            return _notice(request, "broken", 500)
        return answer

    def _take(self, request: Request, link: Json, typed: Typed) -> Response:
        private = self.bank.store.private(link["id"])
        if not private["used"] and self.bank.clock.now() >= link["expires_at"] + PATIENCE:
            return RedirectResponse(private["refresh_url"], 303)
        account = accounts.find(self.bank, private["account"])
        stage = accounts.stage(self.bank, account)
        if private["used"] or stage not in {Stage.NEW, Stage.ASKED}:
            return RedirectResponse(private["return_url"], 303)
        if stage is Stage.NEW and typed.details is None:
            return self._page(request, link, typed, status=422)
        with self.bank.store.transaction(), self.bank.store.scope(""):
            if typed.details is not None and stage is Stage.NEW:
                accounts.submit(self.bank, account, typed.details)
            else:
                accounts.verify(self.bank, account)
            self.bank.store.save_private(link["id"], {**private, "used": True})
            outcome = accounts.stage(self.bank, account)
            self.bank.journal.write("page", onboarding=account["id"], outcome=outcome)
        return RedirectResponse(private["return_url"], 303)

    def _page(self, request: Request, link: Json, typed: Typed, *, status: int = 200) -> Response:
        private = self.bank.store.private(link["id"])
        account = accounts.find(self.bank, private["account"])
        stage = accounts.stage(self.bank, account)
        language = texts.language(request, None)
        said = onboarding_texts.TEXTS[language]
        return pages.render(
            "onboarding.html" if stage is Stage.NEW else "onboarding_state.html",
            status=status,
            leads_to=[private["return_url"], private["refresh_url"]],
            t=said,
            language=language,
            stage=stage,
            merchant=account["business_profile"]["name"] or said["somebody"],
            action=f"/setup/{link['id']}",
            return_url=private["return_url"],
            typed=typed,
            values=onboarding_texts.VALUES,
        )


def _notice(request: Request, what: str, status: int) -> Response:
    language = texts.language(request, None)
    said = onboarding_texts.TEXTS[language]
    return pages.render(
        "notice.html",
        status=status,
        language=language,
        title=said[f"{what}_title"],
        text=said[f"{what}_text"],
        link="",
        t=said,
    )
