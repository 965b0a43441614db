"""Finding payments among a million, what they come to, and bank debits that are under way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum

from florin.domain.attempts.bill import Bill
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt, AttemptDebt
from florin.domain.customers import queries as customers
from florin.domain.ledger.models import Entry
from florin.domain.payments.models import Allocation, Payment, Return
from florin.kernel import clock
from florin.kernel.money import Money, unusual

# What is sorted in a blink, and added up on every page; more is met while walking along the sort's index.
MOST_COUNTED = 2_000
# As many customers are named one by one, so that PostgreSQL knows how many payments to expect of them.
_MOST_NAMED = 200
_AT_ONCE = 500
_MOST_UNDER_WAY = 50
_STILL_NEWS = timedelta(days=30)
# A bank pays or refuses a debit within a week; one that is under way for longer may hold its debts for ever.
SILENT_AFTER = timedelta(days=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFilter:
    """Which payments; what is empty or None asks for nothing.

    ``words`` begin a number or a reference, are words of the customer, or the number of an invoice that was
    paid; ``amount`` is what they say as an amount, in major units of any currency, and fits as well. Times
    are UTC, ``until`` not included. ``only`` is a condition of the caller's.
    """

    words: str = ""
    amount: Decimal | None = None
    customer: UUID | None = None
    method: str = ""
    by: str = ""
    since: datetime | None = None
    until: datetime | None = None
    only: Q | None = None


@dataclass(frozen=True, slots=True)
class Setback:
    """A payment that did not hold: how much of it, begun when (UTC), and the bank's return code.

    A card payment that was lost in a dispute has no code. ``whole`` says that all of it can be paid again.
    """

    amount: Money
    began_at: datetime
    code: str | None
    whole: bool


def search(company_id: UUID, filters: PaymentFilter) -> QuerySet[Payment]:
    """Return the company's payments that fit, in no order yet; customers come along."""
    found = Payment.objects.filter(company_id=company_id).select_related("customer")
    if words := filters.words.replace("\x00", "").strip():
        found = found.filter(_fitting(company_id, words, filters.amount))
    if filters.customer:
        found = found.filter(customer=filters.customer)
    if filters.method:
        found = found.filter(method=filters.method)
    if filters.by:
        found = found.filter(received_by=filters.by)
    if filters.since:
        found = found.filter(received_at__gte=filters.since)
    if filters.until:
        found = found.filter(received_at__lt=filters.until)
    return found if filters.only is None else found.filter(filters.only)


def walk(found: QuerySet[Payment]) -> Iterator[list[Payment]]:
    """Yield what was found, the latest first, some hundreds at a time, without what comes in meanwhile."""
    ordered = found.order_by("-received_at", "-pk")
    some = list(ordered[:_AT_ONCE])
    while some:
        yield some
        last = some[-1]
        beyond = Q(received_at__lt=last.received_at) | Q(received_at=last.received_at, pk__lt=last.pk)
        some = list(ordered.filter(beyond, received_at__lte=last.received_at)[:_AT_ONCE])


def under_way(company_id: UUID) -> list[Attempt]:
    """Return the bank debits that are under way, the longest first, with their customers and invoices."""
    pending = Attempt.objects.filter(company_id=company_id, state=Attempt.State.PENDING)
    return _with_debts(pending, "started_at")


def silent(company_id: UUID) -> QuerySet[Attempt]:
    """Return the bank debits that have been under way for so long that somebody should ask the processor."""
    return Attempt.objects.filter(
        company_id=company_id,
        state=Attempt.State.PENDING,
        awaits_payer=False,
        started_at__lt=clock.now() - SILENT_AFTER,
    )


def failed(company_id: UUID) -> QuerySet[Attempt]:
    """Return the bank debits of the last 30 days that the bank did not pay, while something is still owed."""
    still_owed = AttemptDebt.objects.filter(attempt=OuterRef("pk"), item__balance__gt=0)
    return Attempt.objects.filter(
        Exists(still_owed),
        company_id=company_id,
        state=Attempt.State.FAILED,
        started_at__gte=clock.now() - _STILL_NEWS,
    )


def failed_with_debts(company_id: UUID) -> list[Attempt]:
    """Return what ``failed`` does, the latest first, with customers and invoices."""
    return _with_debts(failed(company_id), "-started_at")


def setback(bill: Bill) -> Setback | None:
    """Return the payment by a bill's link that failed, came back or was lost, while any of its debts is open.

    Only the latest by this very link counts: a later one paid, and what others paid by links of their own is
    their affair. Two queries, one if nothing is wrong, and none if nobody has pressed Pay on this link.
    """
    if bill.link.started_at is None:
        return None
    decided = Attempt.objects.filter(
        link=bill.link, state__in=[Attempt.State.FAILED, Attempt.State.SETTLED]
    ).annotate(
        returned=Return.objects.filter(payment__attempt=OuterRef("pk")).values("code")[:1],
        contested=_contested(payment__attempt=OuterRef("pk")),
    )
    latest = decided.order_by("-started_at").first()
    if latest is None:
        return None
    if latest.method == Method.ACH:
        code = latest.failure if latest.state == Attempt.State.FAILED else latest.returned
        gone = 0 if code is None else latest.total
    else:
        code, gone = None, -(latest.contested or 0)
    if not gone:
        return None  # it is paid
    payable = {line.item_id: line.payable.minor for line in bill.lines}
    debts = latest.debts.values_list("item", "amount")
    left = sum(min(amount, payable.get(item, 0)) for item, amount in debts)
    if not left:
        return None
    return Setback(Money(gone, latest.currency), latest.started_at, code, left >= gone)


def _contested(**of: OuterRef) -> Subquery:
    """Ask what disputes took of a payment that were lost, and not won after all (minor units, negative)."""
    kinds = [Entry.Kind.DISPUTE_LOST, Entry.Kind.DISPUTE_WON]
    moved = Allocation.objects.filter(entry__kind__in=kinds, **of).order_by().values("payment")
    return Subquery(moved.annotate(sum=Sum("amount")).values("sum"))


def _with_debts(attempts: QuerySet[Attempt], order: str) -> list[Attempt]:
    found = attempts.select_related("link__customer").prefetch_related("debts__invoice")
    return list(found.order_by(order)[:_MOST_UNDER_WAY])


def _fitting(company_id: UUID, words: str, amount: Decimal | None) -> Q:
    """Say how words may fit: each way has an index of its own, and PostgreSQL joins what they find."""
    fits = Q(number__istartswith=words) | (~Q(reference="") & Q(reference__istartswith=words))
    if amount is not None:
        fits |= _of_amount(amount)
    named = customers.search(company_id, words).order_by().values_list("pk", flat=True)
    keys = list(named[: _MOST_NAMED + 1])
    if keys:
        fits |= Q(customer__in=keys if len(keys) <= _MOST_NAMED else named)
    of_invoice = Allocation.objects.filter(
        invoice__company=company_id, invoice__number__in={words, words.upper()}
    )
    if paid := set(of_invoice.values_list("payment", flat=True)):
        fits |= Q(pk__in=paid)
    return fits


def _of_amount(amount: Decimal) -> Q:
    """Ask for an amount in every currency; the same number is another amount where there are no cents."""
    whole, thousandths = Q(currency__in=unusual(0)), Q(currency__in=unusual(3))
    fits = Q()
    for decimals, currencies in ((0, whole), (2, ~whole & ~thousandths), (3, thousandths)):
        minor = amount.scaleb(decimals)
        if minor == minor.to_integral_value():
            fits |= currencies & Q(amount=int(minor))
    return fits
