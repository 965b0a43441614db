"""The pages: what they show, what they cost, and how they stay up to date."""

import re
from datetime import timedelta
from email.message import EmailMessage
from email.policy import HTTP
from html import unescape
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice, make_link, make_order
from factories.credits import make_credit
from florin.domain.activity import services as activity
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.staff.models import User
from florin.kernel import clock
from florin.screens.office.home import attention
from office import signed_in

HTMX = {"HX-Request": "true"}
# Who asks: the session, the person, the company.
ASKING = 3


@pytest.mark.parametrize(
    ("page", "queries"),
    [
        ("/office/", 14 + len(attention.LOOKS)),
        ("/office/feed/", 4),
        ("/office/orders/", 3),
        ("/office/orders/?q=Corner", 6),  # how many begin so, any of them at all, customers who fit
        ("/office/orders/new/", 1),  # the units that products have
        ("/account/sessions/", 1),
        ("/office/setup/sign-in/", 1),
        ("/office/setup/company/numbers/", 2),
        ("/office/setup/company/email-texts/", 2),
        ("/office/setup/company/", 2),  # is something booked, what was changed
    ],
)
def test_a_page_costs_as_many_queries_for_one_order_as_for_twenty(
    owner: User, page: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    for rounds in (1, 20):
        for _order in range(rounds):
            make_link(owner)
        with django_assert_num_queries(ASKING + queries):
            client.get(page)


def test_an_orders_page_and_its_news_cost_the_same_whatever_happened(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    invoice, client = make_invoice(owner, *["1.00"] * 30), signed_in(owner)
    for _send in range(5):
        make_link(owner, invoice)
    address = f"/office/orders/{invoice.order_id}/"
    with django_assert_num_queries(
        ASKING + 8
    ):  # order, invoice, held, lines, links, their mails and balances, timeline
        page = client.get(address).content.decode()
    seen = re.search(r"timeline/\?seen=(\w+)", page)
    assert seen
    with django_assert_num_queries(ASKING + 4):
        assert client.get(f"{address}timeline/?seen={seen[1]}", headers=HTMX).status_code == 204


def test_the_timeline_brings_the_new_balance_with_it(owner: User) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)
    address = f"/office/orders/{invoice.order_id}/timeline/?seen=before"
    activity.note(
        owner.company_id,
        activity.Kind.PAYMENT_RECEIVED,
        subjects=[invoice.order_id],
        actor="Payer",
        number="PAY-1",
        payment=str(uuid4()),
        method="Visa •••• 4242",
        amount=10000,
        currency="USD",
    )
    text = client.get(address, headers=HTMX).content.decode()
    assert 'id="order-status"' in text
    assert 'hx-swap-oob="true"' in text
    assert "<b>$100.00</b> received by Visa •••• 4242" in text
    assert "PAY-1" in text


@pytest.mark.parametrize("kind", activity.Kind)
def test_every_kind_of_event_is_told_in_a_sentence(owner: User, kind: activity.Kind) -> None:
    order = make_order(owner)
    activity.note(
        owner.company_id, kind, subjects=[order.pk], to="a@x.example", number="N-1", amount=1, currency="USD"
    )
    text = signed_in(owner).get(f"/office/orders/{order.pk}/timeline/", headers=HTMX).content.decode()
    first = text.split('class="timeline-entry timeline-')[1]
    assert re.search(r"<div><p>\s*\S", first)


def test_what_was_noted_before_numbers_were_is_told_without_them(owner: User) -> None:
    order = make_order(owner)
    kind = activity.Kind.CREDIT_APPLIED
    activity.note(owner.company_id, kind, subjects=[order.pk], amount=1, currency="USD")
    text = signed_in(owner).get(f"/office/orders/{order.pk}/").content.decode()
    assert "Credit of $0.01 applied" in text


def test_sales_people_see_a_payment_without_its_receipt(owner: User, colleague: User) -> None:
    order = make_order(owner)
    activity.note(
        owner.company_id,
        activity.Kind.PAYMENT_RECEIVED,
        subjects=[order.pk],
        number="PAY-1",
        payment=str(uuid4()),
        method="Visa",
        amount=1,
        currency="USD",
    )
    assert "/receipt/" in signed_in(owner).get(f"/office/orders/{order.pk}/").content.decode()
    assert "/receipt/" not in signed_in(colleague).get(f"/office/orders/{order.pk}/").content.decode()


def test_home_adds_up_what_is_owed_by_age(owner: User) -> None:
    today = clock.today(owner.company.time_zone)
    for late in (0, 1, 30, 31, 60, 61, 90, 91, 400):
        invoice = make_invoice(owner, "1.00")
        Item.objects.filter(pk=invoice.item_id).update(due_on=today - timedelta(days=late))
    text = signed_in(owner).get("/office/").content.decode()
    assert re.findall(r"<dd>(\$[\d.]+)</dd>", text) == ["$1.00", "$2.00", "$2.00", "$2.00", "$2.00"]
    assert "$9.00" in text


def test_home_and_the_customer_tell_open_invoices_from_credits_and_what_is_left(owner: User) -> None:
    invoice = make_invoice(owner)
    make_credit(invoice.customer, "30.00")
    make_credit(make_customer(owner.company, currency="JPY"), "5")
    said = re.compile(r"<dt>([\w ]+)</dt><dd class=\"figure-large\">([^<]+)</dd>")

    home, customer = (
        said.findall(signed_in(owner).get(address).content.decode())
        for address in ("/office/", f"/office/customers/{invoice.customer_id}/")
    )

    assert [name for name, _amount in customer] == ["Open invoices", "Open credits", "Owed after credits"]
    assert [amount.lstrip("\N{MINUS SIGN}") for _name, amount in customer] == ["$100.00", "$30.00", "$70.00"]
    assert [amount.lstrip("\N{MINUS SIGN}") for _name, amount in home[:6]] == [
        "¥0",
        "¥5",
        "¥5",
        "$100.00",
        "$30.00",
        "$70.00",
    ]


def test_home_tells_of_mails_in_a_row_in_one_line(owner: User) -> None:
    for _mail in range(20):
        make_link(owner)
    activity.note(owner.company_id, activity.Kind.LINK_OPENED, subjects=[], actor="ann@shop.example")
    make_link(owner)

    text = unescape(signed_in(owner).get("/office/feed/").content.decode())

    assert "20 mails with payment links are on their way" in text
    assert "ann@shop.example opened the payment link" in text
    assert text.count("is on its way to") == 1


def test_home_shows_each_currency_by_itself(owner: User) -> None:
    make_invoice(owner, "10.00")
    make_invoice(owner, "500", customer=make_customer(owner.company, currency="JPY"))
    text = signed_in(owner).get("/office/").content.decode()
    assert "$10.00" in text
    assert "¥500" in text


def test_the_summary_is_paged_without_gaps_or_doubles(owner: User) -> None:
    customer = make_customer(owner.company)
    numbers = {make_order(owner, "1", customer=customer).number for _order in range(61)}
    client = signed_in(owner)
    first = client.get("/office/orders/").content.decode()
    after = re.search(r"after=([\w-]+)", first)
    assert after
    second = client.get(f"/office/orders/?after={after[1]}").content.decode()
    found = [re.findall(r">(SO-\d+)</a>", page) for page in (first, second)]
    assert [len(page) for page in found] == [50, 11]
    assert {number for page in found for number in page} == numbers


def test_home_leads_from_what_happened_to_the_order(owner: User, stranger: User) -> None:
    invoice = make_invoice(owner)
    make_link(owner, invoice)
    assert f"/office/orders/{invoice.order_id}/" in signed_in(owner).get("/office/").content.decode()
    assert str(invoice.order_id) not in signed_in(stranger).get("/office/").content.decode()


@pytest.mark.parametrize("words", ["PO-7", "corner", "SO-10001"])
def test_an_order_is_found_by_number_po_and_customer(owner: User, words: str) -> None:
    wanted = make_order(owner, po_number="PO-7731")
    text = signed_in(owner).get("/office/orders/", {"q": words}, headers=HTMX).content.decode()
    assert wanted.number in text
    assert "<html" not in text


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "after=%00",
        "after=9999-99-99_x",
        "after=2020-01-01_1",
        "q=" + "x" * 200,
        "state=%ED%A0%80",
        "&" * 3000,
    ],
)
def test_absurd_questions_get_a_calm_page(owner: User, query: str) -> None:
    assert signed_in(owner).get(f"/office/orders/?{query}").status_code == 200


def test_a_paid_invoice_reads_paid(owner: User) -> None:
    invoice = make_invoice(owner, "0.00")
    assert "Paid" in signed_in(owner).get(f"/office/orders/{invoice.order_id}/").content.decode()


@pytest.mark.parametrize("number", ['A"; x="y', "Über 7", "ñ;7"])
def test_no_number_breaks_the_name_of_a_file(owner: User, number: str) -> None:
    invoice = make_invoice(owner)
    Invoice.objects.filter(pk=invoice.pk).update(number=number)
    told = signed_in(owner).get(f"/office/invoices/{invoice.pk}/pdf/")["Content-Disposition"]
    assert _file_name(told) == f"{number}.pdf"


def test_the_invoice_comes_as_a_pdf(owner: User) -> None:
    invoice = make_invoice(owner)
    answer = signed_in(owner).get(f"/office/invoices/{invoice.pk}/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert invoice.number in answer["Content-Disposition"]


def test_office_pages_are_kept_by_nobody(owner: User) -> None:
    assert signed_in(owner).get("/office/")["Cache-Control"] == "private, no-store"


def test_numbers_in_hidden_fields_have_no_thousands_signs(owner: User) -> None:
    order = make_order(owner)
    order.version = 12345
    order.save()
    assert (
        'name="version" value="12345"'
        in signed_in(owner).get(f"/office/orders/{order.pk}/edit/").content.decode()
    )


def test_nothing_on_the_pages_needs_inline_script_or_style(owner: User) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)
    for page in (
        "",
        "orders/",
        "orders/new/",
        f"orders/{invoice.order_id}/",
        f"orders/{invoice.order_id}/email/",
    ):
        answer = client.get(f"/office/{page}")
        assert not re.search(r"<script(?! src=)|<style| style=| on[a-z]+=", answer.content.decode())
        assert "unsafe" not in answer["Content-Security-Policy"]


def test_signed_out_again_nothing_is_shown(owner: User) -> None:
    client = signed_in(owner)
    client.post("/account/sign-out/")
    assert client.get("/office/").status_code == 302


def _file_name(disposition: str) -> str | None:
    """Read a file's name as RFC 6266 has it, with the standard library's reader of headers."""
    message = EmailMessage(policy=HTTP)
    message["Content-Disposition"] = disposition
    return message.get_filename()
