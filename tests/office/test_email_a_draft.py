"""The guide's first steps on a draft (R3, R4): Email, tick, Send confirms it and mails it once."""

from html import unescape

import pytest

from factories import make_customer, make_order, make_user
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.orders.models import Order
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import confirm_order, send_invoice
from florin.kernel.errors import Conflict
from office import signed_in
from testing.races import at_once

SHEET = {"to": "ann@shop.example", "payment_link": "on", "press": "p1", "saw_draft": "on"}


def draft(owner: User, *, automatic: bool = True) -> Order:
    return make_order(owner, customer=make_customer(owner.company, automatic_invoices=automatic))


def email(order: Order) -> str:
    return f"/office/orders/{order.pk}/email/"


def test_a_drafts_page_offers_email(owner: User) -> None:
    order = draft(owner)
    assert email(order) in signed_in(owner).get(f"/office/orders/{order.pk}/").content.decode()


def test_email_confirms_a_draft_and_mails_it_once_with_a_link(owner: User) -> None:
    order = draft(owner)
    text = signed_in(owner).post(email(order), SHEET, follow=True).content.decode()
    invoice = Invoice.objects.get(order=order)
    assert f"Order {order.number} is confirmed." in text
    assert f"{invoice.number} is on its way to ann@shop.example, with a payment link." in text
    assert [message.recipient for message in Message.objects.all()] == ["ann@shop.example"]
    assert Link.objects.count() == 1


def test_send_pressed_twice_on_a_draft_confirms_and_sends_once(owner: User) -> None:
    order, client = draft(owner), signed_in(owner)
    for _press in range(2):
        assert client.post(email(order), SHEET).status_code == 302
    assert (Invoice.objects.count(), Message.objects.count(), Link.objects.count()) == (1, 1, 1)


def test_the_dialog_of_a_draft_says_that_sending_confirms_and_that_one_mail_goes(owner: User) -> None:
    order = draft(owner)
    text = unescape(signed_in(owner).get(email(order)).content.decode())
    assert "Sending confirms the order" in text
    assert "No other mail goes out" in text
    assert not Invoice.objects.exists()


def test_a_wrong_address_leaves_the_draft_a_draft(owner: User) -> None:
    order = draft(owner)
    assert signed_in(owner).post(email(order), {**SHEET, "to": "nobody"}).status_code == 422
    order.refresh_from_db()
    assert (order.state, Message.objects.count()) == (Order.State.DRAFT, 0)


def test_who_was_shown_a_draft_does_not_mail_again_what_somebody_confirmed(owner: User) -> None:
    order = draft(owner)
    confirm_order.confirm(owner.company, order.pk, by=owner)
    answer = signed_in(owner).post(email(order), SHEET)
    assert (answer.status_code, Message.objects.count()) == (409, 1)
    assert "Press Send again if it should go out once more" in answer.content.decode()
    assert 'name="saw_draft"' not in answer.content.decode()


def test_after_a_confirmation_the_dialog_says_who_was_mailed_already(owner: User) -> None:
    order = draft(owner)
    confirm_order.confirm(owner.company, order.pk, by=owner)
    to = order.customer.invoice_emails[0]
    assert f"Already mailed to {to}" in signed_in(owner).get(email(order)).content.decode()


def test_email_and_confirm_at_once_mail_once(owner: User) -> None:
    order = draft(owner)
    at_once(
        lambda: confirm_order.confirm(owner.company, order.pk, by=owner),
        lambda: send_invoice.send(
            owner.company,
            order.pk,
            to=["a@x.example"],
            with_link=True,
            submission="p",
            by=owner,
            saw_draft=True,
        ),
    )
    assert (Invoice.objects.count(), Message.objects.count()) == (1, 1)


def test_who_may_not_confirm_cannot_email_a_draft(owner: User, company: Company) -> None:
    order = draft(owner)
    clerk = make_user(company, Role.ACCOUNTS_RECEIVABLE)
    assert signed_in(clerk).get(email(order)).status_code == 403
    assert signed_in(clerk).post(email(order), SHEET).status_code == 403
    assert not Invoice.objects.exists()


def test_confirm_lets_the_address_of_the_automatic_invoice_be_changed(owner: User) -> None:
    order, client = draft(owner), signed_in(owner)
    path = f"/office/orders/{order.pk}/confirm/"
    assert f">{order.customer.invoice_emails[0]}</textarea>" in client.get(path).content.decode()
    client.post(path, {"to": "new@shop.example, two@shop.example"})
    sent = sorted(Message.objects.values_list("recipient", flat=True))
    assert sent == ["new@shop.example", "two@shop.example"]
    assert Link.objects.get().made_by == "Florin"


def test_confirm_with_an_empty_address_mails_nobody(owner: User) -> None:
    order = draft(owner)
    signed_in(owner).post(f"/office/orders/{order.pk}/confirm/", {"to": " "})
    assert (Invoice.objects.count(), Message.objects.count()) == (1, 0)


@pytest.mark.parametrize("to", ["nobody", "a@x.example, b@"])
def test_confirm_refuses_a_wrong_address_and_keeps_it_typed(owner: User, to: str) -> None:
    order = draft(owner)
    answer = signed_in(owner).post(f"/office/orders/{order.pk}/confirm/", {"to": to})
    assert answer.status_code == 422
    assert f">{to}</textarea>" in unescape(answer.content.decode())
    assert not Invoice.objects.exists()


def test_a_conflict_is_refused_in_the_flow_too(owner: User) -> None:
    order = draft(owner)
    confirm_order.confirm(owner.company, order.pk, by=owner)
    with pytest.raises(Conflict):
        send_invoice.send(
            owner.company,
            order.pk,
            to=["a@x.example"],
            with_link=True,
            submission="p",
            by=owner,
            saw_draft=True,
        )
