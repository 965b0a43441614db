"""Create / Send Statement, a statement's page, and a customer's statements."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice
from factories.credits import make_credit
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.domain.statements.models import Statement
from florin.flows import deliver_outbox
from florin.kernel import clock
from office import signed_in
from office.conftest import Open
from office.test_accessibility import SCREENS, check
from testing.bank import Bank

HTMX = {"HX-Request": "true"}
ASKING = 3  # the session, the person, the company


def address(customer: Customer) -> str:
    return f"/office/customers/{customer.pk}/statement/"


def form(owner: User, **fields: str) -> dict[str, str]:
    """The form as a browser sends it, the tick set."""
    today = clock.today(owner.company.time_zone)
    return {
        "press": "a-press",
        "asked": "1",
        "type": "open_items",
        "begin_on": today.replace(day=1).isoformat(),
        "end_on": today.isoformat(),
        "to": "books@florist.example",
        "payment_link": "on",
        **fields,
    }


def send(owner: User, customer: Customer, **fields: str) -> Statement:
    answer = signed_in(owner).post(address(customer), form(owner, **fields))
    assert answer.status_code == 302, answer.content.decode()
    return Statement.objects.latest("pk")


def test_the_form_suggests_until_today_and_who_gets_statements(owner: User) -> None:
    customer = make_customer(owner.company, statement_emails=["books@rosa.example"])
    make_invoice(owner, customer=customer)

    page = signed_in(owner).get(address(customer)).content.decode()

    assert "books@rosa.example</textarea>" in page
    assert f'name="end_on" value="{clock.today("UTC")}"' in page
    assert "checked" in page.split('id="payment_link"')[1].split(">")[0]
    assert "$100.00" in page


def test_what_the_pdf_cannot_show_is_said_at_the_form(owner: User) -> None:
    customer = make_customer(owner.company, name="Rosa \U00013000 花")
    make_invoice(owner, customer=customer)

    page = signed_in(owner).get(address(customer)).content.decode()

    assert "The PDF has no typeface for \U00013000 and shows" in page


def test_without_statement_addresses_the_invoices_addresses_are_suggested(owner: User) -> None:
    customer = make_customer(owner.company, invoice_emails=["bills@rosa.example"])

    assert "bills@rosa.example</textarea>" in signed_in(owner).get(address(customer)).content.decode()


def test_where_nothing_is_owed_the_tick_is_off_and_says_why(owner: User) -> None:
    customer = make_invoice(owner).customer
    make_credit(customer, 10_000)

    page = signed_in(owner).get(address(customer)).content.decode()

    assert "disabled" in page.split('id="payment_link"')[1].split(">")[0]
    assert "Nothing is owed on this statement" in page


def test_the_preview_follows_type_and_days_and_stores_nothing(owner: User) -> None:
    customer = make_invoice(owner).customer
    yesterday = (clock.today("UTC") - timedelta(days=1)).isoformat()
    client = signed_in(owner)

    part = client.get(address(customer), form(owner, end_on=yesterday), headers=HTMX).content.decode()
    pdf = client.get(f"{address(customer)}preview/", {"type": "balance_forward"})

    assert "$0.00" in part
    assert "<html" not in part
    text = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert "Balance forward" in text
    assert "Preview" in text
    assert not Statement.objects.exists()


def test_the_ticks_own_state_survives_a_new_preview(owner: User) -> None:
    customer = make_invoice(owner).customer
    fields = form(owner)
    del fields["payment_link"]

    part = signed_in(owner).get(address(customer), fields, headers=HTMX).content.decode()

    assert "checked" not in part.split('id="payment_link"')[1].split(">")[0]


def test_send_makes_the_statement_and_leads_to_its_page(owner: User) -> None:
    invoice = make_invoice(owner)
    client = signed_in(owner)

    answer = client.post(address(invoice.customer), form(owner))

    statement = Statement.objects.get()
    assert answer["Location"] == f"/office/statements/{statement.pk}/"
    page = client.get(answer["Location"]).content.decode()
    assert "ST-10001 is on its way to books@florist.example, with a payment link." in page
    for said in (invoice.number, "$100.00", "books@florist.example", "Queued", "Statement ST-10001 made"):
        assert said in page


def test_send_pressed_twice_sends_once_from_the_form_too(owner: User) -> None:
    customer = make_invoice(owner).customer

    assert send(owner, customer) == send(owner, customer)
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"to": "nobody"}, "is not an e-mail address"),
        ({"to": ""}, "Give at least one e-mail address."),
        ({"to": " ".join(f"a{number}@b.example" for number in range(21))}, "at most 20 addresses"),
        ({"end_on": "2026-02-31"}, "This is not a date"),
        ({"end_on": "2099-01-01"}, "lies in the future"),
        ({"type": "balance_forward", "begin_on": ""}, "Give the first day"),
        ({"type": "balance_forward", "begin_on": "2050-01-01"}, "lies after the end date"),
    ],
)
def test_a_refusal_keeps_what_was_typed(owner: User, fields: dict[str, str], sentence: str) -> None:
    customer = make_invoice(owner).customer
    sent = form(owner, **fields)

    answer = signed_in(owner).post(address(customer), sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert sent["to"] in page
    assert f'value="{sent["end_on"]}"' in page
    assert 'value="a-press"' in page
    assert not Statement.objects.exists()


def test_nonsense_in_an_address_is_answered_and_never_a_fault(owner: User) -> None:
    customer = make_invoice(owner).customer
    client = signed_in(owner)
    for fields in ({"type": "\x00"}, {"end_on": "9" * 40}, {"begin_on": "x", "type": "all_transactions"}):
        assert client.get(address(customer), fields).status_code == 200
        assert client.get(f"{address(customer)}preview/", fields).status_code in {200, 422}
        assert client.post(address(customer), form(owner, submission="\x00", **fields)).status_code in {
            302,
            422,
        }


def test_two_currencies_lead_to_the_list_of_statements(owner: User) -> None:
    customer = make_invoice(owner).customer
    Customer.objects.filter(pk=customer.pk).update(currency="EUR")
    customer.refresh_from_db()
    make_invoice(owner, customer=customer)
    client = signed_in(owner)

    answer = client.post(address(customer), form(owner))

    page = client.get(answer["Location"]).content.decode()
    assert re.findall(r">(ST-\d+)</a>", page) == ["ST-10002", "ST-10001"]


def test_the_page_shows_what_was_said_then_not_what_is_true_now(owner: User) -> None:
    statement = send(owner, make_invoice(owner).customer)
    make_invoice(owner, "77.00", customer=statement.customer)
    statement.customer.name = "Renamed"
    statement.customer.save()

    client = signed_in(owner)
    page = client.get(f"/office/statements/{statement.pk}/").content.decode()
    pdf = PdfReader(io.BytesIO(client.get(f"/office/statements/{statement.pk}/pdf/").content))

    assert "$77.00" not in page
    text = pdf.pages[0].extract_text()
    assert "Renamed" not in text
    assert "$100.00" in text
    assert "online" not in text


def test_sending_again_shows_the_new_link_beside_the_old(owner: User) -> None:
    statement = send(owner, make_invoice(owner).customer)
    client = signed_in(owner)

    answer = client.post(
        f"/office/statements/{statement.pk}/send/",
        {"to": "again@x.example", "payment_link": "on", "press": "q"},
    )

    page = client.get(answer["Location"]).content.decode()
    assert Link.objects.count() == 2
    assert "again@x.example" in page
    assert client.get(f"/office/statements/{statement.pk}/send/").status_code == 200
    refused = client.post(f"/office/statements/{statement.pk}/send/", {"to": "nobody"})
    assert refused.status_code == 422


def test_the_timeline_says_nothing_new_until_something_happens(owner: User, bank: Bank) -> None:
    statement = send(owner, make_invoice(owner).customer)
    client, here = signed_in(owner), f"/office/statements/{statement.pk}/"
    mark = re.findall(r"timeline/\?seen=(\w+)", client.get(here).content.decode())[0]

    assert client.get(f"{here}timeline/?seen={mark}", headers=HTMX).status_code == 204
    deliver_outbox.deliver()
    news = client.get(f"{here}timeline/?seen={mark}", headers=HTMX).content.decode()

    assert 'hx-swap-oob="true"' in news
    assert "Statement: mailed to books@florist.example" in news


def test_another_companys_customer_and_statement_are_404(owner: User, stranger: User) -> None:
    theirs = send(stranger, make_invoice(stranger).customer)
    client = signed_in(owner)
    key = theirs.pk
    for here in (
        address(theirs.customer),
        f"{address(theirs.customer)}preview/",
        f"/office/customers/{theirs.customer_id}/statements/",
        f"/office/statements/{key}/",
        f"/office/statements/{key}/timeline/",
        f"/office/statements/{key}/pdf/",
        f"/office/statements/{key}/send/",
    ):
        assert client.get(here).status_code == 404, here
    for here in (address(theirs.customer), f"/office/statements/{key}/send/"):
        assert client.post(here, form(owner)).status_code == 404, here
    assert Message.objects.count() == 1


def test_form_page_and_list_cost_the_same_whatever_there_is(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer, client = make_customer(owner.company), signed_in(owner)
    for rounds in (1, 8):
        for place in range(rounds):
            make_invoice(owner, customer=customer)
            send(owner, customer, submission=f"{rounds}-{place}")
        statement = Statement.objects.latest("pk")
        # customer, last statement, movements, orders, what is owed, what is held, credits, account
        with django_assert_num_queries(ASKING + 8):
            client.get(address(customer))
        # the statement, sendings, two for the stages of links, the timeline
        with django_assert_num_queries(ASKING + 5):
            client.get(f"/office/statements/{statement.pk}/")
        with django_assert_num_queries(ASKING + 2):
            client.get(f"/office/customers/{customer.pk}/statements/")


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_in_form_page_and_list(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    customer = make_invoice(owner, "99999.99").customer
    make_credit(customer, 500)
    statement = send(owner, customer, type="balance_forward")
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    for here in (
        address(customer),
        address(make_customer(owner.company)),
        f"/office/statements/{statement.pk}/",
        f"/office/statements/{statement.pk}/send/",
        f"/office/customers/{customer.pk}/statements/",
    ):
        page.goto(here)
        check(page)


def test_a_statement_is_looked_at_and_sent_in_a_browser(owner: User, browse: Open) -> None:
    customer = make_invoice(owner).customer
    page = browse(owner).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto("/office/aging/")
    page.get_by_role("link", name="Create / Send Statement").click()
    page.get_by_label("Balance Forward").check()
    page.get_by_text("Brought forward on").wait_for()
    assert page.get_by_label("First day").is_visible()
    page.get_by_label("To", exact=True).fill("books@florist.example")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("is on its way to books@florist.example, with a payment link.").wait_for()
    page.get_by_role("link", name="Send again").click()
    page.get_by_role("dialog").wait_for()
    check(page)
    assert complaints == []
    assert Statement.objects.get().customer_id == customer.pk


def test_a_first_day_before_the_company_existed_is_fine(owner: User) -> None:
    customer = make_invoice(owner).customer
    statement = send(owner, customer, type="all_transactions", begin_on="2001-01-01")

    content: dict[str, Any] = statement.content
    assert (statement.begin_on, content["begin_on"]) == (date(2001, 1, 1), "2001-01-01")


def test_a_day_that_allows_no_link_does_not_forget_the_tick(owner: User) -> None:
    customer, client = make_customer(owner.company), signed_in(owner)
    make_invoice(owner, customer=customer)
    form = {"type": "open_items", "asked": "1"}

    wrong = client.get(address(customer), {**form, "end_on": "2030-01-01", "payment_link": "on"})
    right = client.get(address(customer), {**form, "end_on": "", "link_wanted": "1"})

    assert 'name="link_wanted"' in wrong.content.decode()
    assert 'name="payment_link" value="on" checked' in right.content.decode()


def test_what_forbids_links_is_said_where_statements_go_to_many(owner: User) -> None:
    customer = make_invoice(owner).customer
    Company.objects.update(manual_links_enabled=False)
    text = signed_in(owner).post("/office/aging/statements/", {"customer": customer.pk.hex}).content.decode()

    assert "Payment links are switched off for what is sent by hand." in text
