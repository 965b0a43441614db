"""Setup > Customers: find, add, edit; who may move the switches; two editors at once."""

import re
from html import unescape

import pytest
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice, make_link, make_user
from florin.domain.activity.models import Activity
from florin.domain.companies.models import Company
from florin.domain.customers import queries, services
from florin.domain.customers.models import Customer
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from office import signed_in

NEW = "/office/customers/new/"
HTMX = {"HX-Request": "true"}
ASKING = 3


def form(customer: Customer | None = None, /, **fields: str) -> dict[str, str]:
    """The customer form as a browser sends it, both switches on unless told "off"."""
    typed = {
        "name": customer.name if customer else "Rosa Florist",
        "number": customer.number if customer else "",
        "terms_days": "30",
        "currency": customer.currency if customer else "USD",
        "language": "en",
        "links_enabled": "on",
        "automatic_invoices": "on",
        "seen": services.mark(customer) if customer else "",
        **fields,
    }
    return {name: value for name, value in typed.items() if value != "off"}


def edit(customer: Customer) -> str:
    return f"/office/customers/{customer.pk}/edit/"


def test_a_customer_is_added_with_the_next_number(owner: User) -> None:
    client = signed_in(owner)
    fields = {"invoice_emails": "a@x.example, b@x.example\nA@X.example", "credit_limit": "1,500.50"}
    answer = client.post(NEW, form(**fields))
    customer = Customer.objects.get()
    assert answer["Location"] == f"/office/customers/{customer.pk}/"
    assert (customer.number, customer.credit_limit) == ("C-10001", 150050)
    assert customer.invoice_emails == ["a@x.example", "b@x.example", "A@x.example"]


def test_addresses_are_taken_as_mail_programs_paste_them_and_shown_in_their_letters(owner: User) -> None:
    pasted = 'Doe, Ann <ann@x.example>; "Roe, Bob" <bob@straße.example>'
    client = signed_in(owner)
    client.post(NEW, form(invoice_emails=pasted))
    customer = Customer.objects.get()
    assert customer.invoice_emails == ["ann@x.example", "bob@straße.example"]
    assert "bob@straße.example" in client.get(edit(customer)).text


def test_the_series_steps_over_a_number_that_somebody_typed(owner: User) -> None:
    make_customer(owner.company, number="C-10001")
    signed_in(owner).post(NEW, form())
    assert Customer.objects.filter(number="C-10002").exists()


def test_a_number_is_given_once(owner: User) -> None:
    make_customer(owner.company, number="17")
    answer = signed_in(owner).post(NEW, form(number="17", name="Another"))
    assert answer.status_code == 422
    assert "Another customer has the number 17." in answer.content.decode()
    assert 'value="Another"' in answer.content.decode()


@pytest.mark.parametrize("number", ["SN1", "sn1", "ＳＮ１"])  # noqa: RUF001 - wide letters are the point
def test_a_number_is_given_once_whatever_its_case_and_width(owner: User, number: str) -> None:
    make_customer(owner.company, number="Sn1")
    answer = signed_in(owner).post(NEW, form(number=number))
    assert (answer.status_code, Customer.objects.count()) == (422, 1)
    assert f"Another customer has the number {number}." in answer.text


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", " ", "Give a name."),
        ("name", "x" * 121, "At most 120 characters."),
        ("name", "a\x00b", "This holds a character that cannot be kept."),
        ("invoice_emails", "nobody", "“nobody” is not an e-mail address."),
        ("invoice_emails", "jörg@x.example", "Mail to “jörg@x.example” would not arrive everywhere"),
        ("invoice_emails", "用户@例子.example", "Mail to “用户@例子.example” would not arrive everywhere"),
        ("invoice_emails", " ".join(f"a{n}@x.example" for n in range(21)), "at most 20 addresses"),
        ("statement_emails", "a@x.example b@", "“b@” is not an e-mail address."),
        ("terms_days", "-1", "Give a number of days from 0 to 365."),
        ("terms_days", "366", "Give a number of days from 0 to 365."),
        ("terms_days", "\uff13", "Give a number of days from 0 to 365."),
        ("credit_limit", "1e9", "Give a number."),
        ("credit_limit", "-5", "A credit limit cannot be negative."),
        ("credit_limit", "1.234", "At most 2 decimals."),
        ("currency", "ZZZ", "This is not a currency"),
        ("currency", "", "This is not a currency"),
        ("language", "xx", "Choose a language."),
        ("note", "pays with 4242 4242 4242 4242", "This looks like a card number."),
    ],
)
def test_what_cannot_be_meant_is_a_sentence_and_stays_typed(
    owner: User, field: str, typed: str, sentence: str
) -> None:
    answer = signed_in(owner).post(NEW, form(phone="+1 305", **{field: typed}))
    text = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert sentence in text
    assert 'value="+1 305"' in text
    assert field == "language" or typed in text
    assert not Customer.objects.exists()


def test_a_change_is_told_before_and_after(owner: User) -> None:
    customer = make_customer(owner.company, name="Corner")
    signed_in(owner).post(edit(customer), form(customer, name="Corner & Son", automatic_invoices="off"))
    about = Activity.objects.get(kind=Activity.Kind.CUSTOMER_CHANGED).about
    assert (about["name_before"], about["name_after"]) == ("Corner", "Corner & Son")
    text = unescape(signed_in(owner).get(f"/office/customers/{customer.pk}/").content.decode())
    assert "Name: <s>Corner</s>" in text
    assert "Corner & Son" in text


def test_saving_without_a_change_tells_nothing(owner: User) -> None:
    customer = make_customer(owner.company, bill_to="", invoice_emails=[], automatic_invoices=True)
    assert signed_in(owner).post(edit(customer), form(customer)).status_code == 302
    assert not Activity.objects.exists()


def test_two_editors_notice_each_other_and_nothing_typed_is_lost(owner: User) -> None:
    customer, client = make_customer(owner.company, phone="1"), signed_in(owner)
    mine = form(customer, phone="2")
    Customer.objects.filter(pk=customer.pk).update(phone="3")
    answer = client.post(edit(customer), mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="2"' in text
    assert "Saved now: 3" in text
    assert Customer.objects.get().phone == "3"
    seen = re.search(r'name="seen" value="(\w+)"', text)
    assert seen
    assert client.post(edit(customer), {**mine, "seen": seen[1]}).status_code == 302
    assert Customer.objects.get().phone == "2"


def test_what_is_only_written_otherwise_was_not_changed_by_others(owner: User) -> None:
    saved: dict[str, str | int | list[str]] = {
        "bill_to": "1 Main St\nMiami",
        "credit_limit": 150050,
        "invoice_emails": ["a@x.example", "b@x.example"],
    }
    customer = make_customer(owner.company, phone="1", **saved)
    lines = {"bill_to": "1 Main St\r\nMiami", "invoice_emails": "a@x.example, b@x.example"}
    mine = form(customer, phone="2", credit_limit="1,500.50", **lines)
    Customer.objects.filter(pk=customer.pk).update(phone="3")
    text = signed_in(owner).post(edit(customer), mine).text
    assert re.findall("Saved now: ([^<]*)", text) == ["3"]


def test_the_currency_stays_once_something_is_booked(owner: User) -> None:
    customer, client = make_customer(owner.company), signed_in(owner)
    assert client.post(edit(customer), form(customer, currency="EUR")).status_code == 302
    customer.refresh_from_db()
    make_invoice(owner, customer=customer)
    answer = client.post(edit(customer), form(customer, currency="USD"))
    assert answer.status_code == 422
    assert "so the currency stays" in answer.content.decode()
    assert client.post(edit(customer), form(customer, currency="")).status_code == 302
    assert Customer.objects.get().currency == "EUR"


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.ADMIN, ""), (Role.ACCOUNTS_RECEIVABLE, ""), (Role.SALES_MANAGER, "disabled")]
)
def test_only_who_may_moves_the_advanced_switches(company: Company, role: Role, sees: str) -> None:
    customer, client = make_customer(company, automatic_invoices=True), signed_in(make_user(company, role))
    text = client.get(edit(customer)).content.decode()
    assert ("Your roles do not allow these switches" in text) == bool(sees)
    assert ('name="links_enabled" value="on" checked disabled' in text) == bool(sees)
    client.post(edit(customer), form(customer, links_enabled="off", automatic_invoices="off"))
    customer.refresh_from_db()
    assert (customer.links_enabled, customer.automatic_invoices) == (bool(sees), bool(sees))


@pytest.mark.parametrize(
    "words", ["C-77", "c-77", "corner", "ROSE corn", "shop@corner.exa", "corner.example", "books@"]
)
def test_a_customer_is_found_by_number_name_and_address(owner: User, words: str) -> None:
    wanted = make_customer(
        owner.company,
        number="C-77",
        name="Rose's Corner",
        invoice_emails=["shop@corner.example"],
        statement_emails=["books@corner.example"],
    )
    other = make_customer(owner.company, name="Tulip House", invoice_emails=[])
    text = signed_in(owner).get("/office/customers/", {"q": words}, headers=HTMX).content.decode()
    assert str(wanted.pk) in text
    assert str(other.pk) not in text


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=%27%26!()",
        "q=:*",
        "q=" + "a+" * 100,
        "after=%00",
        "after=x_y_z",
        "after=%2500_x",
        "q=\\%27",
    ],
)
def test_absurd_searches_get_a_calm_page(owner: User, query: str) -> None:
    assert signed_in(owner).get(f"/office/customers/?{query}").status_code == 200


def test_finding_customers_uses_the_index_of_words(owner: User) -> None:
    found = queries.search(owner.company_id, "corner").query
    assert "customer_words" in str(found)


def test_the_list_is_paged_by_name_without_gaps(owner: User) -> None:
    names = {make_customer(owner.company, name=f"F {place % 7}_{place}").name for place in range(60)}
    client = signed_in(owner)
    first = client.get("/office/customers/").content.decode()
    after = re.search(r"after=([^\"&]+)", first)
    assert after
    second = client.get(f"/office/customers/?after={after[1]}").content.decode()
    found = [name for page in (first, second) for name in re.findall(r">(F \d_\d+)</a>", page)]
    assert len(found) == 60
    assert set(found) == names


@pytest.mark.parametrize(
    ("page", "queries"),
    [
        ("customers/", 1),
        ("customers/?q=Corner", 1),
        ("customers/new/", 0),
        # customer, items, timeline, orders, invoices, in progress, links, mails, balances, payments
        ("customers/{key}/", 10),
        ("customers/{key}/edit/", 2),
    ],
)
def test_a_page_costs_the_same_for_one_invoice_as_for_five(
    owner: User, page: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer, client = make_customer(owner.company), signed_in(owner)
    for rounds in (1, 4):
        for _invoice in range(rounds):
            make_link(owner, make_invoice(owner, customer=customer))
        with django_assert_num_queries(ASKING + queries):
            client.get(f"/office/{page.format(key=customer.pk)}")
