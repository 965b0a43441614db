"""What mails begin with: the company's text for each kind and language, and the sender's note."""

from typing import Any

import pytest

from factories import make_customer, make_invoice, make_link
from factories.payments import click_pay
from florin.contracts import stored_emails
from florin.contracts.emails import DocumentEmail
from florin.domain.activity.models import Activity
from florin.domain.companies import mail_texts
from florin.domain.companies.mail_texts import Kind
from florin.domain.mailing_runs.models import RunItem
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import deliver_outbox, settle_payment, work_mailing_runs
from office import signed_in
from testing.bank import Bank

TEXTS = "/office/setup/company/email-texts/"


def save(owner: User, *, seen: str = "", **typed: str) -> Any:
    """Press Save with these texts, and none in the other fields."""
    now = mail_texts.texts_of(owner.company)
    sent = {f"{kind.value}_{language}": text for (kind, language), text in now.items()}
    return signed_in(owner).post(TEXTS, {"seen": seen or mail_texts.mark(now), **sent, **typed})


def the_email(**which: str) -> DocumentEmail:
    message = Message.objects.filter(**which).latest("pk")
    email = stored_emails.read(message.kind, message.snapshot)
    assert isinstance(email, DocumentEmail)
    return email


def test_texts_are_kept_by_kind_and_language_and_told(owner: User) -> None:
    assert save(owner, invoice_en="Thank you!", invoice_es="¡Gracias!").status_code == 302
    assert mail_texts.intro(owner.company_id, Kind.INVOICE, language="en-us") == "Thank you!"
    assert mail_texts.intro(owner.company_id, Kind.INVOICE, language="es-us") == "¡Gracias!"
    assert mail_texts.intro(owner.company_id, Kind.RECEIPT, language="es-us") == ""
    told = Activity.objects.get(kind=Activity.Kind.SETTINGS_CHANGED).about
    assert told["invoice_text_en_after"] == "Thank you!"


def test_a_text_that_is_too_long_is_refused_and_stays_typed(owner: User) -> None:
    answer = save(owner, links_en="x" * 1001, receipt_en="kept")
    assert answer.status_code == 422
    assert "At most 1000 characters." in answer.content.decode()
    assert ">kept</textarea>" in answer.content.decode()


def test_two_editors_notice_each_other(owner: User) -> None:
    seen = mail_texts.mark(mail_texts.texts_of(owner.company))
    save(owner, invoice_en="first")
    assert save(owner, seen=seen, invoice_en="second").status_code == 409
    assert mail_texts.texts_of(owner.company)[Kind.INVOICE, "en"] == "first"


def test_an_invoice_leaves_with_the_companys_text_and_the_senders_note(owner: User, bank: Bank) -> None:
    save(owner, invoice_en="Thank you for your order.\nBloom")
    order = make_invoice(owner, customer=make_customer(owner.company)).order_id
    signed_in(owner).post(
        f"/office/orders/{order}/email/", {"to": "ann@shop.example", "note": "Boxes <b>11</b> & 12 first."}
    )
    assert the_email().opening == ("Thank you for your order.\nBloom", "Boxes <b>11</b> & 12 first.")
    assert Activity.objects.filter(
        kind=Activity.Kind.QUEUED, about__note="Boxes <b>11</b> & 12 first."
    ).exists()
    timeline = signed_in(owner).get(f"/office/orders/{order}/").content.decode()
    assert "“Boxes &lt;b&gt;11&lt;/b&gt; &amp; 12 first.”" in timeline
    bank.forget_mails()
    deliver_outbox.deliver()
    mail = bank.mails(to="ann@shop.example")[0]
    assert "Thank you for your order.<br>Bloom" in mail["html"]
    assert "Boxes &lt;b&gt;11&lt;/b&gt; &amp; 12 first." in mail["html"]
    assert "Thank you for your order.\nBloom\n\nBoxes <b>11</b> & 12 first." in mail["text"].replace(
        "\r\n", "\n"
    )


def test_a_mail_on_its_way_keeps_the_text_it_had(owner: User) -> None:
    save(owner, invoice_en="Before")
    order = make_invoice(owner, customer=make_customer(owner.company)).order_id
    signed_in(owner).post(f"/office/orders/{order}/email/", {"to": "ann@shop.example"})
    save(owner, invoice_en="After")
    assert the_email().intro == "Before"


@pytest.mark.parametrize("note", ["x" * 1001, "Card 4242 4242 4242 4242"])
def test_a_note_that_cannot_be_sent_is_refused_and_stays_typed(owner: User, note: str) -> None:
    order = make_invoice(owner, customer=make_customer(owner.company)).order_id
    answer = signed_in(owner).post(f"/office/orders/{order}/email/", {"to": "ann@shop.example", "note": note})
    assert answer.status_code == 422
    assert note in answer.content.decode()
    assert not Message.objects.exists()


def test_many_payment_links_leave_with_text_and_note(owner: User) -> None:
    save(owner, links_en="Please pay online.")
    invoice = make_invoice(owner, customer=make_customer(owner.company))
    to = {f"to-{invoice.customer_id}": "ann@shop.example"}
    signed_in(owner).post(
        "/office/open-invoices/send/", {"chosen": invoice.pk.hex, "note": "Before Friday.", **to}
    )
    work_mailing_runs.work(list(RunItem.objects.values_list("pk", flat=True)))
    assert the_email().opening == ("Please pay online.", "Before Friday.")


def test_statements_leave_with_text_and_note_one_or_many(owner: User) -> None:
    save(owner, statement_en="Here is your statement.")
    customer = make_customer(owner.company, statement_emails=["ann@shop.example"])
    make_invoice(owner, customer=customer)
    client = signed_in(owner)
    client.post(f"/office/customers/{customer.pk}/statement/", {"to": "ann@shop.example", "note": "One."})
    assert the_email().opening == ("Here is your statement.", "One.")
    client.post("/office/aging/statements/send/", {"chosen": customer.pk.hex, "note": "Many."})
    work_mailing_runs.work(list(RunItem.objects.values_list("pk", flat=True)))
    assert the_email().opening == ("Here is your statement.", "Many.")


def test_a_receipt_leaves_with_its_text_and_once_more_with_a_note(owner: User, bank: Bank) -> None:
    save(owner, receipt_en="Thank you for paying.")
    attempt = click_pay(make_link(owner))
    bank.pay(attempt, email="ann@shop.example")
    settle_payment.settle(attempt.pk)
    assert the_email(kind="payment_received").opening == ("Thank you for paying.",)
    payment = Payment.objects.get()
    signed_in(owner).post(
        f"/office/payments/{payment.pk}/email/", {"to": "bob@shop.example", "note": "A copy."}
    )
    assert the_email(kind="payment_received").opening == ("Thank you for paying.", "A copy.")
