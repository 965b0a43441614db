"""Invoices that the system sends when an order is confirmed (R7)."""

from html import unescape

import pytest

from factories import make_customer, make_order, make_user
from florin.domain.activity.models import Activity
from florin.domain.companies import services as companies
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import confirm_order
from florin.kernel.errors import Refusal
from office import signed_in
from testing.races import at_once

TO = ["a@shop.example", "b@shop.example"]


def automatic(owner: User, **details: object) -> Customer:
    given = {"invoice_emails": TO, "automatic_invoices": True, **details}
    return make_customer(owner.company, **given)  # type: ignore[arg-type]


def confirm(owner: User, *prices: str, **details: object) -> Invoice:
    order = make_order(owner, *prices, customer=automatic(owner, **details))
    return confirm_order.confirm(owner.company, order.pk, by=owner)


def test_confirming_mails_the_invoice_with_a_link_by_the_system(owner: User) -> None:
    invoice = confirm(owner)
    messages = Message.objects.order_by("recipient")
    assert [message.recipient for message in messages] == TO
    assert {message.event for message in messages} == {f"auto:{invoice.pk}"}
    link = Link.objects.get()
    assert (link.made_by, link.recipients) == ("Florin", TO)
    assert Activity.objects.get(kind=Activity.Kind.QUEUED).actor == "Florin"


def test_links_by_hand_switched_off_do_not_touch_automatic_invoices(owner: User) -> None:
    owner.company.manual_links_enabled = False
    owner.company.save()
    confirm(owner)
    assert Link.objects.count() == 1


def test_a_customer_without_links_gets_the_invoice_without_one(owner: User) -> None:
    confirm(owner, links_enabled=False)
    assert (Message.objects.count(), Link.objects.count()) == (2, 0)


def test_a_company_without_links_sends_the_invoice_without_one(owner: User) -> None:
    owner.company.links_enabled = False
    owner.company.save()
    confirm(owner)
    assert (Message.objects.count(), Link.objects.count()) == (2, 0)


def test_without_an_active_account_the_invoice_has_no_link(database: None) -> None:
    company = companies.open_company(slug="new", name="New", email="office@new.example")
    confirm(make_user(company, Role.ADMIN))
    assert (Message.objects.count(), Link.objects.count()) == (2, 0)


def test_nothing_owed_is_mailed_without_a_link(owner: User) -> None:
    confirm(owner, "0.00")
    assert (Message.objects.count(), Link.objects.count()) == (2, 0)


def test_switched_off_for_the_customer_nothing_is_mailed(owner: User) -> None:
    confirm(owner, automatic_invoices=False)
    assert not Message.objects.exists()


def test_where_no_address_is_known_the_timeline_says_so(owner: User) -> None:
    invoice = confirm(owner, invoice_emails=[])
    assert not Message.objects.exists()
    text = signed_in(owner).get(f"/office/orders/{invoice.order_id}/").content.decode()
    assert "nobody was mailed, for no address is known" in text


def test_confirming_at_once_mails_once(owner: User) -> None:
    order = make_order(owner, customer=automatic(owner))
    submissions = at_once(*[lambda: confirm_order.confirm(owner.company, order.pk, by=owner)] * 3)
    assert sum(isinstance(submission, Refusal) for submission in submissions) == 2
    assert (Message.objects.count(), Link.objects.count()) == (2, 1)


def test_what_is_refused_mails_nothing(owner: User) -> None:
    order = make_order(owner, customer=automatic(owner))
    order.lines.all().delete()
    with pytest.raises(Refusal):
        confirm_order.confirm(owner.company, order.pk, by=owner)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        ({}, ">a@shop.example\nb@shop.example</textarea>"),
        ({}, "With a payment link."),
        ({"links_enabled": False}, "Without a payment link."),
        ({"invoice_emails": []}, "No address for invoices is known"),
        ({"automatic_invoices": False}, "are not sent to"),
    ],
)
def test_the_dialog_says_what_confirming_will_mail(
    owner: User, details: dict[str, object], sentence: str
) -> None:
    order = make_order(owner, customer=automatic(owner, **details))
    text = signed_in(owner).get(f"/office/orders/{order.pk}/confirm/").content.decode()
    assert sentence in unescape(text)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        ({}, "goes to a@shop.example, b@shop.example by itself, with a payment link."),
        ({"invoice_emails": []}, "No address for invoices is known"),
    ],
)
def test_the_answer_says_what_was_mailed(owner: User, details: dict[str, object], sentence: str) -> None:
    order = make_order(owner, customer=automatic(owner, **details))
    answer = signed_in(owner).post(f"/office/orders/{order.pk}/confirm/", follow=True)
    assert sentence in unescape(answer.content.decode())
