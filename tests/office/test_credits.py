"""A/R > Credits on the screens: lists, the way to approval, applying and taking back, and what is refused."""

import re
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice, make_link, make_user
from factories.attempts import open_attempt, report_card_payment
from factories.credits import make_credit
from florin.contracts.processor import Outcome
from florin.domain.companies.models import Company
from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Item
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import give_credit
from florin.kernel import clock
from flows.test_give_credit import approved, item_of, write
from office import signed_in

HTMX = {"HX-Request": "true"}
# Who asks: the session, the person, the company.
ASKING = 3


def form(customer: Customer | None = None, **fields: str) -> dict[str, str]:
    """The form of a credit as a browser sends it."""
    number = customer.number if customer else ""
    given = {"customer": number, "amount": "30.00", "given_on": "2026-02-01", "reason": "Wilted", "seen": ""}
    return {**given, "press": "a-press", **fields}


def numbers(client: Client, address: str) -> list[str]:
    """The numbers in a list, from the top."""
    return re.findall(r'class="lead"><a href="[^"]+">([\w-]+)</a>', client.get(address).text)


def make_many(owner: User, count: int) -> list[Credit]:
    customer = make_customer(owner.company)
    return [write(owner, customer, f"{place + 1}.00") for place in range(count)]


def test_a_credit_goes_from_the_form_to_approval(owner: User) -> None:
    client, customer = signed_in(owner), make_customer(owner.company)

    page = client.post("/office/credits/new/", form(customer, then="submit"), follow=True).text
    credit = Credit.objects.get()
    assert "is saved" in page
    assert (credit.state, credit.amount) == (Credit.State.SUBMITTED, 3_000)

    page = client.post(f"/office/credits/{credit.pk}/approve/", follow=True).text

    assert "is approved and open." in page
    assert Item.objects.get().balance == -3_000


def test_the_same_press_of_save_writes_one_credit(owner: User) -> None:
    client, customer = signed_in(owner), make_customer(owner.company)
    for _ in range(2):
        client.post("/office/credits/new/", form(customer))
    assert Credit.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("customer", "nobody", "No customer has this number or name."),
        ("amount", "many", "Give a number."),
        ("amount", "0", "Give an amount above zero."),
        ("amount", "-5", "Give an amount above zero."),
        ("amount", "1.005", "At most 2 decimals."),
        ("amount", "9" * 20, "This number is too large."),
        ("given_on", "2026-02-30", "This is not a date"),
        ("given_on", "2099-01-01", "This day is yet to come."),
        ("reason", " ", "Say what it is for."),
        ("reason", "4242 4242 4242 4242", "This looks like a card number."),
    ],
)
def test_what_cannot_be_meant_is_said_and_nothing_typed_is_lost(
    owner: User, field: str, text: str, sentence: str
) -> None:
    typed = form(make_customer(owner.company)) | {field: text}
    answer = signed_in(owner).post("/office/credits/new/", typed)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert all(f'value="{typed[name]}"' in answer.text for name in ("customer", "amount", "reason", "press"))
    assert not Credit.objects.exists()


def test_a_new_credit_begins_with_the_customer_one_comes_from(owner: User, stranger: User) -> None:
    customer = make_customer(owner.company, name="Tulip House")
    address = f"/office/credits/new/?customer={customer.pk}"

    assert "Tulip House" in signed_in(owner).get(address).text
    assert "Tulip House" not in signed_in(stranger).get(address).text


def test_a_draft_is_changed_and_a_stale_form_is_told_so(owner: User) -> None:
    client, credit = signed_in(owner), write(owner)
    address = f"/office/credits/{credit.pk}/edit/"
    seen = re.search(r'name="seen" value="(\w+)"', client.get(address).text)
    assert seen
    sent = form(credit.customer, amount="45.00", seen=seen[1])
    client.post(address, sent)
    credit.refresh_from_db()
    assert credit.amount == 4_500

    answer = client.post(address, sent | {"amount": "50.00"})

    assert answer.status_code == 409
    assert "Saved now: $45.00" in answer.text
    assert 'value="50.00"' in answer.text


def test_only_a_draft_is_changed(owner: User) -> None:
    credit = approved(owner)
    answer = signed_in(owner).get(f"/office/credits/{credit.pk}/edit/", follow=True)
    assert "Only a draft can be changed." in answer.text


def test_a_rejection_needs_a_reason_and_shows_it(owner: User) -> None:
    client, credit = signed_in(owner), write(owner)
    give_credit.submit(owner.company, credit.pk, by=owner)
    address = f"/office/credits/{credit.pk}/reject/"

    assert "Say why" in client.post(address, {"reason": " "}).text
    page = client.post(address, {"reason": "Photo missing"}, follow=True).text

    assert "Rejected by Admin Person: “Photo missing”" in page


def test_who_decides_second_gets_a_sentence_and_keeps_the_reason(owner: User) -> None:
    manager = make_user(owner.company, Role.SALES_MANAGER)
    credit = write(owner)
    give_credit.submit(owner.company, credit.pk, by=owner)
    give_credit.approve(owner.company, credit.pk, by=manager)

    answer = signed_in(owner).post(f"/office/credits/{credit.pk}/reject/", {"reason": "Too much"})

    assert answer.status_code == 409
    assert "was approved by Sales-Manager Person meanwhile" in answer.text
    assert 'value="Too much"' in answer.text


def test_sales_write_credits_and_do_not_decide(colleague: User, owner: User) -> None:
    credit = write(colleague)
    give_credit.submit(owner.company, credit.pk, by=colleague)
    page = signed_in(colleague).get(f"/office/credits/{credit.pk}/").text

    assert "It waits for somebody who may approve credits" in page
    assert "/approve/" not in page
    assert signed_in(colleague).post(f"/office/credits/{credit.pk}/approve/").status_code == 403


@pytest.mark.parametrize(
    "verb", ["", "timeline/", "edit/", "submit/", "reopen/", "approve/", "reject/", "void/"]
)
def test_a_stranger_finds_no_credit_of_ours(owner: User, stranger: User, verb: str) -> None:
    credit, client = write(owner), signed_in(stranger)
    address = f"/office/credits/{credit.pk}/{verb}"
    assert client.get(address).status_code == 404
    assert client.post(address).status_code in {404, 405}


@pytest.mark.parametrize("verb", ["", "apply/", "unapply/"])
def test_a_stranger_finds_no_open_credit_of_ours(owner: User, stranger: User, verb: str) -> None:
    item = item_of(approved(owner))
    client = signed_in(stranger)
    address = f"/office/credits/open/{item.pk}/{verb}"
    assert client.get(address).status_code == 404
    assert client.post(address).status_code in {404, 405}
    assert item.number not in client.get("/office/credits/").text + client.get("/office/credits/open/").text


# ---- the lists ----


def test_states_and_words_narrow_the_list_and_its_total(owner: User) -> None:
    client = signed_in(owner)
    draft = write(owner, make_customer(owner.company, name="Tulip House"))
    open_ = approved(owner, amount="12.00")

    assert numbers(client, "/office/credits/") == [open_.number, draft.number]
    assert numbers(client, "/office/credits/?state=approved") == [open_.number]
    assert numbers(client, "/office/credits/?q=tulip") == [draft.number]
    assert numbers(client, f"/office/credits/?q={open_.number.lower()}") == [open_.number]
    assert '2 credits in all</th><td class="amount strong">$42.00' in client.get("/office/credits/").text
    assert "No credit fits" in client.get("/office/credits/?q=nothing").text


def test_each_currency_has_its_own_total(owner: User) -> None:
    write(owner)
    write(owner, make_customer(owner.company, currency="JPY"), "500")
    text = signed_in(owner).get("/office/credits/").text
    assert "1 credit in all" in text
    assert 'strong">$30.00' in text
    assert 'strong">¥500' in text


@pytest.mark.parametrize("sort", ["given", "customer", "amount"])
def test_each_order_runs_both_ways_over_all_pages(owner: User, sort: str) -> None:
    make_many(owner, 53)
    client, rounds = signed_in(owner), {}
    for way in (sort, f"-{sort}"):
        rounds[way], address = list[str](), f"/office/credits/?sort={way}"
        while address:
            text = client.get(address).text
            rounds[way] += re.findall(r">(CR-\d+)</a></th>", text)
            onward = re.search(r'href="(\?[^"]*after=[^"]+)">Next', text)
            address = f"/office/credits/{onward[1].replace('&amp;', '&')}" if onward else ""
    assert len(set(rounds[sort])) == 53
    assert rounds[sort] == rounds[f"-{sort}"][::-1]


def test_what_is_open_is_listed_with_what_payments_hold_of_it(owner: User) -> None:
    customer = make_customer(owner.company, name="Tulip House")
    credit = make_credit(customer, "30.00")
    report_card_payment(
        open_attempt(make_link(owner, make_invoice(owner, customer=customer))), Outcome.PENDING
    )
    make_credit(make_customer(owner.company), "5.00")
    client = signed_in(owner)

    text = client.get("/office/credits/open/").text

    assert "2 open credits in all" in text
    assert "$35.00" in text
    assert "$30.00 of it in a payment under way" in text
    assert numbers(client, "/office/credits/open/?q=tulip&kind=credit") == [credit.number]
    assert "Nothing open fits" in client.get("/office/credits/open/?kind=prepayment").text


@pytest.mark.parametrize("path", ["/office/credits/", "/office/credits/open/"])
def test_a_list_costs_as_much_for_one_credit_as_for_thirty(
    owner: User, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, customer = signed_in(owner), make_customer(owner.company)
    queries = 2 if path.endswith("credits/") else 3  # the rows, what they come to, and what is held of them
    for rounds in (1, 29):
        for _ in range(rounds):
            approved(owner, customer)
        with django_assert_num_queries(ASKING + queries):
            assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "query", ["q=%00", "after=1_2", "sort=--x", "state=x&kind=y", "after=%00_&sort=amount"]
)
def test_absurd_questions_get_a_calm_page(owner: User, query: str) -> None:
    for path in ("/office/credits/", "/office/credits/open/"):
        assert signed_in(owner).get(f"{path}?{query}").status_code == 200


# ---- a credit's page ----


def test_a_page_costs_the_same_however_much_is_applied(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer = make_customer(owner.company)
    credit, client = approved(owner, customer, "90.00"), signed_in(owner)
    for rounds in (1, 5):
        for _ in range(rounds):
            apply(client, item_of(credit), {make_invoice(owner, customer=customer).item_id: "1.00"})
        with django_assert_num_queries(ASKING + 6):  # credit, timeline, applied, items, orders, held
            page = client.get(f"/office/credits/{credit.pk}/").text
        assert page.count("Unapply<") == Item.objects.filter(kind="invoice", balance=9_900).count()


def test_the_timeline_brings_the_new_state_with_it(owner: User) -> None:
    client, credit = signed_in(owner), write(owner)
    seen = re.search(r"timeline/\?seen=(\w+)", client.get(f"/office/credits/{credit.pk}/").text)
    assert seen
    address = f"/office/credits/{credit.pk}/timeline/?seen={seen[1]}"
    assert client.get(address, headers=HTMX).status_code == 204

    give_credit.submit(owner.company, credit.pk, by=owner)

    text = client.get(address, headers=HTMX).text
    assert "submitted for approval" in text
    assert 'id="credit-head" hx-swap-oob="true"' in text


def test_an_open_credit_that_is_a_credit_leads_to_its_page(owner: User) -> None:
    credit = approved(owner)
    answer = signed_in(owner).get(f"/office/credits/open/{item_of(credit).pk}/")
    assert answer.headers["Location"] == f"/office/credits/{credit.pk}/"


def test_the_customers_page_leads_to_open_credits_and_a_new_one(owner: User) -> None:
    customer = make_customer(owner.company)
    item = make_credit(customer, "30.00")
    text = signed_in(owner).get(f"/office/customers/{customer.pk}/").text
    assert f"/office/credits/open/{item.pk}/" in text
    assert f"/office/credits/new/?customer={customer.pk}" in text


# ---- applying ----


def apply(
    client: Client, item: Item, amounts: dict[UUID, str], *, act: str = "apply", submission: str = ""
) -> str:
    """Press a button of the form; return the page that comes of it."""
    fields = {f"amount-{key}": text for key, text in amounts.items()}
    sent = {**fields, "act": act, "press": submission or uuid4().hex}
    return client.post(f"/office/credits/open/{item.pk}/apply/", sent, follow=True).text


def typed_amounts(page: str) -> list[str]:
    return re.findall(r'name="amount-[^"]+" value="([^"]*)"', page)


def balances(*items: Item) -> list[int]:
    return [Item.objects.get(pk=item.pk).balance for item in items]


def due(item: Item, days: int) -> Item:
    Item.objects.filter(pk=item.pk).update(due_on=date(2026, 1, 1) + timedelta(days=days))
    return item


def test_the_form_begins_with_the_oldest_first(owner: User) -> None:
    customer = make_customer(owner.company)
    late = due(make_invoice(owner, "50.00", customer=customer).item, 9)
    old = due(make_invoice(owner, "20.00", customer=customer).item, 1)
    item, client = make_credit(customer, "30.00"), signed_in(owner)
    page = client.get(f"/office/credits/open/{item.pk}/apply/").text
    assert typed_amounts(page) == ["20.00", "10.00"]

    done = apply(client, item, {old.pk: "20", late.pk: "10"})

    assert "$30.00 of CR-" in done
    assert balances(old, late, item) == [0, 4_000, 0]


def test_a_double_click_applies_once(owner: User) -> None:
    customer = make_customer(owner.company)
    item, invoice = make_credit(customer, "30.00"), make_invoice(owner, customer=customer).item
    for _ in range(2):
        apply(signed_in(owner), item, {invoice.pk: "10"}, submission="p")
    assert balances(item, invoice) == [-2_000, 9_000]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("many", "Give a number."),
        ("-1", "Give an amount above zero."),
        ("1.001", "At most 2 decimals."),
        ("100.01", "Only $100.00 is open."),
        ("31", "That is more than the $30.00 that can be applied."),
        ("", "Give an amount above zero for at least one invoice."),
    ],
)
def test_a_wrong_amount_is_said_and_nothing_is_applied(owner: User, text: str, sentence: str) -> None:
    customer = make_customer(owner.company)
    item, invoice = make_credit(customer, "30.00"), make_invoice(owner, customer=customer).item

    page = apply(signed_in(owner), item, {invoice.pk: text})

    assert sentence in page
    assert typed_amounts(page) == [text]
    assert balances(item, invoice) == [-3_000, 10_000]


def test_an_invoice_that_was_paid_meanwhile_keeps_its_amount_and_says_so(owner: User) -> None:
    customer = make_customer(owner.company)
    item, invoice = make_credit(customer, "30.00"), make_invoice(owner, "9.00", customer=customer).item
    client = signed_in(owner)
    apply(client, make_credit(customer, "9.00"), {invoice.pk: "9"})

    page = apply(client, item, {invoice.pk: "9"})

    assert "Only $0.00 is open." in page
    assert typed_amounts(page) == ["9"]


def test_an_invoice_that_is_being_paid_is_left_out_and_warned_of(owner: User) -> None:
    Company.objects.update(use_open_credits=False)
    owner.refresh_from_db()
    customer = make_customer(owner.company)
    paying = make_invoice(owner, customer=customer)
    item = make_credit(customer, "30.00")
    report_card_payment(open_attempt(make_link(owner, paying)), Outcome.PENDING)

    page = signed_in(owner).get(f"/office/credits/open/{item.pk}/apply/").text

    assert "Some of these invoices are being paid right now." in page
    assert "$100.00 being paid" in page
    assert typed_amounts(page) == [""]


def test_what_is_typed_is_added_up_on_the_way(owner: User) -> None:
    customer = make_customer(owner.company)
    item, invoice = make_credit(customer, "30.00"), make_invoice(owner, customer=customer).item
    client = signed_in(owner)
    assert "$20.00 stays open" in apply(client, item, {invoice.pk: "10"}, act="reckon")
    assert "That is more than the $30.00" in apply(client, item, {invoice.pk: "40"}, act="reckon")
    assert typed_amounts(apply(client, item, {invoice.pk: "7"}, act="oldest")) == ["30.00"]
    assert balances(item, invoice) == [-3_000, 10_000]


def test_searching_keeps_what_was_typed(owner: User) -> None:
    customer = make_customer(owner.company)
    item = make_credit(customer, "30.00")
    one, other = (make_invoice(owner, customer=customer).item for _ in range(2))
    sent = {f"amount-{one.pk}": "7", "act": "find", "q": other.number, "press": "p"}

    page = signed_in(owner).post(f"/office/credits/open/{item.pk}/apply/", sent).text

    assert typed_amounts(page) == ["7", ""]


def test_the_form_costs_the_same_for_one_invoice_as_for_twenty(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer = make_customer(owner.company)
    item, client = make_credit(customer, "30.00"), signed_in(owner)
    for rounds in (1, 19):
        for _ in range(rounds):
            make_invoice(owner, customer=customer)
        with django_assert_num_queries(ASKING + 5):  # item, invoices, what is held of both, what is applied
            client.get(f"/office/credits/open/{item.pk}/apply/")


def test_a_credit_is_taken_back_from_an_invoice_with_a_reason(owner: User) -> None:
    customer = make_customer(owner.company)
    item, invoice = make_credit(customer, "30.00"), make_invoice(owner, customer=customer).item
    client, address = signed_in(owner), f"/office/credits/open/{item.pk}/unapply/"
    apply(client, item, {invoice.pk: "10"})
    assert "$10.00 is owed on" in client.get(f"{address}?invoice={invoice.pk}").text
    sent = {"invoice": str(invoice.pk), "press": "p", "reason": "Wrong invoice"}

    assert "Say why" in client.post(address, sent | {"reason": ""}).text
    for _ in range(2):
        assert "Wrong invoice" in client.post(address, sent, follow=True).text

    assert balances(item, invoice) == [-3_000, 10_000]
    assert client.post(address, sent | {"press": "q"}).status_code == 409
    assert client.get(f"{address}?invoice={invoice.pk}").status_code == 422


def test_an_overpayment_has_a_page_of_its_own(owner: User) -> None:
    customer = make_customer(owner.company)
    paid, other = (make_invoice(owner, customer=customer) for _ in range(2))
    for attempt in [open_attempt(make_link(owner, paid), nonce=uuid4().hex) for _ in range(2)]:
        report_card_payment(attempt, Outcome.SETTLED)
    excess, client = Item.objects.get(kind=Item.Kind.OVERPAYMENT), signed_in(owner)

    page = apply(client, excess, {other.item_id: "60"})

    assert f"Overpayment {excess.number}" in re.sub(r"\s+", " ", page)
    assert f"$60.00</b> of {excess.number}" in page or f"$60.00 of {excess.number}" in page
    assert client.get(f"/office/credits/open/{other.item_id}/").status_code == 404


def test_today_is_a_day_of_the_company(owner: User) -> None:
    text = signed_in(owner).get("/office/credits/new/").text
    assert f'value="{clock.today(owner.company.time_zone)}"' in text
