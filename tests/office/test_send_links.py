"""Payment links for many, and the run's page: nothing typed is lost, nothing goes out twice."""

import re
from functools import partial
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice, make_user
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.mailing_runs.models import MailingRun
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import deliver_outbox, send_payment_links, work_mailing_runs, write_order
from office import signed_in
from office.conftest import Open
from office.test_accessibility import SCREENS, check
from testing.bank import Bank
from testing.races import at_once

LIST, REVIEW, SEND = "/office/open-invoices/", "/office/open-invoices/review/", "/office/open-invoices/send/"
MAY = {
    Role.ADMIN,
    Role.ACCOUNTS_RECEIVABLE,
    Role.CASHIER,
    Role.SALES_MANAGER,
    Role.SALES,
    Role.SALES_ALLOCATIONS,
}
ASKING = 3


def review(client: Client, *invoices: Invoice) -> str:
    return client.post(REVIEW, {"tick": [str(invoice.pk) for invoice in invoices]}).content.decode()


def form(*invoices: Invoice, submission: str = "p1", **addresses: str) -> dict[str, str]:
    """The review as a browser sends it: the addresses as they were prefilled."""
    known = {f"to-{one.customer_id}": ", ".join(one.customer.invoice_emails) for one in invoices}
    return {
        "chosen": ",".join(one.pk.hex for one in invoices),
        "press": submission,
        **known,
        **addresses,
    }


def to(invoice: Invoice) -> str:
    return f"to-{invoice.customer_id}"


def make_sent(owner: User, *invoices: Invoice) -> MailingRun:
    signed_in(owner).post(SEND, form(*invoices, submission=uuid4().hex))
    work_mailing_runs.sweep()
    return MailingRun.objects.latest("pk")


def test_the_review_has_a_row_for_each_customer_with_addresses_invoices_and_total(owner: User) -> None:
    customer = make_customer(owner.company, invoice_emails=["a@x.example", "b@x.example"])
    first, second = (make_invoice(owner, price, customer=customer) for price in ("60.00", "40.00"))
    text = review(signed_in(owner), first, second)
    assert f'name="{to(first)}" value="a@x.example, b@x.example"' in text
    assert f"{first.number}, {second.number}" in text
    assert "$100.00" in text


def test_the_review_says_what_is_skipped_and_why(owner: User) -> None:
    off = make_invoice(owner, customer=make_customer(owner.company, links_enabled=False, name="Quiet Shop"))
    voided, good = make_invoice(owner), make_invoice(owner)
    write_order.void(owner.company, voided.order_id, by=owner)
    text = review(signed_in(owner), off, voided, good).split("Will be skipped")
    assert "Payment links are switched off for Quiet Shop." in text[1]
    assert "A void invoice cannot be paid." in text[1]
    assert good.number in text[0]


def test_an_obstacle_for_the_whole_company_is_said_once_and_nothing_can_be_sent(owner: User) -> None:
    invoices = [make_invoice(owner) for _ in range(3)]
    Company.objects.update(manual_links_enabled=False)
    client = signed_in(owner)
    text = review(client, *invoices)
    assert text.count("Payment links are switched off for what is sent by hand.") == 1
    assert ">Send</button>" not in text.split("page-head")[1]
    assert client.post(SEND, form(*invoices)).status_code == 422
    assert not MailingRun.objects.exists()


def test_a_wrong_address_is_named_beside_its_row_and_nothing_typed_is_lost(owner: User) -> None:
    bad, good = make_invoice(owner), make_invoice(owner)
    typed = {to(bad): "ann@shop.example; nobody", to(good): "new@shop.example"}
    answer = signed_in(owner).post(SEND, form(bad, good, **typed))
    text = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "“nobody” is not an e-mail address." in text
    assert all(f'value="{value}"' in text for value in typed.values())
    assert 'name="press" value="p1"' in text
    assert not MailingRun.objects.exists()


def test_without_any_address_nothing_is_sent_and_it_says_so(owner: User) -> None:
    invoice = make_invoice(owner)
    answer = signed_in(owner).post(SEND, form(invoice, **{to(invoice): " "}))
    assert answer.status_code == 422
    assert "Give at least one e-mail address" in answer.content.decode()


def test_an_empty_address_skips_that_customer_only(owner: User) -> None:
    skipped, good = make_invoice(owner), make_invoice(owner)
    client = signed_in(owner)
    answer = client.post(SEND, form(skipped, good, **{to(skipped): ""}), follow=True)
    work_mailing_runs.sweep()
    text = client.get(answer.redirect_chain[0][0]).content.decode()
    assert "There is no e-mail address to send to." in text
    assert Message.objects.get(kind="invoices").recipient == good.customer.invoice_emails[0]


def test_send_pressed_twice_leads_to_the_same_run(owner: User) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)
    places = {client.post(SEND, form(invoice))["Location"] for _ in range(2)}
    work_mailing_runs.sweep()
    assert places == {f"/office/mailing-runs/{MailingRun.objects.get().pk}/"}
    assert Link.objects.count() == 1


def test_send_pressed_in_two_tabs_at_once_sends_once(owner: User) -> None:
    invoice = make_invoice(owner)
    clients = [signed_in(owner) for _ in range(3)]
    answers = at_once(*[partial(client.post, SEND, form(invoice)) for client in clients])
    at_once(*[work_mailing_runs.sweep] * 3)
    assert {getattr(answer, "status_code", answer) for answer in answers} == {302}
    assert (
        MailingRun.objects.count()
        == Link.objects.count()
        == Message.objects.filter(kind="invoices").count()
        == 1
    )


def test_all_that_match_go_to_the_review(owner: User) -> None:
    invoices = [make_invoice(owner) for _ in range(3)]
    client = signed_in(owner)
    text = client.post(LIST, {"q": "Corner", "act": "all"}, headers={"HX-Request": "true"}).content.decode()
    frozen = re.search(r'name="all" value="([^"]+)"', text)
    assert frozen
    text = client.post(REVIEW, {"all": unescape(frozen[1])}).content.decode()
    assert all(invoice.number in text for invoice in invoices)


@pytest.mark.parametrize("sent", [{}, {"tick": "x"}, {"tick": str(uuid4()), "all": "q=%00&upto="}])
def test_a_review_of_nothing_is_a_sentence(owner: User, sent: dict[str, str]) -> None:
    answer = signed_in(owner).post(REVIEW, sent)
    assert answer.status_code < 500
    assert (
        "Choose at least one invoice first." in answer.content.decode()
        or "Nothing to send" in answer.content.decode()
    )


def test_too_many_are_refused_with_what_to_do(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_payment_links, "MOST_INVOICES", 1)
    answer = signed_in(owner).post(REVIEW, {"tick": [str(make_invoice(owner).pk) for _ in range(2)]})
    assert answer.status_code == 422
    assert "Choose fewer" in answer.content.decode()


def test_the_page_of_a_run_counts_and_stops_asking_when_all_is_done(owner: User, bank: Bank) -> None:
    good, gone = make_invoice(owner), make_invoice(owner)
    bank.refuse_mail("reject_permanent", to=gone.customer.invoice_emails[0], times=1)
    client = signed_in(owner)
    client.post(SEND, form(good, gone))
    here = f"/office/mailing-runs/{MailingRun.objects.get().pk}/progress/"
    assert "every 1s" in client.get(here).content.decode()
    work_mailing_runs.sweep()
    deliver_outbox.deliver()
    text = client.get(here).content.decode()
    figures = dict(re.findall(r"<dt>([\w ]+)</dt><dd class=\"figure\">(\d+)</dd>", text))
    assert figures == {
        "Queued": "0",
        "Sent": "2",
        "Skipped": "0",
        "Failed": "0",
        "Mails waiting": "0",
        "Mails sent": "1",
        "Mails bounced": "1",
    }
    assert gone.customer.invoice_emails[0] in text
    assert "every 1s" not in text


def test_recent_runs_are_reachable_from_the_list(owner: User) -> None:
    run = make_sent(owner, make_invoice(owner))
    assert f"/office/mailing-runs/{run.pk}/" in signed_in(owner).get(LIST).content.decode()


@pytest.mark.parametrize("many", [2, 20])
def test_review_and_page_cost_the_same_however_many_customers(
    owner: User, many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    invoices = [make_invoice(owner) for _ in range(many)]
    client = signed_in(owner)
    # The invoices, the customers, what is held, the open credits, the account.
    with django_assert_num_queries(ASKING + 5):
        review(client, *invoices)
    run = make_sent(owner, *invoices)
    with django_assert_num_queries(ASKING + 5):  # the run, its states, mails, bounces and reasons
        client.get(f"/office/mailing-runs/{run.pk}/progress/")


@pytest.mark.parametrize("role", Role)
def test_who_may_see_open_invoices_may_send_links_for_them(owner: User, role: Role) -> None:
    invoice = make_invoice(owner)
    run = make_sent(owner, invoice)
    client = signed_in(make_user(owner.company, role))
    doors = [client.get(LIST), client.post(REVIEW, {"tick": str(invoice.pk)}), client.post(f"{LIST}picked/")]
    doors += [client.post(SEND, form(invoice)), client.get(f"/office/mailing-runs/{run.pk}/")]
    doors += [client.get(f"/office/mailing-runs/{run.pk}/progress/")]
    assert {answer.status_code == 403 for answer in doors} == {role not in MAY}
    assert ("Open Invoices" in client.get("/office/").content.decode()) == (role in MAY)


def test_a_stranger_finds_neither_our_run_nor_our_invoices(owner: User, stranger: User) -> None:
    invoice = make_invoice(owner)
    run, client = make_sent(owner, invoice), signed_in(stranger)
    for address in (f"/office/mailing-runs/{run.pk}/", f"/office/mailing-runs/{run.pk}/progress/"):
        assert client.get(address).status_code == 404
    assert invoice.number not in review(client, invoice)
    assert client.post(SEND, form(invoice)).status_code == 422
    assert MailingRun.objects.count() == 1


def test_looking_at_a_review_sends_nothing(owner: User) -> None:
    review(signed_in(owner), make_invoice(owner))
    assert signed_in(owner).get(REVIEW).status_code == 302
    assert not Message.objects.filter(kind="invoices").exists()


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_from_the_list_to_the_finished_run(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    off = make_customer(
        owner.company, links_enabled=False, name="A florist with a rather long name, and Sons"
    )
    for customer in (None, off, make_customer(owner.company, invoice_emails=[])):
        make_invoice(owner, "12345.67", customer=customer)
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(LIST)
    check(page)
    page.get_by_role("button", name="Tick this page").click()
    page.get_by_text("3 invoices").wait_for()
    check(page)
    page.get_by_role("button", name="Send Payment Links").click()
    page.get_by_text("Will be skipped").wait_for()
    check(page)
    page.get_by_role("button", name="Send", exact=True).last.click()
    page.get_by_text("customers done").wait_for()
    work_mailing_runs.sweep()
    page.get_by_text("the last mails are leaving").wait_for()
    check(page)
    assert complaints == []


def test_without_script_links_are_sent_too(owner: User, browse: Open) -> None:
    invoice = make_invoice(owner)
    page = browse(owner, java_script_enabled=False).new_page()
    page.goto(LIST)
    page.get_by_label(invoice.number).check()
    page.get_by_role("button", name="Send Payment Links").click()
    page.get_by_role("button", name="Send", exact=True).last.click()
    page.get_by_text("Sending to 1 customer …").wait_for()
    assert "Payment links for 1 invoice" in page.inner_text("main")


def test_ticks_are_counted_while_one_ticks_and_survive_a_search(owner: User, browse: Open) -> None:
    first, second = make_invoice(owner, "10.00"), make_invoice(owner, "5.00")
    page = browse(owner).new_page()
    page.goto(LIST)
    page.get_by_label(first.number, exact=True).check()
    page.get_by_text("1 invoice of 1 customer").wait_for()
    page.get_by_role("searchbox").fill(second.number)
    page.locator("#open-rows", has_not_text=first.number).wait_for()
    page.get_by_label(second.number, exact=True).check()
    page.get_by_text("2 invoices of 2 customers").wait_for()
    assert f"q={second.number}" in page.url
    page.get_by_role("button", name="Send Payment Links").click()
    page.get_by_role("heading", name="Send Payment Links").wait_for()
    assert first.number in page.inner_text("main")
