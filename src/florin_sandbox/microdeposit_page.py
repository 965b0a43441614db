"""The page on which a payer names the two small deposits; GET changes nothing."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from florin_sandbox import due, errors, hosted_page, intents, microdeposits, pages, texts
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json


class MicrodepositPage:
    """Serves the page of every intent that waits for its deposits to be named."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def routes(self) -> list[Route]:
        """The form, and what it sends."""
        path = "/microdeposits/{id}"
        return [Route(path, self.show, methods=["GET"]), Route(path, self.send, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """The form, or the page of the session if there is nothing to name any more."""
        found = self._waiting(request)
        return found if isinstance(found, Response) else self._form(request, found)

    async def send(self, request: Request) -> Response:
        """Take the two sums; wrong ones are said to be so, and can be typed again."""
        found = self._waiting(request)
        if isinstance(found, Response):
            return found
        form = await hosted_page.form_of(request)
        named = [form.get(name, "").strip().removeprefix("0.") for name in ("first", "second")]
        amounts = tuple(int(text) for text in named if text.isdecimal() and len(text) < 4)  # noqa: PLR2004
        wish = microdeposits.Wish(request.path_params["id"], amounts, "")
        try:
            with self.bank.store.transaction(), self.bank.store.scope(self.bank.store.owner(wish.intent)):
                microdeposits.verify(self.bank, wish)
        except errors.Refusal:
            return self._form(request, found, status=422)
        await self.bank.courier.dispatch()
        return RedirectResponse(f"/c/pay/{found['id']}", 303)

    def _waiting(self, request: Request) -> Json | Response:
        """The session of an intent that waits; else where to go."""
        due.settle(self.bank)
        intent = self.bank.store.get(intents.KIND, request.path_params["id"])
        session = intents.session_of(self.bank, intent) if intent else None
        if intent is None or session is None:
            return hosted_page.notice(request, "missing", 404)
        if not microdeposits.waits(intent):
            return RedirectResponse(f"/c/pay/{session['id']}", 303)
        return session

    def _form(self, request: Request, session: Json, *, status: int = 200) -> Response:
        language = texts.language(request, session["locale"])
        return pages.render(
            "microdeposits.html",
            status=status,
            t=texts.TEXTS[language],
            language=language,
            session=session,
            merchant=self.bank.store.private(session["id"])["merchant"],
            here=request.url.path,
            wrong=status != 200,  # noqa: PLR2004
        )
