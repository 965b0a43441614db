"""The settlement report: what the processor did with a company's money between two days (R15, X6).

opening balance + payments + refunds + disputes + fees + other + payouts = closing balance, in each currency

All of it is added up from the processor's movements, so it always comes to the same, and proves nothing by
itself. What proves it is the comparison with the processor's own balance (``flows/reconcile.py``): what that
found is the report's difference.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import IO
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from florin.contracts.emails import SettlementReport
from florin.contracts.processor import MovementKind, PayoutWay
from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.outbox import services as outbox
from florin.domain.outbox.models import Message
from florin.domain.outbox.services import NewMessage
from florin.domain.payouts import queries
from florin.domain.payouts.models import Movement, Payout
from florin.domain.payouts.queries import Purpose, Sums
from florin.domain.staff.models import User
from florin.edges import spreadsheet_export
from florin.edges.spreadsheet_export import Cell, Worksheet
from florin.flows import send_documents
from florin.kernel import clock, formats
from florin.kernel.errors import Refusal
from florin.kernel.money import Money

MOST_DAYS = 31
_AT_ONCE = 500
KINDS: dict[str, Promise] = {
    MovementKind.PAYMENT.value: gettext_lazy("Payment"),
    MovementKind.PAYMENT_REVERSED.value: gettext_lazy("Failed payment"),
    MovementKind.REFUND.value: gettext_lazy("Refund"),
    MovementKind.REFUND_FAILED.value: gettext_lazy("Refund came back"),
    MovementKind.DISPUTE.value: gettext_lazy("Dispute"),
    MovementKind.DISPUTE_WON.value: gettext_lazy("Dispute won"),
    MovementKind.PAYOUT.value: gettext_lazy("Payout"),
    MovementKind.PAYOUT_FAILED.value: gettext_lazy("Payout came back"),
    MovementKind.FEE.value: gettext_lazy("Processor's fee"),
    MovementKind.KEPT_BACK.value: gettext_lazy("Minimum balance"),
    MovementKind.OTHER.value: gettext_lazy("Other"),
}
PAYOUTS: dict[str, Promise] = {
    PayoutWay.MANUAL: gettext_lazy("Manual payout"),
    PayoutWay.INSTANT: gettext_lazy("Instant payout"),
}


@dataclass(frozen=True, slots=True)
class Settled:
    """One currency of a report.

    ``difference`` is what the processor's own balance has more than our books, as the last comparison found
    it; none if nobody has to look into one, or if the report ends before that comparison.
    """

    currency: str
    opening: Money
    sums: Sums
    closing: Money
    difference: Money | None


@dataclass(frozen=True, slots=True)
class Report:
    """A settlement report; both days are the company's and within it."""

    company: Company
    first: date
    last: date
    settled: Sequence[Settled]
    movements: QuerySet[Movement]


@dataclass(frozen=True, slots=True)
class Line:
    """One movement with what it was for, and the payout that it is part of, or is itself (``whole``)."""

    movement: Movement
    on: date
    purposes: Sequence[Purpose]
    payout: Payout | None
    whole: Payout | None

    @property
    def customer(self) -> Customer | None:
        """Whose payment, or try to pay, it was about."""
        return customer_of(self.movement)

    @property
    def what(self) -> str:
        """What it was, in the active language."""
        if self.movement.kind == MovementKind.PAYOUT and self.whole and self.whole.way in PAYOUTS:
            return str(PAYOUTS[self.whole.way])
        if self.movement.kind == MovementKind.PAYOUT_FAILED and self.whole and self.whole.is_canceled:
            return _("Payout canceled")
        return kind_of(self.movement)


def kind_of(movement: Movement) -> str:
    """Say in the active language what a movement was.

    A debit under way, or one that failed, is no payment; money back because a debit returned is no dispute.
    """
    if movement.is_pending:
        return _("Bank payment in progress")
    if movement.kind == MovementKind.DISPUTE and movement.payment_id and not movement.dispute_id:
        return _("Returned payment")
    return str(KINDS[movement.kind])


def customer_of(movement: Movement) -> Customer | None:
    """Return whose payment, or try to pay, a movement is about."""
    if movement.payment:
        return movement.payment.customer
    return movement.attempt.link.customer if movement.attempt else None


def choose_days(company: Company, *, first: date | None, last: date | None) -> tuple[date, date]:
    """Return the days of a report: what is not given makes it as long as it can be, and end today.

    It ends with the last payout if that is later than today: the processor's clock may be ahead of ours.
    """
    others = timedelta(days=MOST_DAYS - 1)
    if last is None:
        made_at, latest = queries.last_payout_at(company), clock.today(company.time_zone)
        latest = max(latest, clock.local(made_at, company.time_zone)) if made_at else latest
        last = min(latest, first + others) if first else latest
    return first or last - others, last


def draw_up(company: Company, *, first: date, last: date) -> Report:
    """Add up what moved from the first day to the end of the last, in the company's time zone.

    Raises:
        Refusal: if the days are the wrong way round, or more than 31.
    """
    if last < first:
        raise Refusal(_("The last day is before the first one."))
    if (last - first).days >= MOST_DAYS:
        raise Refusal(_("A settlement report covers at most %(days)s days.") % {"days": MOST_DAYS})
    since = clock.midnight(first, company.time_zone)
    before = clock.midnight(last + timedelta(days=1), company.time_zone)
    rows = queries.movements(company, since=since, before=before)
    opening = queries.balances(company, before=since)
    closing = queries.balances(company, before=before)
    sums = queries.sums(rows)
    differences = queries.balance_differences(company, compared_before=before)
    settled = [
        Settled(
            currency,
            opening.get(currency, Money.zero(currency)),
            sums.get(currency) or Sums.nothing(currency),
            closing.get(currency, Money.zero(currency)),
            differences.get(currency),
        )
        for currency in sorted({*closing, *differences})
        if currency in {*sums, *differences} or closing[currency]
    ]
    return Report(company, first, last, settled, rows.order_by("at", "pk"))


def describe(company: Company, movements: Sequence[Movement]) -> list[Line]:
    """Say what movements were for, in two queries however many there are."""
    purposes = queries.purposes_of(_taken(movements))
    payouts = queries.payouts_called(company, [row.source for row in movements if row.source])
    return [
        Line(
            row,
            clock.local(row.at, company.time_zone),
            _purposes(row, purposes),
            row.payout or payouts.get(row.source),
            payouts.get(row.source),
        )
        for row in movements
    ]


def csv(report: Report) -> Iterator[bytes]:
    """Yield the movements of a report as CSV, in the active language."""
    sign = formats.decimal_sign(get_language() or "en", report.company.time_zone)
    return spreadsheet_export.csv_lines(_movements(report), sign=sign)


def book(report: Report) -> IO[bytes]:
    """Return a report as an XLSX file, open at its beginning: the sums, and each movement."""
    return spreadsheet_export.xlsx_file([_summary(report), _movements(report)])


def file_name(report: Report) -> str:
    """Return what a file of the report is called, without its ending."""
    return f"settlement-{report.first}-{report.last}"


@transaction.atomic(durable=True)
def mail(report: Report, *, to: Sequence[str], submission: str, by: User) -> tuple[str, ...]:
    """Queue a report to every address as a workbook, and return them; the same ``submission`` queues it once.

    Raises:
        Refusal: if an address is wrong; nothing is sent then.
    """
    recipients = send_documents.addresses(to)
    event = f"settlement:{submission[:40]}"
    if Message.objects.filter(company=report.company, event=event).exists():
        return recipients
    outbox.enqueue(
        NewMessage(
            company_id=report.company.pk,
            event=event,
            email=SettlementReport(first=report.first, last=report.last),
            language=get_language() or report.company.reads,
            recipients=recipients,
            subjects=[report.company.pk],
        )
    )
    activity.note(
        report.company.pk,
        activity.Kind.QUEUED,
        subjects=[report.company.pk],
        actor=by.name,
        to=", ".join(recipients),
        number=file_name(report),
        link=0,
    )
    return recipients


def _taken(movements: Sequence[Movement]) -> list[UUID]:
    return [row.payment_id for row in movements if row.payment_id and row.kind == MovementKind.PAYMENT]


def _purposes(row: Movement, purposes: dict[UUID, list[Purpose]]) -> Sequence[Purpose]:
    if row.payment_id is None or row.kind != MovementKind.PAYMENT:
        return ()
    return purposes.get(row.payment_id, ())


def _summary(report: Report) -> Worksheet:
    headings = [
        *(_("Currency"), _("Opening balance"), _("Payments"), _("Refunds"), _("Disputes"), _("Fees")),
        *(_("Other"), _("Payouts"), _("Closing balance"), _("Difference")),
    ]
    rows: list[list[Cell]] = [
        [
            each.currency,
            *(money.decimal for money in (each.opening, each.sums.payments, each.sums.refunds)),
            *(money.decimal for money in (each.sums.disputes, each.sums.fees, each.sums.other)),
            *(money.decimal for money in (each.sums.payouts, each.closing)),
            each.difference.decimal if each.difference else None,
        ]
        for each in report.settled
    ]
    return Worksheet(_("Settlement"), headings, rows)


def _movements(report: Report) -> Worksheet:
    headings = [
        *(_("Date"), _("What"), _("Payment"), _("Customer number"), _("Customer"), _("Invoices")),
        *(_("Gross"), _("Fee"), _("Net"), _("Currency"), _("Payout"), _("Processor's reference")),
        *(_("Paid"), _("Paid currency"), _("Exchange rate")),
    ]
    return Worksheet(_("Movements"), headings, _rows(report, get_language()))


def _rows(report: Report, language: str | None) -> Iterator[list[Cell]]:
    """Yield the lines some hundreds at a time; a stream runs after the request's language is gone."""
    keys = list(report.movements.values_list("pk", flat=True))
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        found = queries.with_all(Movement.objects.all()).in_bulk(part)
        with override(language):
            lines = [_cells(line) for line in describe(report.company, [found[key] for key in part])]
        yield from lines


def _cells(line: Line) -> list[Cell]:
    row = line.movement
    payment, customer = row.payment, customer_of(row)
    gross, fee, net = (Money(minor, row.currency).decimal for minor in (row.gross, row.fee, row.net))
    return [
        *(line.on, line.what, payment.number if payment else ""),
        *((customer.number, customer.name) if customer else ("", "")),
        ", ".join(purpose.number for purpose in line.purposes),
        *(gross, fee, net, row.currency),
        *(line.payout.reference if line.payout else "", row.source or row.reference),
        *(
            (row.payers.decimal, row.presented_currency, row.exchange_rate)
            if row.is_converted
            else ("", "", "")
        ),
    ]
