"""What changed since the mail: told line by line, and asked for only where something changed."""

from collections import Counter
from dataclasses import replace
from datetime import date

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from checkout.pages import address, link_to, queries
from factories import make_customer, make_draft, make_invoice
from florin.contracts.documents import DocumentLine, InvoiceDocument, Letterhead
from florin.domain.attempts.changes import differences
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.flows import write_order

_PAPER = InvoiceDocument(
    letterhead=Letterhead("Bloom", (), "", "", "", "", ""),
    number="INV-1",
    revision=1,
    order_number="SO-1",
    customer_number="1",
    po_number="",
    issued_on=date(2026, 10, 1),
    due_on=date(2026, 10, 31),
    terms="",
    bill_to=(),
    ship_to=(),
    currency="USD",
    lines=(),
    total=0,
    note="",
    language="en",
)

_line = st.builds(
    DocumentLine,
    code=st.sampled_from(["", "R1", "R2"]),
    description=st.sampled_from(["", "Roses", "Tulips"]),
    quantity=st.sampled_from(["1", "2"]),
    unit=st.just("box"),
    unit_price=st.sampled_from(["1", "2"]),
    total=st.integers(0, 3),
)
_lines = st.lists(_line, max_size=8).map(tuple)


def _roses(quantity: str = "1", price: str = "10", *, code: str = "R1", name: str = "Roses") -> DocumentLine:
    total = int(quantity) * int(price) * 100
    return DocumentLine(code, name, quantity, "box", price, total)


def _differences(old: list[DocumentLine], new: list[DocumentLine]) -> list[tuple[DocumentLine | None, ...]]:
    found = differences(replace(_PAPER, lines=tuple(old)), replace(_PAPER, lines=tuple(new)))
    return [(change.old, change.new) for change in found]


def test_a_changed_quantity_or_price_is_one_line_then_and_now() -> None:
    assert _differences([_roses("1")], [_roses("2")]) == [(_roses("1"), _roses("2"))]
    assert _differences([_roses(price="10")], [_roses(price="12")]) == [
        (_roses(price="10"), _roses(price="12"))
    ]


def test_lines_that_came_and_went_stand_alone() -> None:
    tulips = _roses(code="T1", name="Tulips")

    assert _differences([_roses()], [_roses(), tulips]) == [(None, tulips)]
    assert _differences([_roses(), tulips], [_roses()]) == [(tulips, None)]


def test_a_line_without_a_code_is_known_by_its_text() -> None:
    assert _differences([_roses(code="")], [_roses("3", code="")]) == [
        (_roses(code=""), _roses("3", code=""))
    ]


def test_other_words_for_the_same_code_are_a_change_of_that_line() -> None:
    assert _differences([_roses()], [_roses(name="Red roses")]) == [(_roses(), _roses(name="Red roses"))]


@given(_lines)
def test_lines_in_another_order_are_no_change(lines: tuple[DocumentLine, ...]) -> None:
    assert _differences(list(lines), sorted(lines, key=str)) == []


@given(_lines, _lines)
def test_the_differences_lead_from_the_old_lines_to_the_new(
    old: tuple[DocumentLine, ...], new: tuple[DocumentLine, ...]
) -> None:
    told = _differences(list(old), list(new))

    lines = Counter(old)
    lines.subtract(Counter(before for before, _ in told if before))
    lines.update(Counter(after for _, after in told if after))
    assert +lines == Counter(new)
    assert all(before != after for before, after in told)


def _revise(owner: User, invoice: Invoice, *prices: str) -> None:
    invoice.order.refresh_from_db()
    draft = make_draft(invoice.customer, *prices)
    write_order.change(owner.company, invoice.order_id, draft, version=invoice.order.version, by=owner)


def test_a_changed_invoice_says_when_and_which_lines(payer: Client, link: Link, owner: User) -> None:
    _revise(owner, link.debts.get().invoice, "120.00", "5.00")

    page = payer.get(address(link)).text

    assert "This invoice was updated on" in page
    assert "its total was $100.00 and is now $125.00." in page
    assert "Roses 1" in page
    assert "1 box × 100.00<br>$100.00" in page  # noqa: RUF001
    assert "1 box × 120.00<br>$120.00" in page  # noqa: RUF001
    assert "not on it" in page


def test_only_what_the_mail_showed_and_what_is_true_now_are_compared(
    payer: Client, link: Link, owner: User
) -> None:
    for price in ("110.00", "120.00", "130.00"):
        _revise(owner, link.debts.get().invoice, price)

    page = payer.get(address(link)).text

    assert "its total was $100.00 and is now $130.00." in page
    assert "$110.00" not in page


def test_an_open_page_hears_of_a_change(payer: Client, link: Link, owner: User) -> None:
    version = payer.get(address(link)).text.split('data-version="')[1][:16]

    _revise(owner, link.debts.get().invoice, "120.00")

    assert "is now $120.00" in payer.get(address(link, f"/now?v={version}")).text


def test_of_several_invoices_each_changed_one_is_named(payer: Client, owner: User) -> None:
    customer = make_customer(owner.company)
    invoices = [make_invoice(owner, customer=customer) for _ in range(3)]
    link = link_to(*invoices)
    _revise(owner, invoices[1], "120.00")

    page = payer.get(address(link)).text

    assert f"{invoices[1].number} was updated on" in page
    assert f"{invoices[0].number} was updated on" not in page


def test_changes_cost_one_query_however_many_invoices_changed(payer: Client, owner: User) -> None:
    customer = make_customer(owner.company)
    invoices = [make_invoice(owner, customer=customer) for _ in range(20)]
    link = link_to(*invoices)
    for invoice in invoices:
        _revise(owner, invoice, "120.00")

    with queries() as asked:
        page = payer.get(address(link)).text

    assert len(asked) == 6
    assert page.count("after it was mailed") == 12
    assert page.count("updated; was $100.00, now $120.00") == 20
