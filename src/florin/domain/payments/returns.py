"""Payments that a bank takes back: a bank debit after it cleared, a bad check, a card charged back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from florin.contracts.processor import DisputeReport
from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Line
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.payments import allocating
from florin.domain.payments.models import Allocation, Payment, Return, Reversal
from florin.kernel import cards, clock
from florin.kernel.errors import Conflict, Refusal
from florin.kernel.money import Money
from florin.kernel.return_codes import CHARGED_BACK

_BY = "processor"
_REMEMBERED_DAYS = 90
_BY_BANK = (Method.CHECK, Method.WIRE)
_METHODS = {CHARGED_BACK: (Method.TERMINAL,)}


@dataclass(frozen=True, slots=True)
class Reopened:
    """What is owed on an invoice again, or not any more: ``amount`` of it because of this, in minor units."""

    invoice: Invoice
    amount: int


def of_payment(payment: Payment) -> Return | None:
    """Return how a payment was returned, if it was."""
    return Return.objects.filter(payment=payment).first()


def take_in(payment: Payment, report: DisputeReport) -> Return | None:
    """Book a bank debit that came back, exactly once; none if it is booked already (R13).

    The payment is locked by the caller. What was refunded before is booked as an adjustment, so that the
    processor's balance and ours stay equal; what it charges goes to the fees.
    """
    if of_payment(payment) or not report.withdrawn:
        return None
    returned = _book(
        payment,
        report.amount,
        Return(
            code=report.return_reason,
            reason=cards.StoredText(f"{report.code}"[:200]),
            reference=report.reference,
        ),
        by=_BY,
    )
    if report.fee and report.fee.currency == payment.currency:
        _book_fee(returned, report.fee)
    return returned


def still_owed(company: Company) -> QuerySet[Return]:
    """Return the company's returns of the last 90 days whose invoices nobody has paid since."""
    since = clock.now() - timedelta(days=_REMEMBERED_DAYS)
    owed = Allocation.objects.filter(payment=OuterRef("payment"), invoice__isnull=False, item__balance__gt=0)
    return Return.objects.filter(Exists(owed), payment__company=company, returned_at__gte=since)


def check(payment: Payment, *, code: str) -> None:
    """Let pass that somebody marks a payment of the counter (R20) as taken back by the bank, for this reason.

    Raises:
        Refusal: if a processor took it, which tells by itself, or the reason does not fit how it was paid.
        Conflict: if it has been returned or undone already.
    """
    parts = {"number": payment.number}
    if payment.is_online:
        raise Refusal(
            _("Payment %(number)s came through the processor, which tells by itself when it comes back.")
            % parts
        )
    if payment.method not in _METHODS.get(code, _BY_BANK):
        raise Refusal(_("A payment that was made in this way cannot come back like this."))
    if of_payment(payment):
        raise Conflict(_("Payment %(number)s is marked as returned already.") % parts)
    if Reversal.objects.filter(payment=payment).exists():
        raise Conflict(_("Payment %(number)s was undone, so there is nothing to take back.") % parts)


def mark(payment: Payment, *, code: str, reason: str, by: str) -> Return:
    """Book that the bank took back a payment that was recorded at the counter, which the caller has locked.

    Raises:
        Refusal: as ``check`` does.
    """
    check(payment, code=code)
    return _book(payment, payment.money, Return(code=code, reason=reason), by=by)


def reopened(key: str) -> list[Reopened]:
    """Return the invoices on which more is owed since money was taken back under this entry's key.

    Those from which an overpayment, a credit or a discount was taken back are among them; oldest due first.
    """
    return [Reopened(invoice, moved) for invoice, moved in _invoices(key) if moved > 0]


def paid_again(key: str) -> list[Reopened]:
    """Return the invoices on which less is owed since money came back to them under this entry's key."""
    return [Reopened(invoice, -moved) for invoice, moved in _invoices(key) if moved < 0]


def credited(key: str, currency: str) -> Money:
    """Return what became open credit under this entry's key."""
    lines = _lines(key).filter(account=Account.CUSTOMER_CREDIT)
    return Money(-int(lines.aggregate(sum=Sum("amount", default=0))["sum"]), currency)


def items_of(key: str) -> Sequence[UUID]:
    """Return the keys of all items whose balance has changed since, under this entry's key."""
    moved = _lines(key).filter(item__isnull=False)
    return list(moved.order_by("item").values_list("item", flat=True).distinct())


def _invoices(key: str) -> list[tuple[Invoice, int]]:
    """Return what an entry and those that it brought about moved on each invoice, the oldest due first."""
    lines = _lines(key).filter(account=Account.RECEIVABLE).values_list("item")
    amounts = dict(lines.annotate(amount=Sum("amount")))
    invoices = Invoice.objects.filter(item__in=amounts).select_related("item").order_by("due_on", "number")
    return [(invoice, int(amounts[invoice.item_id])) for invoice in invoices]


def _lines(key: str) -> QuerySet[Line]:
    """Return the lines of an entry and of those that it brought about, whose keys begin with its own."""
    return Line.objects.filter(Q(entry__key=key) | Q(entry__key__startswith=f"{key}:"))


def _book(payment: Payment, amount: Money, returned: Return, *, by: str) -> Return:
    key = f"payment:{payment.pk}:return"
    taken = allocating.take_all(
        payment, amount.minor, to=payment.holder, kind=Entry.Kind.RETURN, key=key, by=by
    )
    allocating.restore_credits(payment, key=key, by=by)
    returned.payment, returned.entry = payment, taken.entry
    returned.returned_at, returned.marked_by = clock.now(), by
    returned.save(force_insert=True)
    return returned


def _book_fee(returned: Return, fee: Money) -> None:
    company = returned.payment.company
    posting.post(
        NewEntry(
            company=company,
            kind=Entry.Kind.FEE,
            source=f"return:{returned.pk}",
            key=f"return:{returned.pk}:fee",
            date=clock.today(company.time_zone),
            by=_BY,
            postings=[Posting(Account.FEES, fee), Posting(Account.PROCESSOR, -fee)],
        )
    )
