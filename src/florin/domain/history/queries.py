"""What became of payments: refunds, returns and disputes beside the money that came in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils.translation import gettext_lazy as _

from florin.domain.disputes import lifecycle as disputes
from florin.domain.disputes.models import Dispute
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Entry
from florin.domain.payments.models import Allocation, Payment, Return, Undoing
from florin.domain.refunds.models import Refund
from florin.kernel import return_codes
from florin.kernel.money import Money

_CONTESTED = sorted(disputes.OPEN | disputes.LOSSES)
_LOST = sorted(disputes.LOSSES)
_ASKED = disputes.DisputeState.INQUIRY


class Fate(models.TextChoices):
    """What became of a payment; the worst that happened is what it is called by."""

    RECEIVED = "received", _("Received")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")
    INQUIRY = "inquiry", _("Inquiry")  # the payer's bank asks; no money is held
    DISPUTED = "disputed", _("Disputed")  # the dispute is open
    CHARGED_BACK = "charged_back", _("Charged back")  # the dispute is lost
    RETURNED = "returned", _("Returned")
    UNDONE = "undone", _("Undone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One payment as a list shows it; ``refunded`` is what went, or is going, back."""

    payment: Payment
    fate: Fate
    refunded: Money
    invoices: Sequence[Invoice]

    @property
    def fee(self) -> Money | None:
        """What the processor keeps, once known; a counter payment costs nothing (R15)."""
        if self.payment.fee is None and self.payment.is_online:
            return None
        return Money(self.payment.fee or 0, self.payment.currency)

    @property
    def net(self) -> Money | None:
        """What is left of it, once the fee is known."""
        return self.payment.money - self.fee if self.fee is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """Everything that happened to one payment after it came in, the earliest first."""

    refunds: Sequence[Refund]
    disputes: Sequence[Dispute]
    returned: Return | None
    undone: Undoing | None


def rows(payments: Sequence[Payment]) -> list[Row]:
    """Return payments as a list shows them, in the same order, in five queries however many there are."""
    keys = [payment.pk for payment in payments]
    refunded, fates = _refunded(keys), _taken_away(keys)
    invoices: dict[UUID, list[Invoice]] = {}
    came_in = Allocation.objects.filter(
        payment__in=keys, invoice__isnull=False, entry__kind=Entry.Kind.PAYMENT
    )
    for part in came_in.select_related("invoice").order_by("pk"):
        if part.invoice:
            invoices.setdefault(part.payment_id, []).append(part.invoice)
    return [
        Row(
            payment=payment,
            fate=fates.get(payment.pk) or _by_refunds(payment, refunded.get(payment.pk, 0)),
            refunded=Money(refunded.get(payment.pk, 0), payment.currency),
            invoices=invoices.get(payment.pk, []),
        )
        for payment in payments
    ]


def aftermath(payment: Payment) -> Aftermath:
    """Return what happened to one payment, in four queries."""
    return Aftermath(
        refunds=list(Refund.objects.filter(payment=payment).order_by("requested_at", "pk")),
        disputes=list(Dispute.objects.filter(payment=payment).order_by("opened_at", "pk")),
        returned=Return.objects.filter(payment=payment).first(),
        undone=Undoing.objects.filter(payment=payment).first(),
    )


def stands(payment: Payment) -> Money:
    """Return what of a payment has not gone back, wherever it is now; one query."""
    parts = Allocation.objects.filter(payment=payment)
    return Money(int(parts.aggregate(sum=Sum("amount", default=0))["sum"]), payment.currency)


def was_taken_back(payment: Payment) -> bool:
    """Whether the payer's bank took a payment back: returned or charged back; one query."""
    return Payment.objects.filter(are(Fate.RETURNED) | are(Fate.CHARGED_BACK), pk=payment.pk).exists()


def are(fate: Fate) -> Q:  # noqa: C901, PLR0911 - a table
    """Return the condition on payments that says what became of them, as ``rows`` does."""
    undone = Q(Exists(Undoing.objects.filter(payment=OuterRef("pk"))))
    returns = Return.objects.filter(payment=OuterRef("pk"))
    returned = Q(Exists(returns.exclude(code=return_codes.CHARGED_BACK)))
    contested = Dispute.objects.filter(payment=OuterRef("pk"), state__in=_CONTESTED)
    disputed = Q(Exists(contested.exclude(state__in=[*_LOST, _ASKED])))
    asked = Q(Exists(contested.filter(state=_ASKED)))
    charged_back = Q(Exists(contested.filter(state__in=_LOST)))
    charged_back |= Q(Exists(returns.filter(code=return_codes.CHARGED_BACK)))
    refunded = Q(Exists(_refunds()))
    taken = undone | returned | charged_back | disputed | asked
    match fate:
        case Fate.UNDONE:
            return undone
        case Fate.RETURNED:
            return returned & ~undone
        case Fate.CHARGED_BACK:
            return charged_back & ~undone & ~returned
        case Fate.DISPUTED:
            return disputed & ~charged_back & ~undone & ~returned
        case Fate.INQUIRY:
            return asked & ~disputed & ~charged_back & ~undone & ~returned
        case Fate.REFUNDED:
            return refunded & Q(GreaterThanOrEqual(_back(), F("amount"))) & ~taken
        case Fate.PARTLY_REFUNDED:
            return refunded & Q(LessThan(_back(), F("amount"))) & ~taken
        case Fate.RECEIVED:
            return ~refunded & ~taken


def _refunded(keys: Collection[UUID]) -> dict[UUID, int]:
    """Return what of each payment went back, or is on its way, in minor units; none is left out."""
    counted = Refund.objects.filter(payment__in=keys).exclude(state=Refund.State.FAILED)
    return dict(counted.values_list("payment").annotate(total=Sum("amount")))


def _taken_away(keys: Collection[UUID]) -> dict[UUID, Fate]:
    """Return which payments are not ours any more, or may not be."""
    contested = Dispute.objects.filter(payment__in=keys, state__in=_CONTESTED).values_list("payment", "state")
    lost = {payment for payment, state in contested if state in _LOST}
    found = {payment: Fate.INQUIRY for payment, _state in contested}
    found |= {payment: Fate.DISPUTED for payment, state in contested if state != _ASKED}
    returned = Return.objects.filter(payment__in=keys).values_list("payment", "code")
    for payment, code in returned:
        lost |= {payment} if code == return_codes.CHARGED_BACK else set()
        found[payment] = Fate.RETURNED
    undone = Undoing.objects.filter(payment__in=keys).values_list("payment", flat=True)
    return found | dict.fromkeys(lost, Fate.CHARGED_BACK) | dict.fromkeys(undone, Fate.UNDONE)


def _by_refunds(payment: Payment, refunded: int) -> Fate:
    if not refunded:
        return Fate.RECEIVED
    return Fate.REFUNDED if refunded >= payment.amount else Fate.PARTLY_REFUNDED


def _refunds() -> QuerySet[Refund]:
    """Return the refunds of the payment around the query, but for those that failed."""
    return Refund.objects.filter(payment=OuterRef("pk")).exclude(state=Refund.State.FAILED)


def _back() -> Subquery:
    """Return what of the payment around the query went back, or is on its way."""
    return Subquery(_refunds().order_by().values("payment").annotate(total=Sum("amount")).values("total"))
