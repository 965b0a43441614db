"""Mails: once per event and recipient, over a real mail server that misbehaves on request."""

import json
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest
from django.db import DataError
from procrastinate.contrib.django.models import ProcrastinateJob

from factories import make_customer, make_invoice, make_link
from factories.payments import click_pay
from florin.domain.activity.models import Activity
from florin.domain.companies.models import Company
from florin.domain.links import services as links
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import deliver_outbox, send_invoice, settle_payment
from florin.kernel import clock
from office import signed_in
from testing.bank import Bank


@pytest.fixture(autouse=True)
def _empty_mailbox(bank: Bank) -> None:
    bank.forget_mails()


def _make_due() -> None:
    Message.objects.exclude(state="sent").update(due_at=clock.now() - timedelta(seconds=1))


def test_an_invoice_arrives_with_its_pdf_and_the_link(owner: User, bank: Bank) -> None:
    link = make_link(owner)

    deliver_outbox.deliver()

    mail = bank.mails(to="payer@shop.example")[0]
    assert links.address_of(link.pk) in mail["links"]
    assert mail["attachments"][0]["name"].startswith("INV-")
    assert Activity.objects.filter(kind=Activity.Kind.SENT, subjects__contains=[link.pk]).exists()


def test_both_sides_get_their_confirmation_and_the_payer_a_receipt(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt, email="ann@shop.example")
    settle_payment.settle(attempt.pk)

    deliver_outbox.deliver()

    assert bank.mails(to="ann@shop.example")[0]["attachments"][0]["name"].startswith("RCP-")
    notice = bank.mails(to="office@bloom.example")[0]
    assert "100.00" in notice["subject"]
    assert f"/office/payments/{Payment.objects.get().pk}/" in notice["text"]


def test_the_company_reads_its_own_language_and_the_header_names_that(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner, customer=make_customer(owner.company, language="es"))
    attempt = click_pay(make_link(owner, invoice))
    bank.pay(attempt, email="ann@shop.example")
    settle_payment.settle(attempt.pk)

    deliver_outbox.deliver()

    for to, language, word in (("office@bloom.example", "en", "paid"), ("ann@shop.example", "es", "Pago")):
        [mail] = bank.mails(to=to)
        source = httpx.get(f"{bank.base}/mail/{mail['id']}/source").content
        assert message_from_bytes(source, policy=policy.default)["Content-Language"] == language
        assert word in mail["subject"]


def test_a_payer_whose_address_cannot_be_mailed_has_paid_and_staff_are_told(owner: User, bank: Bank) -> None:
    """The processor's page takes addresses that mail servers do not; the money is not to blame."""
    attempt = click_pay(make_link(owner))
    bank.pay(attempt, email="jörg@x.example")
    settle_payment.settle(attempt.pk)

    deliver_outbox.deliver()

    assert Payment.objects.get().payer_email == "jörg@x.example"
    receipt = Message.objects.get(recipient="jörg@x.example")
    assert (receipt.state, "before the @" in receipt.error) == ("bounced", True)
    assert "jörg@x.example" in signed_in(owner).get("/office/").text


STORED = Path(__file__).parent.parent / "edges" / "stored_emails"
OLD = {path.stem: json.loads(path.read_text())[0] for path in STORED.glob("*.json")}


@pytest.mark.parametrize("kind", sorted(kind for kind, old in OLD.items() if "news" in old["snapshot"]))
def test_what_an_earlier_version_had_queued_still_leaves(owner: User, bank: Bank, kind: str) -> None:
    link, old = make_link(owner), OLD[kind]
    snapshot = {**old["snapshot"], "link": str(link.pk)} if old["snapshot"].get("link") else old["snapshot"]
    now = clock.now()
    row = Message(company=owner.company, event="old", kind=kind, recipient="old@shop.example", subjects=[])
    row.snapshot, row.queued_at, row.due_at = snapshot, now, now
    row.save()

    deliver_outbox.deliver([row.pk])

    [mail] = bank.mails(to="old@shop.example")
    assert mail["subject"] == old["subject"].replace("Northwind Flowers", owner.company.name)
    leads_to = links.address_of(link.pk) if old["snapshot"].get("link") else old["snapshot"].get("path", "")
    has_button = any(line.startswith("http") for line in old["text"])
    assert leads_to in mail["text"] or not has_button


def test_delivering_again_sends_nothing_again(owner: User, bank: Bank) -> None:
    make_link(owner)

    for _ in range(3):
        deliver_outbox.deliver()

    assert len(bank.mails()) == 1


def test_a_rollback_sends_no_mail(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    jobs = ProcrastinateJob.objects.count()
    owner.name = "x" * 300  # the timeline refuses it, after the mail was queued

    with pytest.raises(DataError):
        send_invoice.send(
            owner.company, invoice.order_id, to=["a@b.example"], with_link=False, submission="p", by=owner
        )

    deliver_outbox.deliver()
    assert bank.mails() == []
    assert ProcrastinateJob.objects.count() == jobs


def test_send_pressed_twice_sends_once(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)

    for _ in range(2):
        send_invoice.send(
            owner.company, invoice.order_id, to=["a@b.example"], with_link=True, submission="same", by=owner
        )

    deliver_outbox.deliver()
    assert len(bank.mails()) == 1


def test_a_server_that_says_later_gets_it_later_with_the_same_message_id(owner: User, bank: Bank) -> None:
    make_link(owner)
    bank.refuse_mail("reject_temporary", times=1)

    deliver_outbox.deliver()
    assert Message.objects.get().state == Message.State.QUEUED
    _make_due()
    deliver_outbox.deliver()

    assert Message.objects.get().state == Message.State.SENT
    assert str(Message.objects.get().pk) in bank.mails()[0]["message_id"]


def test_an_address_that_is_refused_bounces_and_staff_can_see_it(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    bank.refuse_mail("reject_permanent", times=1)

    deliver_outbox.deliver()

    assert Message.objects.get().state == Message.State.BOUNCED
    assert Activity.objects.filter(kind=Activity.Kind.BOUNCED, subjects__contains=[link.pk]).exists()


def test_one_refused_mail_stops_no_other(owner: User, bank: Bank) -> None:
    make_link(owner, to=("first@shop.example", "second@shop.example", "third@shop.example"))
    bank.refuse_mail("reject_permanent", to="second@shop.example", times=1)

    deliver_outbox.deliver()

    assert len(bank.mails()) == 2


def test_a_worker_that_died_while_sending_is_followed_by_another(owner: User, bank: Bank) -> None:
    make_link(owner)
    Message.objects.update(state=Message.State.SENDING)
    _make_due()

    deliver_outbox.deliver()

    assert Message.objects.get().state == Message.State.SENT


def test_a_mail_that_cannot_be_written_keeps_no_other_back(owner: User, bank: Bank) -> None:
    make_link(owner, to=("first@shop.example",))
    Message.objects.update(snapshot={"language": "en"})
    make_link(owner, to=("second@shop.example",))

    deliver_outbox.deliver()

    assert [mail["to"] for mail in bank.mails()] == ["second@shop.example"]
    assert "could not be written" in Message.objects.get(recipient="first@shop.example").error


def test_a_mail_given_up_after_three_days_is_seen_as_bounced(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    Message.objects.update(queued_at=clock.now() - timedelta(days=4))
    bank.refuse_mail("reject_temporary", times=1)

    deliver_outbox.deliver()

    assert Message.objects.get().state == Message.State.BOUNCED
    assert Activity.objects.filter(kind=Activity.Kind.BOUNCED, subjects__contains=[link.pk]).exists()


def test_the_same_press_on_two_orders_sends_both(owner: User, bank: Bank) -> None:
    for invoice in (make_invoice(owner), make_invoice(owner)):
        send_invoice.send(
            owner.company, invoice.order_id, to=["a@b.example"], with_link=True, submission="same", by=owner
        )

    assert Message.objects.count() == 2


def test_a_name_with_quotes_commas_and_every_kind_of_letter_is_one_sender(owner: User, bank: Bank) -> None:
    name = 'Größe, "Söhne" & Łódź 花 Co.'
    Company.objects.update(name=name)
    company = owner.company
    company.refresh_from_db()
    make_link(owner, make_invoice(owner, customer=make_customer(company, language="es")))

    deliver_outbox.deliver()

    source = httpx.get(f"{bank.base}/mail/{bank.mails()[0]['id']}/source").content
    mail = message_from_bytes(source, policy=policy.default)
    [sender] = mail["From"].addresses
    assert sender.display_name == name
    assert mail["Subject"].startswith("Factura INV-")
    assert name in mail["Subject"]
    assert source.partition(b"\r\n\r\n")[0].isascii()
