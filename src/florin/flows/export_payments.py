"""Payment History as a file: payments, and what each did with its money at each invoice (promise 6).

find -> some hundreds at a time -> rows -> CSV as a stream, or a workbook
"""

from collections.abc import Callable, Iterator
from typing import IO

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.history import queries as history
from florin.domain.ledger.models import Entry
from florin.domain.payments import queries
from florin.domain.payments.models import Allocation, Payment
from florin.domain.payments.queries import PaymentFilter
from florin.domain.payouts.queries import Conversion
from florin.edges import spreadsheet_export
from florin.edges.spreadsheet_export import Cell, Worksheet
from florin.kernel import clock, formats
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from florin.kernel.notation import Sign

# A workbook is made while somebody waits; a CSV file of everything flows at once.
MOST_IN_A_BOOK = 10_000
_PROCESSOR = "processor"
_WHAT: dict[str, Promise] = {
    Entry.Kind.PAYMENT: gettext_lazy("Payment"),
    Entry.Kind.UNAPPLY: gettext_lazy("Unapplied"),
    Entry.Kind.REFUND: gettext_lazy("Refund"),
    Entry.Kind.REFUND_FAILED: gettext_lazy("Refund came back"),
    Entry.Kind.RETURN: gettext_lazy("Returned"),
    Entry.Kind.UNDO: gettext_lazy("Undone"),
    Entry.Kind.DISPUTE_LOST: gettext_lazy("Dispute lost"),
    Entry.Kind.DISPUTE_WON: gettext_lazy("Dispute won"),
}

_Rows = Callable[[Company, list[Payment]], Iterator[list[Cell]]]


def csv_of_payments(company: Company, filters: PaymentFilter) -> Iterator[bytes]:
    """Yield the payments that fit, one a row, in the active language; safe to ask for a million."""
    return spreadsheet_export.csv_lines(
        _payments(company, queries.search(company.pk, filters)), sign=_sign(company)
    )


def csv_of_allocations(company: Company, filters: PaymentFilter) -> Iterator[bytes]:
    """Yield what the payments that fit put on each invoice, and took back from there, one a row."""
    return spreadsheet_export.csv_lines(
        _allocations(company, queries.search(company.pk, filters)), sign=_sign(company)
    )


def book(company: Company, filters: PaymentFilter) -> IO[bytes]:
    """Return both tables as an XLSX file, open at its beginning.

    Raises:
        Refusal: if more fits than a workbook is made of while somebody waits.
    """
    found = queries.search(company.pk, filters)
    if found.order_by()[: MOST_IN_A_BOOK + 1].count() > MOST_IN_A_BOOK:
        most = {"most": MOST_IN_A_BOOK}
        raise Refusal(
            _(
                "These are more than %(most)s payments, too many for one Excel file. "
                "Narrow them by date, or take CSV."
            )
            % most
        )
    return spreadsheet_export.xlsx_file([_allocations(company, found), _payments(company, found)])


def _sign(company: Company) -> Sign:
    return formats.decimal_sign(get_language() or "en", company.time_zone)


def _payments(company: Company, found: QuerySet[Payment]) -> Worksheet:
    headings = [
        *(_("Payment"), _("Received"), _("Customer number"), _("Customer"), _("Method"), _("Gross")),
        *(
            _("Fee"),
            _("Net"),
            _("Refunded"),
            _("Disputed or returned"),
            _("Currency"),
            _("Reference"),
            _("Invoices"),
        ),
        *(_("Processed by"), _("State"), _("Notes")),
        *(_("Settled"), _("Settled fee"), _("Settled net"), _("Settled currency"), _("Exchange rate")),
    ]
    return Worksheet(_("Payments"), headings, _rows(company, found, _of_payments, get_language()))


def _allocations(company: Company, found: QuerySet[Payment]) -> Worksheet:
    headings = [
        *(_("Payment"), _("Received"), _("Customer number"), _("Customer"), _("Method"), _("What")),
        *(_("Date"), _("Invoice"), _("Amount"), _("Currency"), _("Balance afterwards")),
        *(_("Reference"), _("Processed by")),
    ]
    return Worksheet(_("Allocations"), headings, _rows(company, found, _of_allocations, get_language()))


def _rows(
    company: Company, found: QuerySet[Payment], write: _Rows, language: str | None
) -> Iterator[list[Cell]]:
    """Yield rows in the language of whoever asked: another may be active by the time a stream flows."""
    for some in queries.walk(found):
        with override(language or "en"):
            written = list(write(company, some))
        yield from written


def _of_payments(company: Company, some: list[Payment]) -> Iterator[list[Cell]]:
    for row in history.rows(some):
        payment = row.payment
        yield [
            payment.number,
            clock.local(payment.received_at, company.time_zone),
            payment.customer.number,
            payment.customer.name,
            payment.method_text,
            payment.money.decimal,
            row.fee.decimal if row.fee is not None else None,
            row.net.decimal if row.net is not None else None,
            row.refunded.decimal,
            row.lost.decimal,
            payment.currency,
            payment.reference,
            ", ".join(invoice.number for invoice in row.invoices),
            _by(payment),
            str(row.status.label),
            payment.note,
            *_settled(row.converted),
        ]


def _settled(converted: Conversion | None) -> list[Cell]:
    """Return what a payment came to in the currency of the account, if the processor converted it.

    The net is what is left there after refunds, disputes and returns as well.
    """
    if converted is None:
        return [None] * 5
    amounts = (converted.worth, converted.cost, converted.net)
    return [*(amount.decimal for amount in amounts), converted.worth.currency, converted.exchange_rate]


def _of_allocations(company: Company, some: list[Payment]) -> Iterator[list[Cell]]:
    parts: dict[object, list[Allocation]] = {}
    rows = Allocation.objects.filter(payment__in=[payment.pk for payment in some])
    for part in rows.select_related("entry", "item").order_by("pk"):
        parts.setdefault(part.payment_id, []).append(part)
    for payment in some:
        for part in parts.get(payment.pk, []):
            yield [
                payment.number,
                clock.local(payment.received_at, company.time_zone),
                payment.customer.number,
                payment.customer.name,
                payment.method_text,
                str(_WHAT.get(part.entry.kind, part.entry.get_kind_display())),
                part.entry.date,
                part.item.number if part.invoice_id else _("Open credit %(number)s") % {"number": part.item},
                Money(part.amount, payment.currency).decimal,
                payment.currency,
                Money(part.balance_after, payment.currency).decimal,
                payment.reference,
                _by(payment),
            ]


def _by(payment: Payment) -> str:
    return _("Online") if payment.received_by == _PROCESSOR else payment.received_by
