"""Order Entry > Order Summary: filters, order, pages, and what can be done with each row (R4)."""

import gzip
import re
from datetime import date, timedelta

import pytest

from factories import make_customer, make_invoice, make_link, make_order, make_user
from factories.attempts import open_attempt, report
from florin.contracts.processor import Outcome
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import write_order
from florin.kernel import clock
from office import signed_in

SUMMARY = "/office/orders/"


def shown(user: User, **query: str) -> list[str]:
    """The numbers of the orders that are shown, from the top."""
    text = signed_in(user).get(SUMMARY, query).content.decode()
    return re.findall(r">(SO-\d+)</a></th>", text)


def overdue(owner: User) -> Invoice:
    invoice = make_invoice(owner)
    yesterday = clock.today(owner.company.time_zone) - timedelta(days=1)
    Item.objects.filter(pk=invoice.item_id).update(due_on=yesterday)
    return invoice


def test_paid_open_and_overdue_are_told_apart(owner: User) -> None:
    make_order(owner)
    late, due, paid = overdue(owner), make_invoice(owner), make_invoice(owner, "0.00")
    write_order.void(owner.company, make_invoice(owner).order_id, by=owner)
    assert shown(owner, paid="open") == [due.order.number, late.order.number]
    assert shown(owner, paid="overdue") == [late.order.number]
    assert shown(owner, paid="paid") == [paid.order.number]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (SUMMARY, "Payment in progress"),
        ("/office/customers/{customer}/", "Payment in progress"),
        ("/office/aging/", "$100.00 in progress"),
    ],
)
def test_what_is_being_paid_is_said_wherever_it_is_owed(owner: User, page: str, words: str) -> None:
    invoice = make_invoice(owner)
    make_invoice(owner)
    address, client = page.format(customer=invoice.customer_id), signed_in(owner)
    assert "in progress" not in client.get(address).content.decode()

    report(open_attempt(make_link(owner, invoice)), Outcome.PENDING)

    assert client.get(address).content.decode().count(words) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"number": "so-10001"}, 1),
        ({"number": "SO-1000"}, 2),
        ({"po": "po-7"}, 1),
        ({"customer": "Tulip"}, 1),
        ({"customer": "tul hou"}, 1),
        ({"customer": "nobody at all"}, 0),
        ({"state": "confirmed"}, 0),
        ({"state": "draft"}, 2),
        ({"q": "Tulip", "po": "PO-7"}, 0),
        ({"q": "PO-7"}, 1),
        ({"q": "tulip"}, 1),
        ({"q": "nothing like it"}, 0),
    ],
)
def test_filters_narrow_the_list(owner: User, query: dict[str, str], found: int) -> None:
    make_order(owner, po_number="PO-7731")
    make_order(owner, customer=make_customer(owner.company, name="Tulip House"))
    assert len(shown(owner, **query)) == found


def test_words_find_numbers_and_customers_together(owner: User) -> None:
    first = make_order(owner, po_number="Tulip-1")
    second = make_order(owner, customer=make_customer(owner.company, name="Tulip House"))
    assert shown(owner, q="tulip") == [second.number, first.number]


def test_dates_narrow_on_both_sides(owner: User) -> None:
    orders = [make_order(owner) for _day in range(3)]
    for place, order in enumerate(orders, start=1):
        Order.objects.filter(pk=order.pk).update(ordered_on=date(2026, 3, place))
    assert shown(owner, since="2026-03-02") == [orders[2].number, orders[1].number]
    assert shown(owner, since="2026-03-02", until="2026-03-02") == [orders[1].number]


@pytest.mark.parametrize("query", [{"since": "yesterday"}, {"since": "2026-03-02", "until": "2026-03-01"}])
def test_days_that_cannot_be_are_said_and_stay_typed(owner: User, query: dict[str, str]) -> None:
    answer = signed_in(owner).get(SUMMARY, query)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert all(f'value="{typed}"' in answer.content.decode() for typed in query.values())


@pytest.mark.parametrize("sort", ["number", "customer", "ordered", "total"])
def test_each_order_runs_both_ways_over_all_pages(owner: User, sort: str) -> None:
    customers = [make_customer(owner.company, name=f"{name}_&=1") for name in "CAB"]
    for place in range(55):
        make_order(owner, str(place % 4), customer=customers[place % 3])
    client, rounds = signed_in(owner), {}
    for way in (sort, f"-{sort}"):
        address: str | None = f"?sort={way}"
        found: list[str] = []
        while address:
            text = client.get(f"{SUMMARY}{address}").content.decode()
            found += re.findall(r">(SO-\d+)</a></th>", text)
            onward = re.search(r'href="(\?[^"]*after=[^"]+)">Next', text)
            address = onward[1].replace("&amp;", "&") if onward else None
        rounds[way] = found
    assert len(set(rounds[sort])) == len(rounds[sort]) == 55
    assert rounds[sort] == rounds[f"-{sort}"][::-1]


def test_numbers_are_sorted_as_numbers(owner: User) -> None:
    first, second = make_order(owner), make_order(owner)
    Order.objects.filter(pk=first.pk).update(number="SO-99999")
    Order.objects.filter(pk=second.pk).update(number="SO-100000")
    assert shown(owner, sort="number") == ["SO-99999", "SO-100000"]


def test_a_heading_says_how_the_list_is_sorted(owner: User) -> None:
    make_order(owner)
    text = signed_in(owner).get(f"{SUMMARY}?sort=-total&q=SO").content.decode()
    assert 'aria-sort="descending"><a class="sorter" href="?sort=total&amp;q=SO"' in text


def acts(user: User) -> list[str]:
    text = signed_in(user).get(SUMMARY).content.decode()
    return re.findall(r' data-\w+="(?:/office/invoices/[^/]+/)?(\w+)/"', text)


def test_a_page_of_fifty_orders_has_one_menu_and_is_small_on_the_wire(owner: User) -> None:
    for _order in range(50):
        make_invoice(owner)
    page = signed_in(owner).get(SUMMARY).content
    assert page.count(b"data-pdf=") == 50
    assert page.count(b'data-act="pdf"') == 1
    assert len(gzip.compress(page)) < 12_000


def test_a_draft_can_be_confirmed_edited_and_voided(owner: User) -> None:
    make_order(owner)
    assert acts(owner) == ["email", "confirm", "edit", "void"]


def test_an_invoice_can_be_mailed_and_downloaded_too(owner: User) -> None:
    make_invoice(owner)
    assert acts(owner) == ["email", "edit", "void", "pdf"]


def test_a_void_order_has_only_its_document(owner: User) -> None:
    write_order.void(owner.company, make_invoice(owner).order_id, by=owner)
    assert acts(owner) == ["pdf"]


def test_who_may_only_send_does_not_see_the_rest(company: Company, owner: User) -> None:
    make_invoice(owner)
    make_order(owner)
    assert acts(make_user(company, Role.ACCOUNTS_RECEIVABLE)) == ["email", "pdf"]


@pytest.mark.parametrize(
    "query",
    [
        "sort=--total",
        "sort=%00",
        "paid=x",
        "since=9999-99-99",
        "after=1_2_3",
        "after=_",
        "sort=number&after=a_b",
    ],
)
def test_absurd_questions_get_a_calm_page(owner: User, query: str) -> None:
    assert signed_in(owner).get(f"{SUMMARY}?{query}").status_code == 200
