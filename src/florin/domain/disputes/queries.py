"""Reading disputes: which there are, which are open, and whether one stands in a refund's way."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import BigIntegerField, Case, Q, QuerySet, When
from django.db.models.functions import Cast, Coalesce, Extract

from florin.domain.disputes.lifecycle import AWAITING_ANSWER, LOSSES, OPEN, DisputeState
from florin.domain.disputes.models import Dispute
from florin.domain.ledger.models import Entry
from florin.domain.payments.models import Payment

# While the payer's bank has the money, the processor refunds nothing; during an inquiry it still does.
_BLOCKING = OPEN - LOSSES - {DisputeState.INQUIRY}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFilter:
    """What a list is narrowed to: a state (or ``open`` for all that are open), and a payment or customer."""

    state: str = ""
    words: str = ""


def blocks(payment: Payment) -> bool:
    """Whether a dispute is under way because of which the payment cannot be refunded now."""
    return Dispute.objects.filter(payment=payment, state__in=_BLOCKING).exists()


def of_payment(payment: Payment) -> QuerySet[Dispute]:
    """Return a payment's disputes, the latest first."""
    return Dispute.objects.filter(payment=payment).order_by("-opened_at")


def loss_of(dispute: Dispute) -> str:
    """Return the key of the entry by which a dispute was lost at last; empty if its money was never taken."""
    lost = Entry.objects.filter(source=f"dispute:{dispute.pk}", kind=Entry.Kind.DISPUTE_LOST)
    return lost.order_by("-pk").values_list("key", flat=True).first() or ""


def open_ones(company_id: UUID) -> QuerySet[Dispute]:
    """Return the disputes of a company that are not decided."""
    return Dispute.objects.filter(company=company_id, state__in=OPEN)


def search(company_id: UUID, filters: DisputeFilter) -> QuerySet[Dispute]:
    """Return a company's disputes, to be ordered by ``turn`` and ``urgency``.

    First those that wait for our answer, the soonest due first; then those that others work on, then the
    decided ones, both the latest first.
    """
    found = Dispute.objects.filter(company=company_id).select_related("payment__customer")
    if filters.state == "open":
        found = found.filter(state__in=OPEN)
    elif filters.state:
        found = found.filter(state=filters.state)
    if filters.words:
        number = Q(payment__number__istartswith=filters.words)
        found = found.filter(number | Q(payment__customer__name__icontains=filters.words))
    return found.annotate(
        turn=Case(When(state__in=AWAITING_ANSWER, then=0), When(state__in=OPEN, then=1), default=2),
        urgency=Case(
            When(state__in=AWAITING_ANSWER, then=_seconds(Coalesce("due_by", "opened_at"))),
            default=-_seconds("opened_at"),
        ),
    )


def _seconds(moment: str | Coalesce) -> Cast:
    return Cast(Extract(moment, "epoch"), BigIntegerField())
