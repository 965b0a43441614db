"""What can still be sent back of a payment, and from where (R21); and the refunds that there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.domain.attempts import bill
from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company
from florin.domain.ledger.models import Item
from florin.domain.payments import allocating
from florin.domain.payments.models import Payment, Return, Reversal
from florin.domain.refunds.models import Refund
from florin.kernel import clock, formats
from florin.kernel.money import Money

# For how long after a payment it can be sent back (product decision "Refunds"); other ways have no end.
_DAYS = {Method.CARD: 90, Method.ACH: 180}
_FAILURE_IS_NEWS = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where money for a refund can be taken from, and how much of it, in minor units.

    An invoice that the payment paid is owed again; an open credit becomes less. ``is_own`` tells the
    payment's own money from another open credit of the customer, which is paid out by this payment's way.
    """

    item: Item
    available: int
    is_invoice: bool
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a refund of one payment can be; ``obstacle`` says why none can, if so.

    ``left`` is what has not gone back yet, in minor units; ``last_day`` is the company's day.
    """

    payment: Payment
    left: int
    last_day: date | None
    sources: Sequence[Source]
    obstacle: str = ""

    @property
    def money(self) -> Money:
        """What has not gone back yet."""
        return Money(self.left, self.payment.currency)

    @property
    def days_left(self) -> int | None:
        """How many days after today there are to decide, as ``days_left`` counts them."""
        return days_left(self.payment)

    @property
    def proposal(self) -> Mapping[UUID, int]:
        """The payment's own open credit if there is one, so that nothing is owed again; or else all of it."""
        own = [source for source in self.sources if source.is_own]
        excess = [source for source in own if not source.is_invoice]
        proposed, left = {}, self.left
        for source in excess or own:
            if amount := min(source.available, left):
                proposed[source.item.pk] = amount
                left -= amount
        return proposed


def room(payment: Payment) -> Room:
    """Reckon what of a payment can be sent back now; who is going to decide holds its lock."""
    gone = (
        Return.objects.filter(payment=payment).exists() or Reversal.objects.filter(payment=payment).exists()
    )
    left = 0 if gone else payment.amount - _sent_back(payment)
    until, sources = last_day(payment), _sources(payment) if left else []
    obstacle = _obstacle(payment, left, until, gone=gone)
    if not obstacle and not sources:
        obstacle = _("What this payment paid has been used elsewhere; take it back from there first.")
    return Room(payment=payment, left=left, last_day=until, sources=sources, obstacle=obstacle)


def last_day(payment: Payment) -> date | None:
    """Return the last day on which a payment can be refunded, in the company's time zone, if there is one."""
    days = _DAYS.get(Method(payment.method))
    if days is None:
        return None
    return payment.received_on + timedelta(days=days)


def days_left(payment: Payment) -> int | None:
    """Return how many days after today a payment can be refunded: 0 on the last, below it too late.

    Nothing if there is no end. Days are the company's.
    """
    until = last_day(payment)
    return None if until is None else (until - clock.today(payment.company.time_zone)).days


def is_too_late(payment: Payment) -> bool:
    """Whether the last day for a refund of a payment is over, in the company's time zone."""
    left = days_left(payment)
    return left is not None and left < 0


def find_by_submission(company: Company, submission: str) -> Refund | None:
    """Return the refund that was asked for on this form, if it was."""
    return Refund.objects.filter(company=company, submission=submission).first() if submission else None


def search(company_id: UUID, *, words: str = "", state: str = "") -> QuerySet[Refund]:
    """Return a company's refunds; ``words`` begin a number or are a part of the customer's name."""
    found = Refund.objects.filter(company=company_id).select_related("payment", "customer", "credit")
    if state:
        found = found.filter(state=state)
    if words:
        numbers = Q(number__istartswith=words) | Q(payment__number__istartswith=words)
        found = found.filter(numbers | Q(customer__name__icontains=words))
    return found


def due(now: datetime) -> QuerySet[Refund]:
    """Return refunds whose turn it is to be asked about at the processor."""
    under_way = [Refund.State.REQUESTED, Refund.State.PENDING]
    return Refund.objects.filter(state__in=under_way, check_at__lte=now).order_by("check_at")


def awaiting_balance(company: Company) -> QuerySet[Refund]:
    """Return refunds that are not sent before the balance at the processor covers them."""
    return Refund.objects.filter(company=company, state=Refund.State.PENDING, awaits_balance=True)


def waiting(company: Company) -> QuerySet[Refund]:
    """Return refunds that failed lately and that nobody has made again."""
    later = Refund.objects.filter(payment=OuterRef("payment"), requested_at__gt=OuterRef("requested_at"))
    return Refund.objects.filter(
        ~Exists(later),
        company=company,
        state=Refund.State.FAILED,
        requested_at__gte=clock.now() - _FAILURE_IS_NEWS,
    )


def _sent_back(payment: Payment) -> int:
    alive = Refund.objects.filter(payment=payment).exclude(state=Refund.State.FAILED)
    return int(alive.aggregate(sum=Sum("amount", default=0))["sum"])


def _sources(payment: Payment) -> list[Source]:
    """List the payment's own money where it stands, and the customer's other credits.

    An overpayment of another payment is left out: it goes back by the way on which it came.
    """
    own = allocating.current_allocations(payment)
    others = Item.objects.filter(
        company=payment.company,
        customer=payment.customer,
        currency=payment.currency,
        kind=Item.Kind.CREDIT,
        balance__lt=0,
    ).order_by("opened_on", "number")
    credits_ = [part.item for part in own if part.invoice_id is None]
    held = bill.reserved_credits([item.pk for item in (*credits_, *others)])
    found = [
        Source(
            item=part.item,
            available=part.amount if part.invoice_id else min(part.amount, _open(part.item, held)),
            is_invoice=part.invoice_id is not None,
            is_own=True,
        )
        for part in own
    ]
    found += [
        Source(item=item, available=_open(item, held), is_invoice=False, is_own=False) for item in others
    ]
    return [source for source in found if source.available]


def _open(item: Item, held: Mapping[UUID, int]) -> int:
    return max(-item.balance - held.get(item.pk, 0), 0)


def _obstacle(payment: Payment, left: int, until: date | None, *, gone: bool) -> str:
    if gone:
        return _("This payment has gone back to the payer already, so nothing of it is left to refund.")
    if not left:
        return _("All of this payment has been refunded.")
    if until is not None and is_too_late(payment):
        return _(
            "This payment could be refunded until %(day)s. Pay the customer back in another way, "
            "or keep the amount as a credit."
        ) % {"day": formats.day(until, get_language() or "en")}
    return ""
