"""Taking over many invoices at once that another system issued: they keep their numbers and dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from florin.contracts import snapshots
from florin.domain.activity.models import Activity
from florin.domain.companies.models import Company
from florin.domain.invoices import services
from florin.domain.invoices.models import Invoice, Revision
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, NewItem, Posting
from florin.domain.orders.importing import Written
from florin.domain.orders.models import Order
from florin.kernel import clock
from florin.kernel.database import AT_ONCE, chunks, locked
from florin.kernel.errors import Refusal
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True)
class OldInvoice:
    """An invoice to take over; ``at`` is when it was issued, in the company's own time.

    Without a day when it is due, the customer's terms say it.
    """

    written: Written
    number: str
    at: datetime
    due_on: date | None = None

    @property
    def due(self) -> date:
        """When it is to be paid."""
        terms = timedelta(days=self.written.order.customer.terms_days)
        return self.due_on or self.at.date() + terms


@dataclass(frozen=True, slots=True)
class Known:
    """An invoice that is here already: whose it is, and what its first revision came to in minor units."""

    customer: str
    total: int


def known(company: Company, numbers: Sequence[str]) -> dict[str, Known]:
    """Return which of the numbers the company's invoices have."""
    rows = Revision.objects.filter(
        invoice__company=company, invoice__number__in=numbers, invoice__void=False, number=1
    )
    found = rows.values_list("invoice__number", "invoice__customer__number", "total")
    return {number: Known(customer, total) for number, customer, total in found}


def issue_many(company: Company, olds: Sequence[OldInvoice], *, by: str) -> list[Invoice]:
    """Make invoices with item, first revision, entry and timeline in the caller's transaction, all or none.

    Each is booked once: a number that is here already is refused by the database (``IntegrityError``).
    """
    items = posting.open_items(
        [
            NewItem(
                customer=old.written.order.customer,
                kind=Item.Kind.INVOICE,
                number=old.number,
                currency=old.written.order.currency,
                opened_on=old.at.date(),
                due_on=old.due,
            )
            for old in olds
        ]
    )
    invoices = Invoice.objects.bulk_create(
        [
            Invoice(
                company=company,
                customer=old.written.order.customer,
                order=old.written.order,
                item=item,
                number=old.number,
                currency=item.currency,
                issued_on=item.opened_on,
                due_on=item.due_on,
                total=old.written.order.total,
            )
            for old, item in zip(olds, items, strict=True)
        ],
        batch_size=AT_ONCE,
    )
    pairs = list(zip(invoices, olds, strict=True))
    Revision.objects.bulk_create(
        [_revision(invoice, old, by=by) for invoice, old in pairs], batch_size=AT_ONCE
    )
    posting.post_many([_entry(company, invoice, by=by) for invoice in invoices if invoice.total])
    Activity.objects.bulk_create(
        [_activity(company, invoice, old.at, by=by) for invoice, old in pairs], batch_size=AT_ONCE
    )
    return invoices


def void_many(company: Company, orders: Sequence[Order], *, by: str) -> list[Invoice]:
    """Take back the invoices of locked orders on which nothing was paid, in the caller's transaction.

    Raises:
        Refusal: if something was paid on one of them; nothing is taken back then.
    """
    voided: list[Invoice] = []
    for some in chunks(orders):
        found = list(Invoice.objects.filter(order__in=[order.pk for order in some], void=False))
        items = locked(Item.objects.all(), [invoice.item_id for invoice in found])
        for invoice in found:
            invoice.item = items[invoice.item_id]
            if invoice.item.balance != invoice.total:
                raise Refusal(
                    _("%(number)s has payments or credits applied, so it cannot be voided.")
                    % {"number": invoice.number}
                )
        voided += found
    for taken in chunks(voided):
        Invoice.objects.filter(pk__in=[invoice.pk for invoice in taken]).update(void=True)
    posting.post_many([_reversal(company, invoice, by=by) for invoice in voided if invoice.total])
    return voided


def _reversal(company: Company, invoice: Invoice, *, by: str) -> NewEntry:
    return NewEntry(
        company=company,
        kind=Entry.Kind.VOID,
        source=f"invoice:{invoice.pk}",
        key=f"invoice:{invoice.pk}:void",
        date=clock.today(company.time_zone),
        by=by,
        postings=[
            Posting(Account.RECEIVABLE, -invoice.money, invoice.item),
            Posting(Account.SALES, invoice.money),
        ],
    )


def _revision(invoice: Invoice, old: OldInvoice, *, by: str) -> Revision:
    document = services.describe(invoice, old.written.order, old.written.lines)
    return Revision(
        invoice=invoice,
        number=invoice.revision,
        total=invoice.total,
        content=snapshots.write(document),
        made_at=clock.now(),
        made_by=by,
    )


def _entry(company: Company, invoice: Invoice, *, by: str) -> NewEntry:
    return NewEntry(
        company=company,
        kind=Entry.Kind.INVOICE,
        source=f"invoice:{invoice.pk}",
        key=f"invoice:{invoice.pk}:import",
        date=invoice.issued_on,
        by=by,
        postings=[
            Posting(Account.RECEIVABLE, invoice.money, invoice.item),
            Posting(Account.SALES, Money(-invoice.total, invoice.currency)),
        ],
    )


def _activity(company: Company, invoice: Invoice, at: datetime, *, by: str) -> Activity:
    return Activity(
        company=company,
        at=at.replace(tzinfo=ZoneInfo(company.time_zone)),
        kind=Activity.Kind.INVOICE_ISSUED,
        actor=by,
        about={"number": invoice.number, "amount": invoice.total, "currency": invoice.currency},
        subjects=[invoice.order_id, invoice.customer_id, invoice.pk],
    )
