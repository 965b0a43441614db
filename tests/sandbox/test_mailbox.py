"""The mailbox: takes every mail over SMTP, shows it, and fails when told to."""

import smtplib
import uuid
from email.message import EmailMessage
from typing import Any

import pytest

from sandbox.processes import TOKEN, Sandbox, web

PDF = b"%PDF-1.7 not much of one"


def mail(to: str, subject: str = "Invoice INV-10023") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Hollis & Vine <billing@hollis.example>", to, subject
    message["Message-ID"] = f"<{uuid.uuid4()}@hollis.example>"
    message.set_content("Pay here: https://hollis.example/pay/abc.\n\n.a dot at the start\n")
    message.add_alternative('<p>Pay <a href="https://hollis.example/pay/html">here</a></p>', subtype="html")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="INV-10023.pdf")
    return message


def send(bank: Sandbox, *messages: EmailMessage, timeout: float = 5.0) -> None:
    with smtplib.SMTP("127.0.0.1", bank.smtp_port, timeout=timeout) as server:
        for message in messages:
            server.send_message(message)


def someone() -> str:
    return f"{uuid.uuid4().hex}@customer.example"


def emails_to(bank: Sandbox, to: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = web.get(f"{bank.url}/mail/api/messages", params={"to": to}).json()[
        "messages"
    ]
    return found


def test_a_mail_arrives_whole(bank: Sandbox) -> None:
    to, sent = someone(), mail(someone())
    sent.replace_header("To", to)
    send(bank, sent)

    [email] = emails_to(bank, to)
    assert (email["subject"], email["message_id"]) == ("Invoice INV-10023", sent["Message-ID"])
    assert email["envelope_to"] == [to]
    assert "\n.a dot at the start" in email["text"]
    assert email["links"] == ["https://hollis.example/pay/abc", "https://hollis.example/pay/html"]


def test_an_attachment_can_be_opened(bank: Sandbox) -> None:
    to = someone()
    send(bank, mail(to))

    [file] = emails_to(bank, to)[0]["attachments"]
    answer = web.get(file["url"])
    assert (file["name"], file["content_type"], file["size"]) == (
        "INV-10023.pdf",
        "application/pdf",
        len(PDF),
    )
    assert (answer.content, answer.headers["content-disposition"][:6]) == (PDF, "inline")


def test_the_newest_mail_comes_first_and_older_ones_can_be_left_out(bank: Sandbox) -> None:
    to = someone()
    send(bank, mail(to, "First"), mail(to, "Größe: 2"))

    newest, oldest = emails_to(bank, to)
    params = {"to": to, "after": oldest["id"], "subject": "größe"}
    assert (newest["subject"], oldest["subject"]) == ("Größe: 2", "First")
    assert len(web.get(f"{bank.url}/mail/api/messages", params=params).json()["messages"]) == 1


def test_the_pages_show_the_mail_and_fence_its_html_in(bank: Sandbox) -> None:
    to = someone()
    send(bank, mail(to))
    number = emails_to(bank, to)[0]["id"]

    assert "Invoice INV-10023" in web.get(f"{bank.url}/mail", params={"to": to}).text
    assert "https://hollis.example/pay/abc" in web.get(f"{bank.url}/mail/{number}").text
    policy = web.get(f"{bank.url}/mail/{number}/html").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy


def test_the_source_is_what_was_sent(bank: Sandbox) -> None:
    to = someone()
    send(bank, mail(to))

    source = web.get(f"{bank.url}/mail/{emails_to(bank, to)[0]['id']}/source").text
    assert source.startswith("From: Hollis & Vine <billing@hollis.example>")
    assert "\r\n..a dot" not in source


@pytest.mark.parametrize(("mode", "code"), [("reject_temporary", 451), ("reject_permanent", 550)])
def test_the_next_mail_can_be_refused(bank: Sandbox, mode: str, code: int) -> None:
    to = someone()
    bank.order("mail", mode=mode, times=1)

    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(bank, mail(to))
    send(bank, mail(to))
    assert refused.value.smtp_code == code
    assert len(emails_to(bank, to)) == 1


def test_only_some_recipients_can_be_refused(bank: Sandbox) -> None:
    bad, good = someone(), someone()
    bank.order("mail", mode="reject_permanent", to=bad)

    with pytest.raises(smtplib.SMTPDataError):
        send(bank, mail(bad))
    send(bank, mail(good))
    assert (len(emails_to(bank, bad)), len(emails_to(bank, good))) == (0, 1)


@pytest.mark.parametrize(("mode", "kept"), [("disconnect", 0), ("accept_disconnect", 1)])
def test_a_connection_can_break_before_the_answer(bank: Sandbox, mode: str, kept: int) -> None:
    to = someone()
    bank.order("mail", mode=mode, times=1)

    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(bank, mail(to))
    assert len(emails_to(bank, to)) == kept


def test_the_server_can_hang_after_the_data(bank: Sandbox) -> None:
    to = someone()
    bank.order("mail", mode="hang", seconds=1.0, times=1)

    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
        send(bank, mail(to), timeout=0.3)
    assert emails_to(bank, to) == []


def test_mails_survive_a_restart_and_can_be_thrown_away(own_bank: Sandbox) -> None:
    to = someone()
    send(own_bank, mail(to))
    own_bank.stop()
    own_bank.start()
    assert len(emails_to(own_bank, to)) == 1

    url = f"{own_bank.url}/mail/api/messages"
    assert web.delete(url).status_code == 401
    assert web.delete(url, headers={"Authorization": f"Bearer {TOKEN}"}).json() == {"deleted": 1}
    assert emails_to(own_bank, to) == []


@pytest.mark.parametrize("body", [b"", b".", b"..", b"x", b"\r\n", b"\r\n.\r\n.x"])
def test_odd_little_mails_come_through(bank: Sandbox, body: bytes) -> None:
    to = someone()
    with smtplib.SMTP("127.0.0.1", bank.smtp_port, timeout=5) as server:
        server.sendmail("a@b.example", [to], body)
        assert server.noop()[0] == 250

    [email] = emails_to(bank, to)
    source = web.get(f"{bank.url}/mail/{email['id']}/source").content
    assert source.rstrip(b"\r\n") == body.rstrip(b"\r\n")
