"""The laws of the books hold against everybody, also against somebody with a database console."""

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import make_customer
from factories.database import sql
from factories.ledger import A_DAY, book, sale, usd
from florin.domain.companies.models import Company
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item, Line
from florin.domain.ledger.posting import NewItem, Posting, Unbalanced
from florin.flows import check_books
from florin.kernel.money import Money


def make_item(company: Company, kind: Item.Kind = Item.Kind.INVOICE) -> Item:
    return posting.open_item(
        make_customer(company), kind, number=uuid4().hex[:20], currency="USD", opened_on=A_DAY, due_on=A_DAY
    )


@pytest.fixture
def item(company: Company) -> Item:
    """An invoice's item on which 100.00 is owed."""
    item = make_item(company)
    book(item, *sale(item, 10_000))
    item.refresh_from_db()
    return item


def test_an_item_owes_what_was_posted_to_it(item: Item) -> None:
    book(item, *sale(item, -2_500))

    item.refresh_from_db()
    assert item.balance == 7_500


def test_postings_that_do_not_balance_are_a_defect_and_book_nothing(item: Item) -> None:
    with pytest.raises(Unbalanced):
        book(item, Posting(Account.RECEIVABLE, usd(100), item), Posting(Account.SALES, usd(-99)))
    assert Entry.objects.count() == 1


def test_each_currency_balances_by_itself(item: Item) -> None:
    in_euro = Money(-100, "EUR")
    with pytest.raises(Unbalanced):
        book(item, Posting(Account.RECEIVABLE, usd(100), item), Posting(Account.SALES, in_euro))


def test_postings_of_nothing_are_left_out(item: Item) -> None:
    entry = book(item, *sale(item, 500), Posting(Account.FEES, usd(0)))

    assert Line.objects.filter(entry=entry).count() == 2


def test_the_same_event_is_booked_once(item: Item) -> None:
    book(item, *sale(item, 100), key="the same")

    with pytest.raises(IntegrityError, match="ledger_entry_key"):
        book(item, *sale(item, 100), key="the same")
    item.refresh_from_db()
    assert item.balance == 10_100


ENTRY = """
    INSERT INTO ledger_entry (id, company_id, kind, source, key, date, posted_by)
    SELECT '00000000-0000-7000-8000-000000000001', company_id, 'invoice', 'by hand', 'by hand', '2026-03-01',
           'x'
    FROM ledger_item
"""
HALF = """
    INSERT INTO ledger_line (id, entry_id, account, amount, currency, customer_id, item_id)
    SELECT gen_random_uuid(), '00000000-0000-7000-8000-000000000001', 'receivable', 700, 'USD',
           customer_id, id
    FROM ledger_item
"""
OTHER_HALF = """
    INSERT INTO ledger_line (id, entry_id, account, amount, currency)
    VALUES (gen_random_uuid(), '00000000-0000-7000-8000-000000000001', 'sales', -700, 'USD')
"""


def test_an_entry_by_hand_that_balances_is_an_entry_like_any_other(item: Item) -> None:
    """The control: without it the refusals below could be about something else."""
    sql(ENTRY, HALF, OTHER_HALF)

    item.refresh_from_db()
    assert item.balance == 10_700


@pytest.mark.parametrize(
    "statements",
    [
        (ENTRY,),
        (ENTRY, HALF),
        (ENTRY, HALF, OTHER_HALF, OTHER_HALF),
        (ENTRY, HALF, OTHER_HALF.replace("'USD'", "'EUR'")),
        (ENTRY, HALF, "SET CONSTRAINTS ALL DEFERRED", "SAVEPOINT before", OTHER_HALF, "ROLLBACK TO before"),
    ],
    ids=["without lines", "one line", "a line too many", "two currencies", "half undone"],
)
def test_an_unbalanced_entry_does_not_get_past_the_commit(item: Item, statements: tuple[str, ...]) -> None:
    with pytest.raises(IntegrityError, match="does not balance"):
        sql(*statements)
    item.refresh_from_db()
    assert item.balance == 10_000


def test_an_old_entry_takes_no_more_lines_even_if_they_balance(item: Item) -> None:
    sql(ENTRY, HALF, OTHER_HALF)

    with pytest.raises(IntegrityError, match="takes no lines after its transaction"):
        sql(HALF, OTHER_HALF)


def test_nobody_dates_an_entry_but_the_database(item: Item) -> None:
    forged = ENTRY.replace("posted_by)", "posted_by, posted_at)").replace("'x'", "'x', '2020-01-01'")

    sql(forged, HALF, OTHER_HALF)

    assert Entry.objects.get(source="by hand").posted_at.year > 2020


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET posted_by = 'nobody'",
        "UPDATE ledger_line SET amount = amount + 1",
        "DELETE FROM ledger_line",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_line",
        "TRUNCATE ledger_entry CASCADE",
    ],
)
def test_what_is_booked_is_never_changed(item: Item, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        sql(statement)
    assert Line.objects.count() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_item SET balance = 0",
        "UPDATE ledger_item SET balance = balance - 1, number = 'X'",
        """
        INSERT INTO ledger_item
            (id, kind, number, currency, opened_on, due_on, balance, company_id, customer_id)
        SELECT gen_random_uuid(), kind, 'X', currency, opened_on, due_on, 5, company_id, customer_id
        FROM ledger_item
        """,
    ],
)
def test_a_balance_is_never_set(item: Item, statement: str) -> None:
    with pytest.raises(IntegrityError, match="never set"):
        sql(statement)


def test_saving_an_item_that_was_read_too_early_cannot_turn_its_balance_back(item: Item) -> None:
    book(item, *sale(item, 500))

    with pytest.raises(IntegrityError, match="never set"):
        item.save()


@pytest.mark.parametrize(
    ("kind", "minor"), [(Item.Kind.INVOICE, -1), (Item.Kind.CREDIT, 1), (Item.Kind.OVERPAYMENT, 1)]
)
def test_an_invoice_is_never_owed_less_than_nothing_nor_a_credit_more(
    company: Company, kind: Item.Kind, minor: int
) -> None:
    item = make_item(company, kind)
    account = Account.RECEIVABLE if kind == Item.Kind.INVOICE else Account.CUSTOMER_CREDIT

    with pytest.raises(IntegrityError, match="item_balance_has_its_side"):
        book(item, Posting(account, usd(minor), item), Posting(Account.SALES, usd(-minor)))


@pytest.mark.parametrize("account", [Account.RECEIVABLE, Account.CUSTOMER_CREDIT])
def test_a_customers_account_always_says_which_document(item: Item, account: Account) -> None:
    with pytest.raises(IntegrityError, match="line_of_customer_has_item"):
        book(item, Posting(account, usd(5)), Posting(Account.SALES, usd(-5)))


def test_an_account_of_our_own_never_names_a_document(item: Item) -> None:
    with pytest.raises(IntegrityError, match="line_of_customer_has_item"):
        book(item, Posting(Account.FEES, usd(5), item), Posting(Account.SALES, usd(-5)))


def test_many_items_are_opened_in_order_each_with_its_own_key(company: Company) -> None:
    customer = make_customer(company)
    news = [
        NewItem(
            customer=customer,
            kind=Item.Kind.CREDIT,
            number=f"N{place}",
            currency="USD",
            opened_on=A_DAY,
            due_on=A_DAY,
        )
        for place in range(5)
    ]

    items = posting.open_items(news)

    assert [item.number for item in items] == ["N0", "N1", "N2", "N3", "N4"]
    assert {item.balance for item in items} == {0}


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["invoice", "credit", "pay", "apply"]), st.integers(0, 50), st.integers(1, 9_999)
    ),
    max_size=20,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=MOVES)
def test_whatever_is_lawfully_posted_the_books_stay_right(
    company: Company, moves: list[tuple[str, int, int]]
) -> None:
    owed: list[Item] = []
    credits_: list[Item] = []
    expected: dict[UUID, int] = {}
    for kind, place, minor in moves:
        if kind == "invoice":
            owed.append(_open(company, Item.Kind.INVOICE, Account.RECEIVABLE, minor))
            expected[owed[-1].pk] = minor
        elif kind == "credit":
            credits_.append(_open(company, Item.Kind.CREDIT, Account.CUSTOMER_CREDIT, -minor))
            expected[credits_[-1].pk] = -minor
        elif owed:
            item = owed[place % len(owed)]
            credit = credits_[place % len(credits_)] if credits_ and kind == "apply" else None
            part = min(minor, expected[item.pk], -expected[credit.pk] if credit else minor)
            if part:
                _pay(item, credit, part)
                expected[item.pk] -= part
                expected |= {credit.pk: expected[credit.pk] + part} if credit else {}

    assert dict(Item.objects.filter(pk__in=expected).values_list("pk", "balance")) == expected
    assert sql("SELECT coalesce(sum(amount), 0) FROM ledger_line") == [(0,)]
    assert check_books.findings() == []


def _open(company: Company, kind: Item.Kind, account: Account, minor: int) -> Item:
    item = make_item(company, kind)
    book(item, Posting(account, usd(minor), item), Posting(Account.SALES, usd(-minor)))
    return item


def _pay(item: Item, credit: Item | None, part: int) -> None:
    source = Posting(Account.CUSTOMER_CREDIT if credit else Account.PROCESSOR, usd(part), credit)
    book(item, source, Posting(Account.RECEIVABLE, usd(-part), item))
