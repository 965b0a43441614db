"""The `florin-sandbox` command: one process, a web server, a mail server and a courier."""

import argparse
import asyncio
import contextlib
import logging
import os
import secrets
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import uvicorn

from florin_sandbox import accounts, app, due, endpoints
from florin_sandbox.bank import Bank, open_bank
from florin_sandbox.connections import Protocol
from florin_sandbox.mailbox import smtp
from florin_sandbox.mailbox.orders import Orders
from florin_sandbox.settings import Settings

TICK = 1.0
TOKEN_FILE = "control-token"  # noqa: S105 - a file's name
GRACE = 1
SECRETS = "Secrets come by the environment: SANDBOX_API_KEY, SANDBOX_CONTROL_TOKEN, SANDBOX_WEBHOOK_SECRET."


def main(argv: Sequence[str] | None = None) -> None:
    """Run until told to stop."""
    os.umask(0o077)  # what it keeps is for its own user
    settings = read_settings(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asyncio.run(serve(settings))


def read_settings(argv: Sequence[str] | None) -> Settings:
    """The command line, and the secrets from the environment: arguments are read by everybody's ``ps``."""
    parser = argparse.ArgumentParser(prog="florin-sandbox", description=__doc__, epilog=SECRETS)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder for sandbox.db and the control token"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8010, help="port of API and pages (default: %(default)s)")
    parser.add_argument(
        "--smtp-port", type=int, default=8025, help="port of the mailbox (default: %(default)s)"
    )
    parser.add_argument("--public-url", default="", help="address payers see, if not http://HOST:PORT")
    parser.add_argument("--webhook-url", default="", help="endpoint to register at the start, for all events")
    parser.add_argument(
        "--merchant", default="Sandbox merchant", help="name on the page, unless a session has one"
    )
    parser.add_argument(
        "--begin-days-ago", type=float, default=0, help="how far back the clock of a new sandbox begins"
    )
    _add_money(parser)
    options = parser.parse_args(argv)
    options.data.mkdir(parents=True, exist_ok=True)
    return Settings(
        **vars(options),
        api_key=os.environ.get("SANDBOX_API_KEY") or "sk_test_florin_sandbox",
        control_token=os.environ.get("SANDBOX_CONTROL_TOKEN") or _kept_token(options.data / TOKEN_FILE),
        webhook_secret=os.environ.get("SANDBOX_WEBHOOK_SECRET", ""),
    )


FEES = (
    ("--fee-basis-points", 290, "fee of a card payment in 1/100 %%"),
    ("--fee-fixed", 25, "plus so many hundredths of a unit"),
    ("--ach-fee-basis-points", 100, "fee of a bank debit in 1/100 %%"),
    ("--ach-fee-least", 100, "but at least so many hundredths"),
    ("--ach-fee-most", 0, "and at most so many; 0 is no cap"),
    ("--ach-failure-fee", 400, "fee of a bank debit that fails, in hundredths"),
    ("--dispute-fee", 1_500, "fee of a dispute, in hundredths"),
    ("--refund-fee-kept", 100, "kept of the fee that a refund brings back, in hundredths"),
    ("--instant-fee-basis-points", 150, "fee of an instant payout, in hundredths of a per cent"),
    ("--instant-fee-least", 50, "least fee of an instant payout, in minor units"),
)


def _add_money(parser: argparse.ArgumentParser) -> None:
    for name, usual, meaning in FEES:
        parser.add_argument(name, type=int, default=usual, help=f"{meaning} (default: %(default)s)")
    parser.add_argument(
        "--bank-debit-days",
        type=int,
        default=4,
        help="days until a bank debit clears or fails (default: %(default)s)",
    )
    parser.add_argument(
        "--payouts",
        choices=("daily", "manual"),
        default="daily",
        help="pay out every day, or by order only (default: %(default)s)",
    )


def _kept_token(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text().strip()


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; what is in the queue then goes out after the next start."""
    bank = open_bank(settings)
    accounts.ensure_platform(bank)
    endpoints.ensure_default(bank)
    mail = Orders()
    mail_server = await smtp.serve(
        settings.host, settings.smtp_port, smtp.Handler(bank.store, bank.journal, mail)
    )
    config = uvicorn.Config(
        app.build(bank, mail),
        host=settings.host,
        port=settings.port,
        http=Protocol,
        access_log=False,
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = Server(config)
    stop_on_signals(server)
    helpers = [asyncio.create_task(bank.courier.run()), asyncio.create_task(tick(bank))]
    sys.stdout.write(f"florin-sandbox: {settings.base_url}  smtp {settings.host}:{settings.smtp_port}\n")
    sys.stdout.flush()
    try:
        await server.serve()
    finally:
        mail_server.close()
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        bank.journal.flush()
        bank.store.close()


class Server(uvicorn.Server):
    """uvicorn, but the signals are ours: it would pass them on and end the process uncleanly."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def stop_on_signals(server: uvicorn.Server) -> None:
    """Stop in good order on SIGTERM and SIGINT."""

    def stop() -> None:
        server.should_exit = True

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop)


async def tick(bank: Bank) -> None:
    """Let time do its work."""
    while True:
        due.settle(bank)
        bank.journal.flush()
        await asyncio.sleep(TICK)


if __name__ == "__main__":
    main()
