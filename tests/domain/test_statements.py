"""Statements: each type by hand-made examples, and what must hold of every one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from factories import make_customer, make_draft, make_invoice, make_order
from factories.credits import apply_credit
from factories.database import sql
from factories.ledger import usd
from florin.contracts.documents import StatementDocument
from florin.domain.credits import importing
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.staff.models import User
from florin.domain.statements import composing, queries, services
from florin.domain.statements.composing import Period
from florin.domain.statements.models import Statement, Type
from florin.domain.statements.movements import Movement, References
from florin.flows import confirm_order, write_order
from florin.kernel import clock

MAY, JUNE, JULY = date(2026, 5, 10), date(2026, 6, 10), date(2026, 7, 10)
END = date(2026, 6, 30)
On = Callable[[date], None]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> On:
    """Let it be some day at the company."""
    return lambda day: monkeypatch.setattr(clock, "today", lambda _zone: day)


def pay(invoice: Invoice, minor: int, day: date) -> None:
    item = Item.objects.get(pk=invoice.item_id)
    with transaction.atomic():
        posting.post(
            NewEntry(
                company=item.company,
                kind=Entry.Kind.PAYMENT,
                source=f"payment:{uuid4()}",
                key=uuid4().hex,
                date=day,
                by="a test",
                postings=[
                    Posting(Account.PROCESSOR, usd(minor)),
                    Posting(Account.RECEIVABLE, usd(-minor), item),
                ],
            )
        )


def give_credit(customer: Customer, minor: int, day: date) -> UUID:
    old = importing.OldCredit(
        customer=customer, number=f"CR-{day.month}", given_on=day, amount=minor, reason="Wilted"
    )
    with transaction.atomic():
        credit = importing.give_many(customer.company, [old], by="a test")[0]
    assert credit.item
    return credit.item.pk


def drawn(
    customer: Customer, kind: Type, *, begin: date | None = date(2026, 6, 1), end: date = END
) -> StatementDocument:
    period = Period(kind, None if kind == Type.OPEN_ITEMS else begin, end)
    return services.draw_up(customer, period)[0].document


def lines_of(document: StatementDocument) -> list[tuple[str, int, int]]:
    return [(line.kind, line.amount, line.balance) for line in document.lines]


def test_a_balance_forward_begins_with_what_was_owed_and_runs_to_what_is(owner: User, on: On) -> None:
    on(MAY)
    invoice = make_invoice(owner)
    pay(invoice, 4_000, date(2026, 6, 1))
    on(JUNE)
    make_invoice(owner, "50.00", customer=invoice.customer)
    pay(invoice, 6_000, JULY)

    document = drawn(invoice.customer, Type.BALANCE_FORWARD)

    assert document.opening == 10_000
    assert lines_of(document) == [("payment", -4_000, 6_000), ("invoice", 5_000, 11_000)]
    assert document.balance == 11_000


def test_the_open_items_are_those_of_the_end_date_not_those_of_today(owner: User, on: On) -> None:
    on(MAY)
    paid_later = make_invoice(owner)
    paid_before = make_invoice(owner, "20.00", customer=paid_later.customer)
    pay(paid_before, 2_000, JUNE)
    pay(paid_later, 3_000, JUNE)
    pay(paid_later, 7_000, JULY)
    on(JULY)
    make_invoice(owner, "9.00", customer=paid_later.customer)

    document = drawn(paid_later.customer, Type.OPEN_ITEMS)

    assert [(line.number, line.amount, line.balance) for line in document.lines] == [
        (paid_later.number, 10_000, 7_000)
    ]
    assert document.balance == 7_000


def test_all_transactions_tell_each_items_story_if_it_is_open_or_moved_in_the_period(
    owner: User, on: On
) -> None:
    on(date(2026, 4, 1))
    old = make_invoice(owner, "5.00")
    pay(old, 500, date(2026, 4, 2))
    on(MAY)
    moved = make_invoice(owner, customer=old.customer)
    pay(moved, 10_000, JUNE)
    open_ = make_invoice(owner, "50.00", customer=old.customer)

    document = drawn(old.customer, Type.ALL_TRANSACTIONS)

    assert [line.item for line in document.lines] == [moved.number, moved.number, open_.number]
    assert lines_of(document) == [
        ("invoice", 10_000, 10_000),
        ("payment", -10_000, 0),
        ("invoice", 5_000, 5_000),
    ]
    assert document.balance == 5_000


def test_a_credit_counts_against_what_is_owed_and_using_it_moves_nothing(owner: User, on: On) -> None:
    on(JUNE)
    invoice = make_invoice(owner)
    credit = give_credit(invoice.customer, 3_000, JUNE)
    apply_credit(credit, invoice, 2_000)

    forward = drawn(invoice.customer, Type.BALANCE_FORWARD)
    items = drawn(invoice.customer, Type.OPEN_ITEMS)
    story = drawn(invoice.customer, Type.ALL_TRANSACTIONS)

    assert lines_of(forward) == [("invoice", 10_000, 10_000), ("credit", -3_000, 7_000)]
    assert sorted(lines_of(items)) == [("credit", -3_000, -1_000), ("invoice", 10_000, 8_000)]
    assert [line.number for line in story.lines if line.kind == "apply"] == [invoice.number, "CR-6"]
    assert forward.balance == items.balance == story.balance == 7_000
    assert items.aging.credits == -1_000


def test_a_revision_counts_from_its_own_day(owner: User, on: On) -> None:
    on(MAY)
    invoice = make_invoice(owner)
    order = invoice.order
    for day, price in ((JUNE, "120.00"), (JULY, "150.00")):
        on(day)
        order.refresh_from_db()
        write_order.change(
            owner.company,
            order.pk,
            make_draft(invoice.customer, price),
            version=order.version,
            by=owner,
        )

    document = drawn(invoice.customer, Type.BALANCE_FORWARD)

    assert document.opening == 10_000
    assert lines_of(document) == [("revision", 2_000, 12_000)]
    assert drawn(invoice.customer, Type.OPEN_ITEMS).lines[0].amount == 12_000


def test_an_invoice_voided_after_the_end_date_was_open_on_it(owner: User, on: On) -> None:
    on(JUNE)
    invoice = make_invoice(owner)
    on(JULY)
    write_order.void(owner.company, invoice.order_id, by=owner)

    assert lines_of(drawn(invoice.customer, Type.OPEN_ITEMS)) == [("invoice", 10_000, 10_000)]
    assert drawn(invoice.customer, Type.OPEN_ITEMS, end=JULY).lines == ()
    assert lines_of(drawn(invoice.customer, Type.BALANCE_FORWARD, begin=JULY, end=JULY)) == [
        ("void", -10_000, 0)
    ]


def test_a_statement_ages_by_its_own_end_date(owner: User, on: On) -> None:
    on(MAY)
    invoice = make_invoice(owner)  # due 30 days later, on June 9

    at_end = drawn(invoice.customer, Type.OPEN_ITEMS)
    before = drawn(invoice.customer, Type.OPEN_ITEMS, end=date(2026, 6, 9))

    assert (at_end.aging.to_30, before.aging.current) == (10_000, 10_000)
    assert at_end.due_on == before.due_on == date(2026, 6, 9)


def test_two_currencies_are_two_statements(owner: User, on: On) -> None:
    on(JUNE)
    customer = make_customer(owner.company)
    make_invoice(owner, "10.00", customer=customer)
    Customer.objects.filter(pk=customer.pk).update(currency="JPY")
    customer.refresh_from_db()
    make_invoice(owner, "500", customer=customer)

    drafts = services.draw_up(customer, Period(Type.OPEN_ITEMS, None, END))

    assert [(draft.document.currency, draft.document.balance) for draft in drafts] == [
        ("JPY", 500),
        ("USD", 1_000),
    ]


def test_somebody_with_nothing_gets_a_statement_over_nothing(owner: User) -> None:
    document = drawn(make_customer(owner.company), Type.BALANCE_FORWARD)

    assert (document.balance, document.lines, document.currency) == (0, (), "USD")


def test_lines_name_their_documents(owner: User, on: On) -> None:
    on(JUNE)
    customer = make_customer(owner.company)
    order = make_order(owner, customer=customer, po_number="PO-77")
    invoice = confirm_order.confirm(owner.company, order.pk, by=owner)
    give_credit(customer, 100, JUNE)

    lines = drawn(customer, Type.BALANCE_FORWARD).lines

    assert [(line.number, line.reference) for line in lines] == [
        (invoice.number, "PO-77"),
        ("CR-6", "Wilted"),
    ]


def make_statement(owner: User) -> Statement:
    invoice = make_invoice(owner)
    today = clock.today(owner.company.time_zone)
    draft = services.draw_up(invoice.customer, Period(Type.OPEN_ITEMS, None, today))[0]
    with transaction.atomic():
        return services.issue(owner.company, invoice.customer, draft, by="Ann")


def test_a_statement_is_kept_with_its_fingerprint_and_reads_back_equal(owner: User) -> None:
    statement = make_statement(owner)

    kept = Statement.objects.get(pk=statement.pk)

    assert kept.number == kept.document.number == "ST-10001"
    assert bytes(kept.sha256) == services.fingerprint(kept.content)
    assert replace(kept.document, number="") == drawn(kept.customer, Type.OPEN_ITEMS, end=kept.end_on)


@pytest.mark.parametrize(
    "change", ["UPDATE statements_statement SET balance = 1", "DELETE FROM statements_statement"]
)
def test_a_statement_never_changes(owner: User, change: str) -> None:
    make_statement(owner)

    with pytest.raises(IntegrityError, match="append-only"):
        sql(change)


def test_the_next_statement_begins_the_day_after_the_last(owner: User) -> None:
    statement = make_statement(owner)
    later = statement.end_on + timedelta(days=40)

    assert queries.next_begin(statement.customer, later) == statement.end_on + timedelta(days=1)
    assert queries.next_begin(statement.customer, statement.end_on) == statement.end_on.replace(day=1)


days = st.dates(date(2026, 1, 1), date(2026, 3, 31))


@st.composite
def histories(draw: st.DrawFn) -> list[Movement]:
    """What may happen to five items: they are opened, changed, paid, and credits are used."""
    kinds = draw(st.lists(st.sampled_from(["invoice", "credit", "overpayment"]), min_size=1, max_size=5))
    origin = {"invoice": "invoice", "credit": "credit", "overpayment": "payment"}
    items = [(uuid4(), kind, f"N-{place}") for place, kind in enumerate(kinds)]
    moved = []
    for item, kind, number in items:
        sign = 1 if kind == "invoice" else -1
        moved.append((item, kind, number, origin[kind], draw(days), sign * draw(st.integers(1, 10_000))))
    for item, kind, number in draw(st.lists(st.sampled_from(items), max_size=12)):
        what = draw(st.sampled_from(["payment", "revision", "apply"]))
        amount = draw(st.integers(-9_000, 9_000).filter(bool))
        moved.append((item, kind, number, what, draw(days), amount))
    movements = [
        Movement(uuid4(), what, day, "", item, kind, number, date(2026, 1, 1), day, "USD", amount)
        for item, kind, number, what, day, amount in moved
    ]
    return sorted(movements, key=lambda movement: (movement.on, movement.entry))


def totals(moved: Sequence[Movement], kind: Type, begin: date | None, end: date) -> composing.StatementTotals:
    until = [movement for movement in moved if movement.on <= end]
    return composing.compose(until, References({}, {}), Period(kind, begin, end))


@given(histories(), days, days)
def test_opening_and_movements_come_to_the_balance_which_is_what_is_open_on_all_items(
    moved: list[Movement], one: date, other: date
) -> None:
    begin, end = sorted((one, other))
    forward = totals(moved, Type.BALANCE_FORWARD, begin, end)
    items = totals(moved, Type.OPEN_ITEMS, None, end)
    story = totals(moved, Type.ALL_TRANSACTIONS, begin, end)

    running = [forward.opening, *(line.balance for line in forward.lines)]
    last = {line.item: line.balance for line in story.lines}

    assert forward.opening + sum(line.amount for line in forward.lines) == running[-1] == forward.balance
    assert sum(line.balance for line in items.lines) == items.balance == forward.balance
    assert sum(last.values()) == sum(line.amount for line in story.lines) == forward.balance
    assert forward.aging == items.aging == story.aging
    assert forward.aging.total == forward.balance


@given(histories(), days, days)
def test_one_statement_ends_where_the_next_begins(moved: list[Movement], one: date, other: date) -> None:
    begin, end = sorted((one, other))
    first = totals(moved, Type.BALANCE_FORWARD, date(2026, 1, 1), begin)
    following = totals(
        moved, Type.BALANCE_FORWARD, begin + timedelta(days=1), max(end, begin + timedelta(days=1))
    )

    assert first.balance == following.opening
