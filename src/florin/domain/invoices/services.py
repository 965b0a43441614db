"""Issuing, revising and voiding invoices; each keeps document and ledger together in one transaction."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from florin.contracts import snapshots
from florin.contracts.documents import DocumentLine, InvoiceDocument
from florin.domain.companies import numbers
from florin.domain.companies.numbers import Series
from florin.domain.invoices.models import Invoice, Revision
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.orders.models import Order, OrderLine
from florin.kernel import clock
from florin.kernel.database import locked, new_key
from florin.kernel.errors import Refusal
from florin.kernel.money import Money


def issue(order: Order, *, by: str) -> Invoice:
    """Make the invoice of a locked, confirmed order: number, first revision, item and ledger entry."""
    issued_on = clock.today(order.company.time_zone)
    due_on = issued_on + timedelta(days=order.customer.terms_days)
    number = _next_number(order.company_id)
    key = new_key()
    item = posting.open_item(
        order.customer,
        Item.Kind.INVOICE,
        number=number,
        currency=order.currency,
        opened_on=issued_on,
        due_on=due_on,
    )
    invoice = Invoice.objects.create(
        pk=key,
        company=order.company,
        customer=order.customer,
        order=order,
        item=item,
        number=number,
        currency=order.currency,
        issued_on=issued_on,
        due_on=due_on,
        total=order.total,
    )
    _write_revision(invoice, order, by=by)
    _book(invoice, Entry.Kind.INVOICE, invoice.money, key=f"invoice:{key}", by=by)
    return invoice


def _next_number(company_id: UUID) -> str:
    """Return the next number, but none that an import brought."""
    while True:
        number = numbers.following(company_id, Series.INVOICE)
        if not Invoice.objects.filter(company_id=company_id, number=number, void=False).exists():
            return number


def revise(order: Order, *, by: str) -> Invoice:
    """Bring the invoice of a changed order up to date: a new revision, and the difference in the ledger.

    Raises:
        Refusal: if more has been paid than the new total; then a credit is the way.
    """
    invoice = of_order(order)
    item = locked(Item.objects.all(), [invoice.item_id])[invoice.item_id]
    difference = order.money - invoice.money
    if item.balance + difference.minor < 0:
        raise Refusal(
            _("More has been paid on %(number)s than the new total. Give the customer a credit instead.")
            % {"number": invoice.number}
        )
    invoice.total = order.total
    invoice.revision += 1
    invoice.save(update_fields=["total", "revision"])
    _write_revision(invoice, order, by=by)
    key = f"invoice:{invoice.pk}:revision:{invoice.revision}"
    _book(invoice, Entry.Kind.REVISION, difference, key=key, by=by)
    return invoice


def void(order: Order, *, by: str) -> Invoice:
    """Take back the invoice of a voided order: nothing is owed on it any more.

    Raises:
        Refusal: if something has been paid on it.
    """
    invoice = of_order(order)
    item = locked(Item.objects.all(), [invoice.item_id])[invoice.item_id]
    if item.balance != invoice.total:
        raise Refusal(
            _("%(number)s has payments or credits applied, so it cannot be voided.")
            % {"number": invoice.number}
        )
    invoice.void = True
    invoice.save(update_fields=["void"])
    _book(invoice, Entry.Kind.VOID, -invoice.money, key=f"invoice:{invoice.pk}:void", by=by)
    return invoice


def of_order(order: Order) -> Invoice:
    """Return the invoice of a confirmed order."""
    return Invoice.objects.select_related("item", "company", "customer").get(order=order)


def current_revision(invoice_id: UUID) -> Revision:
    """Return what the invoice says now."""
    return Revision.objects.filter(invoice_id=invoice_id).latest("number")


def describe(invoice: Invoice, order: Order, lines: Iterable[OrderLine]) -> InvoiceDocument:
    """Compose what an invoice says from its order and the order's lines, in the customer's language."""
    customer = order.customer
    with translation.override(customer.reads(order.company)):
        terms = ngettext("Net %(days)s day", "Net %(days)s days", customer.terms_days) % {
            "days": customer.terms_days
        }
    ship_to = order.ship_to or customer.ship_to or customer.bill_to
    return InvoiceDocument(
        letterhead=order.company.letterhead,
        number=invoice.number,
        revision=invoice.revision,
        order_number=order.number,
        customer_number=customer.number,
        po_number=order.po_number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        terms=terms,
        bill_to=(customer.name, *customer.bill_to.splitlines()),
        ship_to=(customer.name, *ship_to.splitlines()),
        currency=invoice.currency,
        lines=tuple(
            DocumentLine(
                code=line.code,
                description=line.description,
                quantity=f"{line.quantity.normalize():f}",
                unit=line.unit,
                unit_price=f"{line.unit_price.normalize():f}",
                total=line.total,
                kind=line.kind,
            )
            for line in lines
        ),
        total=invoice.total,
        note=order.note,
        language=customer.reads(order.company),
        ship_on=order.ship_on,
        customer_tax_id=customer.tax_id,
    )


def _write_revision(invoice: Invoice, order: Order, *, by: str) -> None:
    Revision.objects.create(
        invoice=invoice,
        number=invoice.revision,
        total=invoice.total,
        content=snapshots.write(describe(invoice, order, order.lines.all())),
        made_at=clock.now(),
        made_by=by,
    )


def _book(invoice: Invoice, kind: Entry.Kind, amount: Money, *, key: str, by: str) -> None:
    """Post what the customer owes more (or less), receivable against sales; nothing is not posted."""
    if not amount:
        return
    posting.post(
        NewEntry(
            company=invoice.company,
            kind=kind,
            source=f"invoice:{invoice.pk}",
            key=key,
            date=clock.today(invoice.company.time_zone),
            by=by,
            postings=[
                Posting(Account.RECEIVABLE, amount, invoice.item),
                Posting(Account.SALES, -amount),
            ],
        )
    )
