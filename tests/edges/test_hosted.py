"""Sending through hosted senders: real HTTP to a server that answers as theirs are documented to."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote_plus

import pytest
from pytest_django.fixtures import Settings

from edges.test_post import ENVELOPE
from factories.documents import PNG
from florin.config import senders
from florin.edges.documents import logos
from florin.edges.mail import MailRefused, MailUnavailable, MailUncertain, post, send

KEY = "0199c0de-0000-7000-8000-000000000001"
MAIL = replace(ENVELOPE, message_id=f"<{KEY}@florin.test>", logo=b"")


@dataclass
class Api:
    """A sender's API: what it answers, and what it was asked."""

    answers: list[tuple[int, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.asked[-1][2])
        return told

    def form(self) -> dict[str, Any]:
        _path, headers, body = self.asked[-1]
        form = message_from_bytes(f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + body)
        return {
            str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
            for part in form.walk()
            if not part.is_multipart()
        }


Use = Callable[..., Api]


@pytest.fixture
def api() -> Iterator[Api]:
    behaviour = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            behaviour.asked.append((self.path, dict(self.headers), body))
            status, told = behaviour.answers.pop(0)
            answer = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    behaviour.url = f"http://127.0.0.1:{server.server_address[1]}/"
    Thread(target=server.serve_forever, daemon=True).start()
    yield behaviour
    post.hang_up()
    server.shutdown()
    server.server_close()


NEEDS = {
    "postmark": "POSTMARK_SERVER_TOKEN",
    "mailgun": "MAILGUN_API_KEY",
    "sendgrid": "SENDGRID_API_KEY",
    "resend": "RESEND_API_KEY",
    "brevo": "BREVO_API_KEY",
}


@pytest.fixture
def use(settings: Settings, monkeypatch: pytest.MonkeyPatch, api: Api) -> Use:
    """Takes a sender into use as the environment would, at our own address, to answer in the given way."""

    def sender_api(sender: str, *answers: tuple[int, Any]) -> Api:
        monkeypatch.setenv("FLORIN_MAIL_SENDER", sender)
        monkeypatch.setenv(NEEDS[sender], "the-key")
        monkeypatch.setenv("FLORIN_MAIL_NOTICE_SECRET", "a-password-only-for-notices")
        monkeypatch.setenv("FLORIN_MAIL_FROM", "billing@florin.test")
        wanted = senders.mail_sender()
        settings.MAIL_SENDER, settings.EMAIL_BACKEND = wanted.name, wanted.backend
        settings.ANYMAIL = {**wanted.options, f"{sender.upper()}_API_URL": api.url}
        settings.DEFAULT_FROM_EMAIL = "billing@florin.test"
        api.answers += answers
        post.hang_up()
        return api

    return sender_api


TAKEN: dict[str, tuple[int, Any, str]] = {
    "postmark": (
        200,
        {
            "To": "rosa@shop.test",
            "SubmittedAt": "2026-11-01T21:29:00Z",
            "MessageID": "0a129aee-e1cd-480d",
            "ErrorCode": 0,
            "Message": "OK",
        },
        "0a129aee-e1cd-480d",
    ),
    "mailgun": (200, {"id": "<2026.1@florin.test>", "message": "Queued. Thank you."}, "<2026.1@florin.test>"),
    "sendgrid": (202, b"", ""),
    "resend": (200, {"id": "49a3999c-0ce1-4ea6"}, "49a3999c-0ce1-4ea6"),
    "brevo": (201, {"messageId": "<2026.2@smtp-relay.mailin.fr>"}, "<2026.2@smtp-relay.mailin.fr>"),
}


@pytest.fixture(params=TAKEN)
def sender(request: pytest.FixtureRequest, use: Use) -> str:
    """Each sender in turn, in use; the mail is taken."""
    name: str = request.param
    use(name, TAKEN[name][:2])
    return name


def where_the_key_travels(sender: str, api: Api) -> str:
    match sender:
        case "postmark":
            return str(api.json()["Metadata"]["florin_message"])
        case "mailgun":
            return str(api.form()["v:florin_message"], "ascii")
        case "sendgrid":
            return str(api.json()["custom_args"]["florin_message"])
        case "resend":
            return str(json.loads(api.json()["headers"]["X-Metadata"])["florin_message"])
        case _:
            return str(json.loads(api.json()["headers"]["X-Mailin-custom"])["florin_message"])


def test_a_mail_leaves_with_our_key_and_comes_back_with_the_senders_id(sender: str, api: Api) -> None:
    called = send(MAIL)

    assert where_the_key_travels(sender, api) == KEY
    if sender == "sendgrid":  # its id is one that we gave it
        assert called == api.json()["personalizations"][0]["custom_args"]["anymail_id"]
    else:
        assert called == TAKEN[sender][2]


def test_the_mail_is_whole(sender: str, api: Api) -> None:
    send(MAIL)

    _path, _headers, body = api.asked[-1]
    text = body.decode(errors="replace")
    told = json.dumps(api.json(), ensure_ascii=False) if sender != "mailgun" else text
    for part in ("rosa@shop.test", "billing@florin.test", "ar@northwind.test", "Invoice INV-10023"):
        assert part in told
    assert "Hello" in told
    assert "INV-10023.pdf" in told
    assert f"<{KEY}@florin.test>" in told


def test_domains_stand_on_the_wire_by_idna2008(sender: str, api: Api) -> None:
    send(replace(MAIL, to="rosa@faß.example", reply_to="ar@straße.example"))

    _path, _headers, body = api.asked[-1]
    told = unquote_plus(body.decode(errors="replace"))
    assert "rosa@xn--fa-hia.example" in told
    assert "ar@xn--strae-oqa.example" in told
    assert not {"fass.example", "strasse.example"} & set(re.findall(r"[a-z]+\.example", told))


def test_a_logo_travels_inside_or_gives_way_to_the_name(sender: str, api: Api) -> None:
    html = '<p><img class="logo" src="cid:logo@florin" alt="Bloom &amp; Co" height="56"></p>'
    send(replace(MAIL, html=html, logo=logos.png(PNG)))

    text = api.asked[-1][2].decode(errors="replace")
    if sender == "brevo":
        assert "cid:" not in text
        assert "<strong>Bloom &amp; Co</strong>" in api.json()["htmlContent"]
    else:
        assert "cid:logo@florin" in text
        # Mailgun knows a picture inside a mail by its file name, which is then the picture's id.
        assert ('filename="logo@florin"' if sender == "mailgun" else "logo@florin") in text.replace(
            "cid:", ""
        )


@pytest.mark.parametrize("sender", ["postmark", "mailgun", "sendgrid"], indirect=True)
def test_nothing_that_the_recipient_does_is_watched(sender: str, api: Api) -> None:
    send(MAIL)

    match sender:
        case "postmark":
            assert (api.json()["TrackOpens"], api.json()["TrackLinks"]) == (False, "None")
        case "mailgun":
            assert (api.form()["o:tracking-opens"], api.form()["o:tracking-clicks"]) == (b"no", b"no")
        case _:
            watched = api.json()["tracking_settings"]
            assert not watched["open_tracking"]["enable"]
            assert not watched["click_tracking"]["enable"]


REFUSED: list[tuple[str, int, Any]] = [
    ("postmark", 422, {"ErrorCode": 300, "Message": "Invalid 'To' address: 'rosa@shop.test'."}),
    (
        "postmark",
        422,
        {
            "ErrorCode": 406,
            "Message": "You tried to send to a recipient that has been marked as inactive. Found inactive"
            " addresses: rosa@shop.test. Inactive recipients are ones that have generated a hard bounce or a"
            " spam complaint.",
        },
    ),
    ("mailgun", 400, {"message": "'to' parameter is not a valid address. please check documentation"}),
    (
        "sendgrid",
        400,
        {
            "errors": [
                {"message": "Does not contain a valid address.", "field": "personalizations.0.to.0.email"}
            ]
        },
    ),
    ("resend", 422, {"statusCode": 422, "name": "validation_error", "message": "Invalid `to` field."}),
    ("brevo", 400, {"code": "invalid_parameter", "message": "email is not valid in to"}),
    ("mailgun", 413, {"message": "Message is too large"}),
]
LATER: list[tuple[str, int, Any]] = [
    ("postmark", 401, {"ErrorCode": 10, "Message": "The Server Token is missing or not correct."}),
    ("postmark", 422, {"ErrorCode": 400, "Message": "The Sender Signature was not found for 'From'."}),
    ("postmark", 422, {"ErrorCode": 405, "Message": "Not allowed to send, you ran out of credits."}),
    ("mailgun", 401, b"Forbidden"),
    ("mailgun", 400, {"message": "'from' parameter is not a valid address. please check documentation"}),
    ("mailgun", 404, {"message": "Domain not found: florin.test"}),
    ("sendgrid", 429, {"errors": [{"message": "too many requests", "field": None}]}),
    ("sendgrid", 403, {"errors": [{"message": "The from address is not verified.", "field": "from"}]}),
    (
        "resend",
        403,
        {"statusCode": 403, "name": "validation_error", "message": "The domain is not verified."},
    ),
    ("resend", 429, {"statusCode": 429, "name": "rate_limit_exceeded", "message": "Too many requests."}),
    ("brevo", 402, {"code": "not_enough_credits", "message": "You do not have enough credits"}),
    ("brevo", 400, {"code": "invalid_parameter", "message": "sender is not valid"}),
]


@pytest.mark.parametrize(("name", "status", "told"), REFUSED)
def test_no_to_this_recipient_is_a_refusal_in_the_senders_words(
    use: Use, name: str, status: int, told: Any
) -> None:
    use(name, (status, told))
    words = told.get("message") or told.get("Message") or told["errors"][0]["message"]

    with pytest.raises(MailRefused) as caught:
        send(MAIL)
    assert words[:60] in str(caught.value)


@pytest.mark.parametrize(("name", "status", "told"), LATER)
def test_what_is_ours_to_mend_or_will_pass_is_tried_again(
    use: Use, name: str, status: int, told: Any
) -> None:
    use(name, (status, told))

    with pytest.raises(MailUnavailable, match=str(status)) as caught:
        send(MAIL)
    assert not isinstance(caught.value, MailUncertain)


@pytest.mark.parametrize(
    "answer", [(500, b"oops"), (502, b"<html>"), (200, b"not json"), (200, {"strange": 1})]
)
def test_an_answer_that_says_neither_yes_nor_no_may_have_been_yes(use: Use, answer: tuple[int, Any]) -> None:
    use("resend", answer)

    with pytest.raises(MailUncertain):
        send(MAIL)


def test_a_sender_that_does_not_answer_may_have_taken_it(use: Use, settings: Settings) -> None:
    use("postmark")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silence = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": silence, "REQUESTS_TIMEOUT": 0.3}

        with pytest.raises(MailUncertain, match="timed out"):
            send(MAIL)


def test_after_a_refusal_the_next_mails_go_out(use: Use) -> None:
    use("resend", (200, {"id": "1"}), REFUSED[4][1:], (200, {"id": "2"}), (200, {"id": "3"}))

    assert send(MAIL) == "1"
    with pytest.raises(MailRefused):
        send(MAIL)
    assert [send(MAIL), send(MAIL)] == ["2", "3"]


@pytest.mark.parametrize("address", ["", "rosa", "a@b@c"])
def test_what_is_no_address_is_refused_before_any_sender_is_asked(use: Use, address: str) -> None:
    api = use("postmark")

    with pytest.raises(MailRefused):
        send(replace(MAIL, to=address))
    assert api.asked == []


def test_the_key_of_the_account_is_in_no_words(use: Use) -> None:
    use("postmark", (401, {"ErrorCode": 10, "Message": "Bad token"}))

    with pytest.raises(MailUnavailable) as caught:
        send(MAIL)
    assert "the-key" not in str(caught.value)
