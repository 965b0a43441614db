"""The page for people at `/`: what was paid lately, what was told to whom, and how to use the sandbox."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from florin_sandbox import due, pages
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

SHOWN = 15
LOGGED = 60
DELIVERIES = "SELECT event, type, state, attempts, answer FROM delivery ORDER BY seq DESC LIMIT ?"
HEADINGS = ("at", "seq", "kind")


class Dashboard:
    """Shows what the bank did."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def routes(self) -> list[Route]:
        """The one page."""
        return [Route("/", self.show, methods=["GET"])]

    async def show(self, _request: Request) -> Response:
        """The latest of everything."""
        due.settle(self.bank)
        store = self.bank.store
        return pages.render(
            "dashboard.html",
            now=self.bank.clock.now(),
            offset=self.bank.clock.offset,
            sessions=store.newest("checkout.session", SHOWN),
            intents=store.newest("payment_intent", SHOWN),
            deliveries=store.db.execute(DELIVERIES, (SHOWN,)).fetchall(),
            log=[_readable(entry) for entry in self.bank.journal.latest(LOGGED)],
            settings=self.bank.settings,
        )


def _readable(entry: Json) -> Json:
    facts = [
        f"{name}={value}" for name, value in entry.items() if name not in HEADINGS and value not in (None, "")
    ]
    at = datetime.fromtimestamp(entry["at"], UTC).strftime("%H:%M:%S")
    return {"at": at, "kind": entry["kind"], "facts": "  ".join(facts)}
