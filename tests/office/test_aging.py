"""A/R > Aging / Statements: who owes how late, found, sorted, paged; and statements for many."""

import re
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice
from factories.credits import make_credit
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.mailing_runs.models import MailingRun
from florin.domain.staff.models import User
from florin.domain.statements.composing import Period
from florin.domain.statements.instructions import Instructions
from florin.domain.statements.models import Statement, Type
from florin.flows import send_statements, work_mailing_runs
from florin.kernel import clock
from office import signed_in
from office.conftest import Open
from office.test_accessibility import SCREENS, check

AGING = "/office/aging/"
ASKING = 3  # the session, the person, the company


def make_late(owner: User, days: int, price: str = "10.00", name: str = "") -> Invoice:
    customer = make_customer(owner.company, name=name) if name else None
    invoice = make_invoice(owner, price, customer=customer)
    due_on = clock.today(owner.company.time_zone) - timedelta(days=days)
    Item.objects.filter(pk=invoice.item_id).update(due_on=due_on)
    return invoice


def names(page: str) -> list[str]:
    return re.findall(r'<a href="/office/customers/[^"]+/">([^<]+)</a>', page)


def test_a_row_shows_what_is_owed_by_how_late_it_is(owner: User) -> None:
    invoice = make_late(owner, 45, "12.34")
    make_credit(invoice.customer, 100)

    page = signed_in(owner).get(AGING).content.decode()

    row = page.split("<tbody>")[1].split("</tr>")[0]
    assert re.findall(r'data-label="([^"]+)">[^<]*\$', row) == ["31–60 days late", "Credits", "Total"]  # noqa: RUF001
    assert "\N{MINUS SIGN}$1.00" in row
    assert "$11.34" in row
    assert f"/office/customers/{invoice.customer_id}/statement/" in row


def test_each_column_sorts_both_ways(owner: User) -> None:
    make_late(owner, 5, "10.00", name="Anna")
    make_late(owner, 5, "30.00", name="Berta")
    make_late(owner, 45, "20.00", name="Carla")
    client = signed_in(owner)

    for sort, found in {
        "name": ["Anna", "Berta", "Carla"],
        "-name": ["Carla", "Berta", "Anna"],
        "-total": ["Berta", "Carla", "Anna"],
        "to_60": ["Anna", "Berta", "Carla"],
        "-to_60": ["Carla", "Anna", "Berta"],
        "nonsense": ["Anna", "Berta", "Carla"],
    }.items():
        assert names(client.get(AGING, {"sort": sort}).content.decode()) == found, sort


def test_a_search_narrows_rows_and_totals_and_says_when_nothing_fits(owner: User) -> None:
    make_late(owner, 5, "10.00", name="Anna")
    make_late(owner, 5, "30.00", name="Berta")
    client = signed_in(owner)

    page = client.get(AGING, {"q": "ann"}, headers={"HX-Request": "true"}).content.decode()

    assert names(page) == ["Anna"]
    assert "$10.00" in page.split("<tfoot>")[1]
    assert "Nothing found" in client.get(AGING, {"q": "zzz"}).content.decode()


def test_where_nobody_owes_the_page_says_so(owner: User) -> None:
    assert "Nothing is owed" in signed_in(owner).get(AGING, {"q": " "}).content.decode()


def test_pages_hold_fifty_and_odd_page_numbers_lead_somewhere(owner: User) -> None:
    for _customer in range(52):
        make_invoice(owner, "1.00")
    client = signed_in(owner)

    for number, count in {"1": 50, "2": 2, "99": 2, "-1": 50, "x": 50, "9" * 30: 50}.items():
        page = client.get(AGING, {"page": number}).content.decode()
        assert len(names(page)) == count, number
        assert "$52.00" in page.split("<tfoot>")[1]


def test_the_page_costs_the_same_for_one_customer_as_for_thirty(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    for rounds in (1, 30):
        for _customer in range(rounds):
            make_invoice(owner)
        with django_assert_num_queries(ASKING + 3):  # the table, what is in progress, the latest runs
            client.get(AGING)


def test_statements_for_the_ticked_are_reviewed_and_sent_once(owner: User) -> None:
    going = make_invoice(owner).customer
    nowhere = make_customer(owner.company, name="No Address", invoice_emails=[])
    make_invoice(owner, customer=nowhere)
    make_invoice(owner)
    client = signed_in(owner)

    review = client.post(f"{AGING}statements/", {"customer": [going.pk, nowhere.pk, "x"]}).content.decode()
    submission, chosen = (
        re.findall(rf'name="{name}" value="([^"]+)"', review)[0] for name in ("press", "chosen")
    )
    form = {"press": submission, "chosen": chosen, "type": "open_items", "payment_link": "on"}
    answers = [client.post(f"{AGING}statements/send/", form) for _ in range(2)]
    work_mailing_runs.sweep()

    assert "There is no e-mail address" in review
    assert "Send to 1 customer" in review
    run = MailingRun.objects.get()
    assert [answer["Location"] for answer in answers] == [f"/office/mailing-runs/{run.pk}/"] * 2
    assert [statement.customer_id for statement in Statement.objects.all()] == [going.pk]
    told = client.get(answers[0]["Location"]).content.decode()
    assert "No Address" in told
    assert "Every customer is done" in told


def test_statements_for_all_that_match_follow_the_search(owner: User) -> None:
    make_late(owner, 5, name="Rosa One")
    make_late(owner, 5, name="Rosa Two")
    make_late(owner, 5, name="Tulip")

    review = signed_in(owner).post(f"{AGING}statements/", {"all": "1", "q": "rosa"}).content.decode()

    assert "Send to 2 customers" in review
    assert "Tulip" not in review


def test_without_a_tick_the_review_says_what_to_do(owner: User) -> None:
    answer = signed_in(owner).post(f"{AGING}statements/", {})

    assert answer.status_code == 422
    assert "Choose at least one customer first." in answer.content.decode()


def test_a_wrong_date_sends_nothing_and_keeps_the_choice(owner: User) -> None:
    customer = make_invoice(owner).customer
    form = {"chosen": customer.pk.hex, "type": "open_items", "end_on": "2099-01-01", "press": "p"}

    answer = signed_in(owner).post(f"{AGING}statements/send/", form)

    assert answer.status_code == 422
    assert 'value="2099-01-01"' in answer.content.decode()
    assert customer.pk.hex in answer.content.decode()
    assert not MailingRun.objects.exists()


def test_another_companys_customers_and_runs_are_not_there(owner: User, stranger: User) -> None:
    theirs = make_invoice(stranger).customer
    client = signed_in(owner)
    run = send_statements.start(
        stranger.company,
        [theirs.pk],
        Instructions(Period(Type.OPEN_ITEMS, None, clock.today("UTC")), with_link=True),
        submission="p",
        by=stranger,
    )

    assert client.post(f"{AGING}statements/", {"customer": theirs.pk}).status_code == 422
    assert client.get(f"/office/mailing-runs/{run.pk}/").status_code == 404
    assert client.get(f"/office/mailing-runs/{run.pk}/progress/").status_code == 404
    assert theirs.name not in client.get(AGING).content.decode()


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_in_the_table_and_the_review(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    for late in (-5, 5, 45, 75, 100):
        make_late(owner, late, "99999.99", name=f"A rather long name of a florist, number {late}")
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    page.goto(AGING)
    check(page)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Statements for the ticked").click()
    page.get_by_role("heading", name="Send Statements").wait_for()
    check(page)


def test_many_go_out_by_keyboard_and_mouse_alike(company: Company, owner: User, browse: Open) -> None:
    make_late(owner, 5)
    page = browse(owner).new_page()
    page.goto(AGING)
    page.get_by_role("button", name="Statement for this one").click()
    page.get_by_role("button", name="Send to 1 customer").click()
    page.get_by_text("Sending to 1 customer …").wait_for()
    work_mailing_runs.sweep()
    page.get_by_text("Every customer is done").wait_for()
    assert Statement.objects.filter(company=company).count() == 1
