"""The mail server: takes what is sent, fast, and fails where it is told to."""

import asyncio
import time
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from florin_sandbox.journal import Journal
from florin_sandbox.mailbox import letters
from florin_sandbox.mailbox.orders import Order, Orders
from florin_sandbox.store import Store

LARGEST = 35_000_000
END = b"\r\n.\r\n"
REPLIES = {
    "reject_temporary": "451 4.3.0 Try again later",
    "reject_permanent": "550 5.1.1 No such mailbox",
}


class Handler:
    """What happens to a mail once it has arrived."""

    def __init__(self, store: Store, journal: Journal, orders: Orders) -> None:
        self.store = store
        self.journal = journal
        self.orders = orders

    async def handle_DATA(self, server: "Server", _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail, or do what was ordered instead. What is answered with 250 is in the box."""
        recipients = [str(address) for address in envelope.rcpt_tos]
        order = self.orders.take(recipients)
        content = envelope.original_content or b""
        if order.mode in {"ok", "accept_disconnect"}:
            letters.keep(
                self.store,
                content,
                sender=str(envelope.mail_from or ""),
                recipients=recipients,
                at=time.time(),
            )
        if order.mode == "ok":
            return "250 2.0.0 OK"
        self.journal.note("mail", to=recipients, fault=order.mode)
        return await self._misbehave(server, order)

    async def _misbehave(self, server: "Server", order: Order) -> str:
        if order.mode == "hang":
            await asyncio.sleep(order.seconds)
        if order.mode in REPLIES:
            return REPLIES[order.mode]
        server.drop()
        return "421 4.4.2 Connection dropped"


class Server(SMTP):
    """aiosmtpd's protocol, reading a mail in one piece instead of line by line: ten times as fast."""

    line_length_limit = LARGEST  # the reader's buffer: a whole mail must fit

    def __init__(self, handler: Handler, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            handler,
            hostname="florin-sandbox",
            ident="Florin test mailbox",
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            loop=loop,
        )

    def drop(self) -> None:
        """Cut the connection."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Take a mail."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        if self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._read_mail()
        if content is None:
            await self.push("552 Error: Too much mail data")
            self.drop()
        else:
            self.envelope.content = self.envelope.original_content = content
            status: Any = await self._call_handler_hook("DATA")
            await self.push(status)
        self._set_post_data_state()  # type: ignore[no-untyped-call]

    async def _read_mail(self) -> bytes | None:
        """The mail without its final dot and without the dots doubled on the way; None if it is too large."""
        try:
            mail = await self._reader.readexactly(3)
            if b"\r" in mail:  # so short a first line that the end may begin in it
                while not (b"\r\n" + mail).endswith(END):
                    mail += await self._reader.readuntil(b"\r\n")
            else:
                mail += await self._reader.readuntil(END)
        except asyncio.LimitOverrunError:
            return None
        return mail[:-3].removeprefix(b".").replace(b"\r\n.", b"\r\n")


async def serve(host: str, port: int, handler: Handler) -> asyncio.Server:
    """Listen for mail."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Server(handler, loop), host, port)
