"""All addresses of the sandbox in one place."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from florin_sandbox import pages
from florin_sandbox.api import Api, unknown_url
from florin_sandbox.bank import Bank
from florin_sandbox.control import Control
from florin_sandbox.control_accounts import AccountOrders
from florin_sandbox.control_money import MoneyOrders
from florin_sandbox.dashboard import Dashboard
from florin_sandbox.hosted_page import HostedPage
from florin_sandbox.login_links import MerchantPages
from florin_sandbox.mailbox.orders import Orders
from florin_sandbox.mailbox.web import MailboxWeb
from florin_sandbox.microdeposit_page import MicrodepositPage
from florin_sandbox.onboarding import Onboarding
from florin_sandbox.payments_page import PaymentsPage

ANY_METHOD = ["GET", "POST", "DELETE", "PUT", "PATCH"]


def build(bank: Bank, mail: Orders) -> Starlette:
    """The web application: API, payment page, accounts' form, control, mailbox and dashboard."""
    return Starlette(
        routes=[
            *Api(bank).routes(),
            Route("/v1/{rest:path}", unknown_url, methods=ANY_METHOD),
            *HostedPage(bank).routes(),
            *MicrodepositPage(bank).routes(),
            *Onboarding(bank).routes(),
            *Control(bank, mail).routes(),
            *MoneyOrders(bank).routes(),
            *AccountOrders(bank).routes(),
            *MailboxWeb(bank).routes(),
            *Dashboard(bank).routes(),
            *PaymentsPage(bank).routes(),
            *MerchantPages(bank).routes(),
            Route("/healthz", health),
            Mount("/static", StaticFiles(directory=pages.HERE / "static")),
        ]
    )


async def health(_request: Request) -> Response:
    """Alive."""
    return JSONResponse({"status": "ok"})
