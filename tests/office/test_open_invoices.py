"""A/R > Open Invoices: what it shows, how it is searched, sorted, paged and ticked, and what it costs."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_draft, make_invoice, make_link
from factories.credits import pay_by_credit
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices import queries
from florin.domain.invoices.models import Invoice
from florin.domain.invoices.queries import OpenInvoiceFilter
from florin.domain.ledger.models import Item
from florin.domain.staff.models import User
from florin.flows import confirm_order, write_order
from florin.kernel import clock, paging
from florin.kernel.database import new_key
from florin.screens.office.invoices import selection
from office import signed_in

HTMX = {"HX-Request": "true"}
HERE = "/office/open-invoices/"
ASKING = 3


def make_due(owner: User, late: int, *prices: str, customer: Customer | None = None) -> Invoice:
    """An open invoice that is so many days late."""
    invoice = make_invoice(owner, *prices, customer=customer)
    due_on = clock.today(owner.company.time_zone) - timedelta(days=late)
    Item.objects.filter(pk=invoice.item_id).update(due_on=due_on)
    Invoice.objects.filter(pk=invoice.pk).update(due_on=due_on)
    return invoice


def shown(client: Client, **asked: str | list[str]) -> list[str]:
    """The numbers on the page, from the top."""
    text = client.post(HERE, asked, headers=HTMX).content.decode()
    return re.findall(r">(INV-\d+)</a>", text)


def ticked(text: str) -> list[str]:
    return re.findall(r'name="tick" value="[\w-]+" aria-label="(INV-\d+)" checked', text)


def test_it_shows_what_is_owed_the_earliest_due_first(owner: User) -> None:
    late, fresh = make_due(owner, 12, "30.00"), make_due(owner, -5)
    paid = make_due(owner, 1)
    pay_by_credit(paid, paid.total)
    client = signed_in(owner)

    assert shown(client) == [late.number, fresh.number]
    text = client.get(HERE).content.decode()
    assert '<span class="late">12</span>' in text
    assert "$30.00" in text


@pytest.mark.parametrize(
    ("order", "wanted"), [("due", "abc"), ("-due", "cba"), ("-balance", "bca"), ("customer", "cab")]
)
def test_it_sorts(owner: User, order: str, wanted: str) -> None:
    names = {"a": ("Mimosa", 9, "10.00"), "b": ("Zinnia", 5, "30.00"), "c": ("Aster", 1, "20.00")}
    numbers = {
        letter: make_due(owner, late, price, customer=make_customer(owner.company, name=name)).number
        for letter, (name, late, price) in names.items()
    }

    assert shown(signed_in(owner), sort=order) == [numbers[letter] for letter in wanted]


@pytest.mark.parametrize("sort", [sign + name for name in queries.SORTS for sign in ("", "-")])
def test_pages_in_every_order_have_no_gaps_and_no_doubles(
    owner: User, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(paging, "ROWS", 2)
    customers = [make_customer(owner.company, name=name) for name in ("A|b", "Zoë", "a b")]
    made = {make_due(owner, place % 3, "7.00", customer=customers[place % 2]).number for place in range(11)}
    found, after = [], ""
    for _ in range(9):
        page = queries.page(owner.company_id, OpenInvoiceFilter(), sort=sort, after=after)
        found += [row.number for row in page.rows]
        after = page.after
        if not after:
            break
    assert len(found) == len(made)
    assert set(found) == made


@pytest.mark.parametrize("words", ["INV-", "inv-1", "1000", "PO-77", "rosewood", "wood-9"])
def test_an_invoice_is_found_by_number_po_and_customer_once(owner: User, words: str) -> None:
    customer = make_customer(owner.company, name="Rosewood Hall", number="WOOD-9")
    draft = make_draft(customer, "5.00", po_number="PO-7731")
    order = write_order.create(owner.company, draft, by=owner)
    invoice = confirm_order.confirm(owner.company, order.pk, by=owner)

    assert shown(signed_in(owner), q=words) == [invoice.number]
    assert shown(signed_in(owner), q="tulipomania") == []


def test_it_filters_by_lateness_due_date_currency_customer_and_whether_a_link_was_sent(owner: User) -> None:
    late, fresh = make_due(owner, 40), make_due(owner, -3)
    yen = make_due(owner, -9, "500", customer=make_customer(owner.company, currency="JPY"))
    make_link(owner, fresh)
    client = signed_in(owner)
    day = clock.today(owner.company.time_zone) + timedelta(days=3)

    assert shown(client, late="1") == [late.number]
    assert shown(client, **{"from": day.isoformat(), "to": day.isoformat()}) == [fresh.number]
    assert shown(client, currency="JPY") == [yen.number]
    assert shown(client, customer=str(fresh.customer_id)) == [fresh.number]
    assert shown(client, link="sent") == [fresh.number]
    assert shown(client, link="none") == [late.number, yen.number]


def test_a_date_that_is_none_is_named_and_narrows_nothing(owner: User) -> None:
    invoice = make_due(owner, 1)
    text = signed_in(owner).post(HERE, {"from": "soon"}, headers=HTMX).content.decode()
    assert "This is not a date" in text
    assert invoice.number in text


def test_it_says_how_far_the_latest_link_has_come(owner: User) -> None:
    make_due(owner, 1)
    make_link(owner, make_due(owner, 2))
    opened = make_link(owner, make_due(owner, 3))
    type(opened).objects.filter(pk=opened.pk).update(opened_at=clock.now())
    text = signed_in(owner).get(HERE).content.decode()
    assert re.findall(r"(?:badge badge-\w+|soft)\">(Opened|On its way|Not sent)<", text) == [
        "Opened",
        "On its way",
        "Not sent",
    ]


def test_ticks_survive_paging_and_searching(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "ROWS", 2)
    invoices = [make_due(owner, 9 - place) for place in range(5)]
    client = signed_in(owner)
    first = client.post(HERE, {"tick": str(invoices[0].pk)}, headers=HTMX).content.decode()
    after = re.search(r'name="after" value="([^"]+)"', first)
    assert after
    asked = {"tick": [str(invoices[0].pk)], "after": after[1]}
    second = client.post(HERE, asked, headers=HTMX).content.decode()
    assert f'name="kept" value="{invoices[0].pk}"' in second
    assert "<b>1 invoice</b>" in second
    back = client.post(HERE, {"kept": [str(invoices[0].pk)], "q": invoices[0].number}, headers=HTMX)
    assert ticked(back.content.decode()) == [invoices[0].number]


def test_more_ticks_than_an_address_holds_are_said_to_be_lost_with_the_list(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "MOST_IN_ADDRESS", 2)
    keys = [str(make_invoice(owner).pk) for _invoice in range(3)]
    for ticked, told in ((keys[:2], False), (keys, True)):
        text = signed_in(owner).post(f"{HERE}picked/", {"tick": ticked}, headers=HTMX).text
        assert ("are lost when you leave this list" in text) is told


def test_what_is_ticked_is_added_up_in_each_currency(owner: User, stranger: User) -> None:
    dollars = make_due(owner, 1, "12.50")
    yen = make_due(owner, 1, "500", customer=make_customer(owner.company, currency="JPY"))
    theirs = make_due(stranger, 1)
    keys = [str(invoice.pk) for invoice in (dollars, yen, theirs)]
    text = signed_in(owner).post(f"{HERE}picked/", {"tick": keys}, headers=HTMX).content.decode()
    assert "<b>2 invoices</b> of 2 customers" in text
    assert "<b>¥500</b>" in text
    assert "<b>$12.50</b>" in text


def test_all_that_match_are_chosen_as_they_were_at_that_moment(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "ROWS", 2)
    for late in (5, 6, 7):
        make_due(owner, late)
    make_due(owner, -1)
    client = signed_in(owner)
    text = client.post(HERE, {"late": "1", "act": "all"}, headers=HTMX).content.decode()
    assert "<b>3 invoices</b>" in text
    assert len(ticked(text)) == 2
    frozen = re.search(r'name="all" value="([^"]+)"', text)
    assert frozen
    make_due(owner, 8)
    later = client.post(HERE, {"all": frozen[1].replace("&amp;", "&")}, headers=HTMX).content.decode()
    assert "<b>3 invoices</b>" in later


def test_this_page_is_ticked_and_cleared_with_one_press(owner: User) -> None:
    invoices = [make_due(owner, late) for late in (3, 2)]
    client = signed_in(owner)
    text = client.post(HERE, {"act": "page"}, headers=HTMX).content.decode()
    assert ticked(text) == [invoice.number for invoice in invoices]
    keys = [str(invoice.pk) for invoice in invoices]
    assert ticked(client.post(HERE, {"act": "none", "tick": keys}, headers=HTMX).content.decode()) == []


def test_this_page_is_the_one_that_is_shown(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "ROWS", 2)
    last = [make_due(owner, late) for late in (4, 3, 2)][-1]
    client = signed_in(owner)
    pages = [client.get(HERE).text]
    for field, act in (("after", {}), ("shown_after", {"act": "page"})):
        value = re.search(rf'name="{field}" value="([^"]+)"', pages[-1])
        assert value
        pages.append(client.post(HERE, {field: value[1], **act}, headers=HTMX).text)
    assert ticked(pages[-1]) == [last.number]


@pytest.mark.parametrize("asked", ["", "q=Corner", "sort=customer", "late=1&sort=-balance"])
def test_the_list_costs_as_many_queries_for_one_invoice_as_for_twenty(
    owner: User, asked: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    # Two for the rows, two for the links, what is being paid, two for the currencies, the batches, and one
    # for the switches, one for customers without links; and two to find words.
    queries_ = 10 + 2 * asked.startswith("q=")
    for rounds in (2, 20):
        for _ in range(rounds):
            invoice = make_due(owner, 1)
            make_link(owner, invoice)
        with django_assert_num_queries(ASKING + queries_):
            client.get(f"{HERE}?{asked}")


@pytest.mark.parametrize(
    "query",
    ["q=%00", "after=%00", "after=x|y", "after=9999-99-99", "customer=x", "sort=up", "from=%ED%A0%80"],
)
def test_absurd_questions_get_a_calm_page(owner: User, query: str) -> None:
    make_due(owner, 1)
    assert signed_in(owner).get(f"{HERE}?{query}").status_code == 200


def test_absurd_ticks_choose_nothing(owner: User) -> None:
    sent = {"tick": ["x", "\x00", str(new_key())], "all": "upto=x&q=%00&from=y", "kept": "1"}
    assert signed_in(owner).post(HERE, sent).status_code == 200


def test_an_address_says_what_is_asked_for(owner: User) -> None:
    answer = signed_in(owner).post(HERE, {"q": "rose", "sort": "-due", "press": "x"}, headers=HTMX)
    assert answer["HX-Push-Url"] == f"{HERE}?q=rose&sort=-due"
    assert b"<html" not in answer.content


def test_a_stranger_sees_nothing_of_ours(owner: User, stranger: User) -> None:
    invoice = make_due(owner, 1)
    client = signed_in(stranger)
    for asked in (
        {},
        {"q": invoice.number},
        {"customer": str(invoice.customer_id)},
        {"tick": str(invoice.pk)},
    ):
        text = client.post(HERE, asked).content.decode()
        assert invoice.number not in text.replace(f'value="{invoice.number}"', "")
        assert invoice.customer.name not in text


def test_nothing_on_the_page_needs_inline_script_or_style(owner: User) -> None:
    make_due(owner, 1)
    text = signed_in(owner).get(HERE).content.decode()
    assert not re.search(r"<script(?! src=)|<style| style=| on[a-z]+=", text)


def test_what_forbids_links_is_said_at_the_button_before_anything_is_ticked(owner: User) -> None:
    make_invoice(owner)
    Company.objects.update(manual_links_enabled=False)
    text = signed_in(owner).get("/office/open-invoices/").content.decode()

    button = re.search(r"<button[^>]*open-invoices/review/[^>]*>", text)
    assert button
    assert "disabled" in button[0]
    assert "Payment links are switched off for what is sent by hand." in text


def test_a_row_says_before_it_is_ticked_why_it_cannot_be_sent_with_a_link(owner: User) -> None:
    off = make_customer(owner.company, links_enabled=False)
    invoice = make_invoice(owner, customer=off)
    small, huge, fine = make_invoice(owner, "0.10"), make_invoice(owner, "9999999.00"), make_invoice(owner)
    text = signed_in(owner).get("/office/open-invoices/").content.decode()
    for key, why in {
        invoice.pk: f"Payment links are switched off for {off.name}.",
        small.pk: "Too little for a payment link by itself.",
        huge.pk: "The processor takes at most",
    }.items():
        assert re.search(rf'id="no-link-{key}">{why}', text)
        assert f'aria-describedby="no-link-{key}"' in text
    assert f"no-link-{fine.pk}" not in text
