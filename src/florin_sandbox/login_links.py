"""The way into the Express dashboard: a link that works once, and what merchants see of their disputes."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from florin_sandbox import accounts, disputes, due, errors, ids
from florin_sandbox.bank import Bank
from florin_sandbox.payments_page import PaymentsPage
from florin_sandbox.store import Json

KIND = "login_link"


def create(bank: Bank, identifier: str) -> Json:
    """A link that signs in whoever opens it first. Accounts without an Express dashboard get none."""
    account = accounts.find(bank, identifier)
    if account["controller"]["stripe_dashboard"]["type"] != "express":
        raise errors.Refusal("Cannot create a login link for an account that is not an Express account.")
    secret = ids.text(32)
    link = {
        "created": bank.clock.now(),
        "object": KIND,
        "url": f"{bank.settings.base_url}/express/{secret}",
    }
    bank.store.add({**link, "id": secret}, parent=account["id"], private={"account": account["id"]})
    return link


class MerchantPages:
    """Serves what a merchant sees: a dispute at the dashboard, an account in the Express dashboard."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.payments = PaymentsPage(bank)

    def routes(self) -> list[Route]:
        """The addresses that are as at Stripe: with /test, for all keys here are test keys."""
        return [
            Route("/dashboard/test/disputes/{id}", self.dispute, methods=["GET"]),
            Route("/express/{id}", self.express, methods=["GET"]),
        ]

    async def dispute(self, request: Request) -> Response:
        """The payment that is disputed."""
        due.settle(self.bank)
        found = self.bank.store.get(disputes.KIND, request.path_params["id"])
        if found is None:
            return self.payments.page("There is no such dispute.", status=404)
        intent = self.bank.store.get("payment_intent", found["payment_intent"])
        return self.payments.page(intents=[intent] if intent else [])

    async def express(self, request: Request) -> Response:
        """An account's payments, to whoever opens its link first."""
        store = self.bank.store
        link = store.get(KIND, request.path_params["id"])
        private = store.private(link["id"]) if link else {"used": True}
        if link is None or private.get("used"):
            return self.payments.page("This link was used already.", status=403, intents=[])
        with store.transaction():
            store.save_private(link["id"], {**private, "used": True})
        with store.scope(private["account"]):
            return self.payments.page()
