"""The mailbox in the browser and for machines: lists, letters, their files and links."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from florin_sandbox import pages
from florin_sandbox.bank import Bank
from florin_sandbox.mailbox import letters
from florin_sandbox.tokens import needs_token

PAGE = 50
MOST = 1000
INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif"})
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox allow-popups allow-top-navigation-by-user-activation"
)


class MailboxWeb:
    """Serves the letters."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def routes(self) -> list[Route]:
        """The pages and the JSON."""
        return [
            Route("/mail", self.index, methods=["GET"]),
            Route("/mail/api/messages", self.messages, methods=["GET"]),
            Route("/mail/api/messages", needs_token(self.bank, self.empty), methods=["DELETE"]),
            Route("/mail/api/messages/{id:int}", self.message, methods=["GET"]),
            Route("/mail/{id:int}", self.letter, methods=["GET"]),
            Route("/mail/{id:int}/html", self.html, methods=["GET"]),
            Route("/mail/{id:int}/source", self.source, methods=["GET"]),
            Route("/mail/{id:int}/attachments/{number:int}", self.attachment, methods=["GET"]),
        ]

    async def messages(self, request: Request) -> Response:
        """Letters as JSON, newest first."""
        try:
            search = _search(request, MOST)
        except ValueError:
            return JSONResponse({"error": "after, before and limit are numbers."}, 400)
        found = letters.find(self.bank.store, search)
        return JSONResponse(
            {"messages": [letters.as_json(letter, self.bank.settings.base_url) for letter in found]}
        )

    async def message(self, request: Request) -> Response:
        """One letter as JSON."""
        letter = letters.get(self.bank.store, request.path_params["id"])
        if letter is None:
            return JSONResponse({"error": "There is no such message."}, 404)
        return JSONResponse(letters.as_json(letter, self.bank.settings.base_url))

    async def empty(self, _request: Request) -> Response:
        """Throw every letter away."""
        return JSONResponse({"deleted": letters.empty(self.bank.store)})

    async def index(self, request: Request) -> Response:
        """The list of letters."""
        try:
            search = _search(request, PAGE)
        except ValueError:
            search = letters.Search(limit=PAGE)
        found = letters.find(self.bank.store, search)
        return pages.render(
            "mail_list.html",
            letters=found,
            search=search,
            more=found[-1].id if len(found) == search.limit else 0,
        )

    async def letter(self, request: Request) -> Response:
        """One letter."""
        letter = letters.get(self.bank.store, request.path_params["id"])
        if letter is None:
            return _gone()
        message = letter.parsed()
        return pages.render(
            "mail_letter.html",
            letter=letter,
            text=letters.body(message, "plain"),
            has_html=bool(letters.body(message, "html")),
            links=letters.links(message),
            attachments=letters.attachments(message),
        )

    async def html(self, request: Request) -> Response:
        """The HTML of a letter, fenced in: no scripts, nothing fetched from anywhere."""
        letter = letters.get(self.bank.store, request.path_params["id"])
        if letter is None:
            return _gone()
        content = '<base target="_top">' + letters.body(letter.parsed(), "html")
        return Response(
            content,
            media_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": LETTER_POLICY, "X-Content-Type-Options": "nosniff"},
        )

    async def source(self, request: Request) -> Response:
        """A letter as it came."""
        letter = letters.get(self.bank.store, request.path_params["id"])
        if letter is None:
            return _gone()
        return Response(
            letter.raw,
            media_type="text/plain; charset=utf-8",
            headers={"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"},
        )

    async def attachment(self, request: Request) -> Response:
        """A file: PDFs and pictures to look at, everything else to save."""
        letter = letters.get(self.bank.store, request.path_params["id"])
        files = letters.attachments(letter.parsed()) if letter else []
        number = request.path_params["number"]
        if number >= len(files):
            return _gone()
        file = files[number]
        inline = file.content_type in INLINE
        name = "".join(
            letter
            for letter in file.name
            if letter.isascii() and letter.isprintable() and letter not in '"\\/'
        )
        return Response(
            file.content,
            media_type=file.content_type if inline else "application/octet-stream",
            headers={
                "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
            },
        )


def _search(request: Request, most: int) -> letters.Search:
    query = request.query_params
    return letters.Search(
        to=query.get("to", ""),
        subject=query.get("subject", ""),
        after=_number(query.get("after", "")),
        before=_number(query.get("before", "")),
        limit=max(1, min(_number(query.get("limit", "")) or most, most)),
    )


def _number(text: str) -> int:
    return min(int(text[:18] or 0), 2**62)


def _gone() -> Response:
    return pages.render(
        "notice.html",
        status=404,
        language="en",
        title="There is no such message",
        text="It may have been thrown away.",
        link="/mail",
        t={"badge": "Test mailbox"},
    )
