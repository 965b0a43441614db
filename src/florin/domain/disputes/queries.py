"""Reading disputes: which there are, which are open, and whether one stands in a refund's way."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

from florin.domain.disputes.lifecycle import OPEN, DisputeState
from florin.domain.disputes.models import Dispute
from florin.domain.payments.models import Payment

# While the payer's bank has the money, the processor refunds nothing; during an inquiry it still does.
_BLOCKING = OPEN - {DisputeState.INQUIRY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is narrowed to: a state (or ``open`` for all that are open), and a payment or customer."""

    state: str = ""
    words: str = ""


def blocks(payment: Payment) -> bool:
    """Whether a dispute is under way because of which the payment cannot be refunded now."""
    return Dispute.objects.filter(payment=payment, state__in=_BLOCKING).exists()


def of_payment(payment: Payment) -> QuerySet[Dispute]:
    """Return a payment's disputes, the latest first."""
    return Dispute.objects.filter(payment=payment).order_by("-opened_at")


def open_ones(company_id: UUID) -> QuerySet[Dispute]:
    """Return the disputes of a company that are not decided."""
    return Dispute.objects.filter(company=company_id, state__in=OPEN)


def search(company_id: UUID, wanted: Wanted) -> QuerySet[Dispute]:
    """Return a company's disputes; ``decided`` is 0 for the open ones and 1 for the others, to order by."""
    found = Dispute.objects.filter(company=company_id).select_related("payment__customer")
    if wanted.state == "open":
        found = found.filter(state__in=OPEN)
    elif wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.words:
        number = Q(payment__number__istartswith=wanted.words)
        found = found.filter(number | Q(payment__customer__name__icontains=wanted.words))
    return found.annotate(decided=Case(When(state__in=OPEN, then=0), default=1))
