"""What became of payments: refunds, returns and disputes beside the money that came in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils.translation import gettext_lazy as _

from florin.domain.attempts.methods import ONLINE
from florin.domain.disputes import lifecycle as disputes
from florin.domain.disputes.models import Dispute
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Entry
from florin.domain.payments import queries
from florin.domain.payments.models import Allocation, Payment, Return, Reversal
from florin.domain.payouts import queries as payouts
from florin.domain.payouts.queries import Conversion
from florin.domain.refunds.models import Refund
from florin.kernel import return_codes
from florin.kernel.money import Money

_CONTESTED = sorted(disputes.OPEN | disputes.LOSSES)
_LOST = sorted(disputes.LOSSES)
_ASKED = disputes.DisputeState.INQUIRY


class PaymentStatus(models.TextChoices):
    """What became of a payment; the worst that happened is what it is called by."""

    RECEIVED = "received", _("Received")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")
    INQUIRY = "inquiry", _("Inquiry")  # the payer's bank asks; no money is held
    DISPUTED = "disputed", _("Disputed")  # the dispute is open
    CHARGED_BACK = "charged_back", _("Charged back")  # the dispute is lost
    RETURNED = "returned", _("Returned")
    UNDONE = "undone", _("Undone")


TAKEN_BACK = (PaymentStatus.RETURNED, PaymentStatus.CHARGED_BACK)  # by the payer's bank


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPayment:
    """One payment as a list shows it.

    ``refunded`` is what went, or is going, back; ``lost`` what the payer's bank holds in a dispute or took,
    and what was undone; ``charged`` what disputes cost, less what of the fee came back with refunds. If the
    processor ``converted`` it, fee and net are in the currency of the account, and stand there.
    """

    payment: Payment
    status: PaymentStatus
    refunded: Money
    lost: Money
    charged: Money
    invoices: Sequence[Invoice]
    converted: Conversion | None = None

    @property
    def fee(self) -> Money | None:
        """What the processor keeps, once known; a counter payment costs nothing (R15)."""
        if self.payment.fee is None and self.payment.is_online:
            return None
        return Money(self.payment.fee or 0, self.payment.currency) + self.charged

    @property
    def net(self) -> Money | None:
        """What is left of it, once the fee is known; below zero if more went than had come in."""
        return self.payment.money - self.refunded - self.lost - self.fee if self.fee is not None else None


@dataclass(frozen=True, slots=True)
class Total:
    """What some payments of one currency come to; a fee that is not known yet counts as none (R15).

    ``gone`` is what of them is not ours any more: refunded, held in disputes, lost, returned or undone.
    """

    count: int
    gross: Money
    fee: Money
    gone: Money

    @property
    def net(self) -> Money:
        """What is left of it."""
        return self.gross - self.gone - self.fee


@dataclass(frozen=True, slots=True)
class Totals:
    """What was found, currency by currency; ``cut`` if it is more than is added up, and then nothing is.

    ``converted`` is what those of them came to, with their fees, that the processor converted from one
    currency into another.
    """

    totals: Sequence[Total]
    cut: bool
    converted: Mapping[tuple[str, str], Total] = field(default_factory=dict)

    @property
    def without_fees(self) -> set[str]:
        """The currencies whose totals lack fees that were taken in another."""
        return {paid_in for paid_in, _ in self.converted}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvents:
    """Everything that happened to one payment after it came in, the earliest first."""

    refunds: Sequence[Refund]
    disputes: Sequence[Dispute]
    returned: Return | None
    undone: Reversal | None


def rows(payments: Sequence[Payment]) -> list[ListedPayment]:
    """Return payments as a list shows them, in the same order, in six queries however many there are."""
    happened = _happened([payment.pk for payment in payments])
    invoices: dict[UUID, list[Invoice]] = {}
    came_in = Allocation.objects.filter(
        payment__in=payments, invoice__isnull=False, entry__kind=Entry.Kind.PAYMENT
    )
    for part in came_in.select_related("invoice").order_by("pk"):
        if part.invoice:
            invoices.setdefault(part.payment_id, []).append(part.invoice)
    converted = payouts.conversions(
        [payment.pk for payment in payments if payment.is_online and payment.fee is None]
    )
    return [
        _listed(payment, happened[payment.pk], invoices.get(payment.pk, []), converted.get(payment.pk))
        for payment in payments
    ]


def totals(found: QuerySet[Payment]) -> Totals:
    """Add up what was found, in six queries, unless it is more than ``MOST_COUNTED``."""
    asked = found.order_by().values_list("pk", "currency", "amount", "fee", "method")
    some = asked[: queries.MOST_COUNTED + 1]
    payments = list(some)
    if len(payments) > queries.MOST_COUNTED:
        return Totals([], cut=True)
    happened = _happened([key for key, *_ in payments])
    sums: dict[str, list[int]] = {}
    for key, currency, amount, fee, _method in payments:
        what = happened[key]
        facts = (1, amount, (fee or 0) + what.charged, what.refunded + what.lost(amount))
        sums[currency] = [one + other for one, other in zip(sums.get(currency, (0,) * 4), facts, strict=True)]
    return Totals(
        [
            Total(count, *(Money(minor, currency) for minor in amounts))
            for currency, (count, *amounts) in sorted(sums.items())
        ],
        cut=False,
        converted=_converted([key for key, *_, fee, method in payments if fee is None and method in ONLINE]),
    )


def _converted(keys: Collection[UUID]) -> dict[tuple[str, str], Total]:
    """Add up what converted payments came to, by both currencies; one query, none for no payments."""
    sums: dict[tuple[str, str], Total] = {}
    for one in payouts.conversions(keys).values():
        zero, both = Money.zero(one.worth.currency), (one.paid_in, one.worth.currency)
        until = sums.get(both, Total(0, zero, zero, zero))
        sums[both] = Total(
            until.count + 1, until.gross + one.worth, until.fee + one.cost, until.gone + one.gone
        )
    return dict(sorted(sums.items()))


def payment_events(payment: Payment) -> PaymentEvents:
    """Return what happened to one payment, in four queries."""
    return PaymentEvents(
        refunds=list(Refund.objects.filter(payment=payment).order_by("requested_at", "pk")),
        disputes=list(Dispute.objects.filter(payment=payment).order_by("opened_at", "pk")),
        returned=Return.objects.filter(payment=payment).first(),
        undone=Reversal.objects.filter(payment=payment).first(),
    )


def stands(payment: Payment) -> Money:
    """Return what of a payment has not gone back, wherever it is now; one query."""
    parts = Allocation.objects.filter(payment=payment)
    return Money(int(parts.aggregate(sum=Sum("amount", default=0))["sum"]), payment.currency)


def was_taken_back(payment: Payment) -> bool:
    """Whether the payer's bank took a payment back: returned or charged back; one query."""
    conditions = (where_status(status) for status in TAKEN_BACK)
    return Payment.objects.filter(reduce(or_, conditions), pk=payment.pk).exists()


def where_status(status: PaymentStatus) -> Q:  # noqa: C901, PLR0911 - a table
    """Return the condition on payments that says what became of them, as ``rows`` does."""
    undone = Q(Exists(Reversal.objects.filter(payment=OuterRef("pk"))))
    returns = Return.objects.filter(payment=OuterRef("pk"))
    returned = Q(Exists(returns.exclude(code=return_codes.CHARGED_BACK)))
    contested = Dispute.objects.filter(payment=OuterRef("pk"), state__in=_CONTESTED)
    disputed = Q(Exists(contested.exclude(state__in=[*_LOST, _ASKED])))
    asked = Q(Exists(contested.filter(state=_ASKED)))
    charged_back = Q(Exists(contested.filter(state__in=_LOST)))
    charged_back |= Q(Exists(returns.filter(code=return_codes.CHARGED_BACK)))
    refunded = Q(Exists(_refunds()))
    taken = undone | returned | charged_back | disputed | asked
    match status:
        case PaymentStatus.UNDONE:
            return undone
        case PaymentStatus.RETURNED:
            return returned & ~undone
        case PaymentStatus.CHARGED_BACK:
            return charged_back & ~undone & ~returned
        case PaymentStatus.DISPUTED:
            return disputed & ~charged_back & ~undone & ~returned
        case PaymentStatus.INQUIRY:
            return asked & ~disputed & ~charged_back & ~undone & ~returned
        case PaymentStatus.REFUNDED:
            return refunded & Q(GreaterThanOrEqual(_back(), F("amount"))) & ~taken
        case PaymentStatus.PARTLY_REFUNDED:
            return refunded & Q(LessThan(_back(), F("amount"))) & ~taken
        case PaymentStatus.RECEIVED:
            return ~refunded & ~taken


@dataclass(slots=True)
class _Happened:
    """What came after a payment, in minor units; ``whole`` if all of it was returned or undone.

    ``contested`` is what disputes hold of it, or have lost; ``status`` is what became of it beside refunds.
    """

    refunded: int = 0
    contested: int = 0
    charged: int = 0
    whole: bool = False
    status: PaymentStatus | None = None

    def lost(self, amount: int) -> int:
        """Return what of a payment of this amount is lost, or held; what is gone as a whole is so once."""
        return amount if self.whole else self.contested


def _happened(keys: Collection[UUID]) -> dict[UUID, _Happened]:
    """Return what came after payments, in four queries."""
    found = {key: _Happened() for key in keys}
    refunds = Refund.objects.filter(payment__in=keys).exclude(state=Refund.State.FAILED)
    for payment, amount, returned in refunds.values_list("payment", "amount", "fee_returned"):
        found[payment].refunded += amount
        found[payment].charged -= returned or 0
    _take_back(found)
    facts = Dispute.objects.filter(payment__in=keys).values_list(
        "payment", "state", "amount", "held", "fee", "currency", "payment__currency"
    )
    for payment, state, amount, held, fee, currency, paid in facts:
        what, lost = found[payment], state in _LOST
        if currency == paid:  # another is left to the reconciliation
            what.contested += amount if lost else held
            what.charged += fee or 0
        if what.status == PaymentStatus.UNDONE or (state not in _CONTESTED):
            continue
        if lost:
            what.status = PaymentStatus.CHARGED_BACK
        elif what.status in {None, PaymentStatus.INQUIRY}:
            what.status = PaymentStatus.INQUIRY if state == _ASKED else PaymentStatus.DISPUTED
    return found


def _take_back(found: dict[UUID, _Happened]) -> None:
    """Take note of what the payers' banks took back, and of what staff undid."""
    returned = Return.objects.filter(payment__in=found).values_list("payment", "code")
    for payment, code in returned:
        found[payment].whole = True
        found[payment].status = (
            PaymentStatus.CHARGED_BACK if code == return_codes.CHARGED_BACK else PaymentStatus.RETURNED
        )
    for payment in Reversal.objects.filter(payment__in=found).values_list("payment", flat=True):
        found[payment].whole, found[payment].status = True, PaymentStatus.UNDONE


def _listed(
    payment: Payment, what: _Happened, invoices: Sequence[Invoice], converted: Conversion | None
) -> ListedPayment:
    return ListedPayment(
        payment=payment,
        status=what.status or _by_refunds(payment, what.refunded),
        refunded=Money(what.refunded, payment.currency),
        lost=Money(what.lost(payment.amount), payment.currency),
        charged=Money(what.charged, payment.currency),
        invoices=invoices,
        converted=converted,
    )


def _by_refunds(payment: Payment, refunded: int) -> PaymentStatus:
    if not refunded:
        return PaymentStatus.RECEIVED
    return PaymentStatus.REFUNDED if refunded >= payment.amount else PaymentStatus.PARTLY_REFUNDED


def _refunds() -> QuerySet[Refund]:
    """Return the refunds of the payment around the query, but for those that failed."""
    return Refund.objects.filter(payment=OuterRef("pk")).exclude(state=Refund.State.FAILED)


def _back() -> Subquery:
    """Return what of the payment around the query went back, or is on its way."""
    return Subquery(_refunds().order_by().values("payment").annotate(total=Sum("amount")).values("total"))
