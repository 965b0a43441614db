"""Sending over a real SMTP server that can refuse, hang, and hang up."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import collapse_rfc2231_value, parseaddr
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Session
from pytest_django.fixtures import Settings

from factories.documents import PNG
from florin.edges.documents import logos
from florin.edges.mail import Attachment, Envelope, MailRefused, MailUnavailable, MailUncertain, post, send
from florin.kernel import addresses

ENVELOPE = Envelope(
    to="rosa@shop.test",
    from_name="Northwind Flowers",
    reply_to="ar@northwind.test",
    subject="Invoice INV-10023",
    html="<p>Hello ñ</p>",
    text="Hello ñ",
    message_id="<invoice-1.0@florin.test>",
    language="en",
    attachments=(Attachment("INV-10023.pdf", b"%PDF-1.7 " + b"x" * 500, "application/pdf"),),
)


class Server:
    """An SMTP server's behaviour: what it answers, and what it saw."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.taken: list[bytes] = []
        self.addressed: list[str] = []
        self.connections: list[Session] = []
        self.hang_up_at: set[str] = set()
        self.port = 0

    # The server counts the parameters of this one.
    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Session, _envelope: Any, name: str, responses: list[str]
    ) -> list[str]:
        session.host_name = name
        self.connections.append(session)
        return responses

    async def handle_MAIL(self, *call: Any) -> str:  # noqa: N802
        server, _session, envelope, envelope.mail_from, _options = call
        self.addressed = [envelope.mail_from]
        self._perhaps_hang_up(server, "MAIL")
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, *call: Any) -> str:  # noqa: N802
        _server, _session, envelope, address, _options = call
        envelope.rcpt_tos.append(address)
        self.addressed.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, *call: Any) -> str:  # noqa: N802
        server, _session, envelope = call
        self.taken.append(envelope.content)
        self._perhaps_hang_up(server, "DATA")
        return self.answers.get("DATA", "250 OK")

    def _perhaps_hang_up(self, server: Any, verb: str) -> None:
        if verb in self.hang_up_at:
            self.hang_up_at.remove(verb)
            server.transport.abort()

    def last(self) -> Message:
        return message_from_bytes(self.taken[-1])


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    behaviour = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        behaviour.port = probe.getsockname()[1]
    controller = Controller(behaviour, hostname="127.0.0.1", port=behaviour.port)
    controller.start()
    _point_at(settings, behaviour.port)
    yield behaviour
    post.hang_up()
    controller.stop()


def _point_at(settings: Settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 1
    settings.DEFAULT_FROM_EMAIL = "billing@florin.test"


def _parts(message: Message) -> dict[str, Any]:
    return {part.get_content_type(): part for part in message.walk()}


def test_a_mail_arrives_with_its_parts_and_headers(server: Server) -> None:
    send(ENVELOPE)

    mail = server.last()
    assert mail["From"] == "Northwind Flowers <billing@florin.test>"
    assert mail["To"] == "rosa@shop.test"
    assert mail["Reply-To"] == "ar@northwind.test"
    assert mail["Message-ID"] == "<invoice-1.0@florin.test>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert {"text/plain", "text/html", "application/pdf"} <= set(_parts(mail))
    assert _parts(mail)["application/pdf"].get_filename() == "INV-10023.pdf"


LONG = [f"{'INV' * 70}.pdf", f"{'花' * 60}.pdf", f"{'Factura Nº ' * 8}.pdf"]


@pytest.mark.parametrize("name", ['A"; x="y.pdf', "Über 7.pdf", "ñ;7.pdf", *LONG])
def test_a_documents_name_arrives_as_it_is(server: Server, name: str) -> None:
    send(replace(ENVELOPE, attachments=(Attachment(name, b"%PDF-1.7", "application/pdf"),)))

    filename = collapse_rfc2231_value(_parts(server.last())["application/pdf"].get_filename())
    assert filename == name


def test_the_logo_travels_with_the_html_part(server: Server) -> None:
    send(replace(ENVELOPE, logo=logos.png(PNG)))

    related = _parts(server.last())["multipart/related"]
    assert [part.get_content_type() for part in related.get_payload()] == ["text/html", "image/png"]
    assert related.get_payload()[1]["Content-ID"] == "<logo@florin>"


def test_one_connection_carries_many_mails(server: Server) -> None:
    for _ in range(5):
        send(ENVELOPE)

    assert len(server.taken) == 5
    assert len(server.connections) == 1


def test_a_connection_that_died_in_between_is_opened_again(server: Server) -> None:
    send(ENVELOPE)
    server.hang_up_at.add("MAIL")

    send(ENVELOPE)

    assert len(server.taken) == 2
    assert len(server.connections) == 2


def test_a_server_that_is_closing_gets_the_mail_on_a_new_connection(server: Server) -> None:
    send(ENVELOPE)
    server.answers["MAIL"] = "421 closing"

    with pytest.raises(MailUnavailable, match="421 closing"):
        send(ENVELOPE)

    assert len(server.connections) == 2


def test_a_mail_that_may_have_been_taken_is_not_sent_twice(server: Server) -> None:
    send(ENVELOPE)
    server.hang_up_at.add("DATA")

    with pytest.raises(MailUncertain):
        send(ENVELOPE)

    assert len(server.taken) == 2


def test_after_an_uncertain_mail_the_next_one_goes_out(server: Server) -> None:
    server.hang_up_at.add("DATA")
    with pytest.raises(MailUncertain):
        send(ENVELOPE)

    send(ENVELOPE)

    assert len(server.taken) == 2


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_no_for_good_is_a_refusal_in_the_servers_words(server: Server, verb: str) -> None:
    server.answers[verb] = "550 5.1.1 No such person here"

    with pytest.raises(MailRefused, match=r"550 5\.1\.1 No such person here"):
        send(ENVELOPE)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_later_is_not_a_refusal(server: Server, verb: str) -> None:
    server.answers[verb] = "451 4.7.1 Try again later"

    with pytest.raises(MailUnavailable, match=r"451 4\.7\.1 Try again later") as caught:
        send(ENVELOPE)

    assert not isinstance(caught.value, MailUncertain)


def test_a_sender_that_is_refused_is_ours_to_mend_and_the_mail_waits(server: Server) -> None:
    server.answers["MAIL"] = "553 5.7.1 Sender address rejected"

    with pytest.raises(MailUnavailable, match="553"):
        send(ENVELOPE)


def test_a_mail_too_large_is_refused(server: Server) -> None:
    server.answers["MAIL"] = "552 5.3.4 Message too big"

    with pytest.raises(MailRefused, match="552"):
        send(ENVELOPE)


def test_after_a_refusal_the_next_mail_goes_out(server: Server) -> None:
    server.answers["RCPT"] = "550 no"
    with pytest.raises(MailRefused):
        send(ENVELOPE)
    server.answers.clear()

    send(ENVELOPE)

    assert len(server.taken) == 1


def test_no_server_is_unavailable(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        _point_at(settings, probe.getsockname()[1])

        with pytest.raises(MailUnavailable, match="refused"):
            send(ENVELOPE)


def test_a_server_that_hangs_is_given_up_on(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _point_at(settings, silent.getsockname()[1])
        started = time.monotonic()

        with pytest.raises(MailUnavailable, match="timed out") as caught:
            send(ENVELOPE)

    assert time.monotonic() - started < 5
    assert not isinstance(caught.value, MailUncertain)


@pytest.mark.parametrize(
    "address", ["", "rosa", "a@b@c", "rosa@shop.test\nBcc: x@y.test", "a@x.test, b@x.test", "<a@x.test>"]
)
def test_what_is_no_address_is_refused_before_any_server_is_asked(server: Server, address: str) -> None:
    with pytest.raises(MailRefused, match="not an e-mail address"):
        send(replace(ENVELOPE, to=address))

    assert server.connections == []


def test_letters_before_the_at_sign_that_servers_would_garble_are_refused(server: Server) -> None:
    with pytest.raises(MailRefused, match="before the @"):
        send(replace(ENVELOPE, to="jörg@x.example"))

    assert server.connections == []


def test_domains_stand_on_the_wire_by_idna2008(server: Server, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = addresses.on_the_wire("billing@straße.example")

    send(replace(ENVELOPE, to="rosa@faß.example", reply_to="ar@例子.example"))

    assert server.addressed == ["billing@xn--strae-oqa.example", "rosa@xn--fa-hia.example"]
    assert server.last()["To"] == "rosa@xn--fa-hia.example"
    assert server.last()["Reply-To"] == "ar@xn--fsqu00a.example"
    assert parseaddr(server.last()["From"])[1] == "billing@xn--strae-oqa.example"


def test_no_field_can_start_a_header_of_its_own(server: Server) -> None:
    evil = "x\r\nBcc: everybody@example.test"

    send(replace(ENVELOPE, from_name=evil, reply_to=evil, subject=evil, message_id=evil, language=evil))

    assert server.last()["Bcc"] is None
    assert server.last()["Reply-To"] is None
    assert b"\nBcc:" not in server.taken[-1]


@pytest.mark.parametrize("word", ["Wholesale Flowers and Greens ", "Floristería Ñandú ", "花屋"])
def test_a_long_subject_arrives_whole(server: Server, word: str) -> None:
    send(replace(ENVELOPE, subject=word * 40))

    unfolded = server.last()["Subject"].replace("\r", "").replace("\n", "")
    assert str(make_header(decode_header(unfolded))) == (word * 40).strip()
    assert max(map(len, server.taken[-1].splitlines())) <= 998  # RFC 5322, 2.1.1


@pytest.mark.parametrize("name", ['Flowers "R" Us, Inc. <boss@evil.test>', "Floristería Ñandú", "", "花屋"])
def test_whatever_a_company_is_called_the_address_is_ours(server: Server, name: str) -> None:
    send(replace(ENVELOPE, from_name=name))

    assert parseaddr(server.last()["From"])[1] == "billing@florin.test"


def test_other_mail_backends_get_the_same_mail(mailoutbox: list[Any]) -> None:
    send(ENVELOPE)

    assert mailoutbox[0].subject == "Invoice INV-10023"
    assert mailoutbox[0].extra_headers["Message-ID"] == ENVELOPE.message_id
