"""Payments > Disputes: what payers contest, what is left of the days to answer, and where to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy

from florin.contracts import dispute_reasons
from florin.domain.companies.models import Company
from florin.domain.disputes import queries
from florin.domain.disputes.lifecycle import AWAITING_ANSWER, OPEN, DisputeState
from florin.domain.disputes.models import Dispute
from florin.domain.disputes.queries import DisputeFilter
from florin.domain.staff.rights import Right
from florin.flows import follow_dispute
from florin.kernel import clock
from florin.kernel.paging import Column
from florin.screens.office.shared.access import StaffRequest, does, shows
from florin.screens.office.shared.listing import Listing, choice, show

_SOON = 3  # days
STATES = {
    "open": gettext_lazy("Open"),
    DisputeState.INQUIRY: gettext_lazy("Inquiry"),
    DisputeState.NEEDS_RESPONSE: gettext_lazy("Answer wanted"),
    DisputeState.UNDER_REVIEW: gettext_lazy("Under review"),
    DisputeState.WON: gettext_lazy("Won"),
    DisputeState.LOST: gettext_lazy("Lost"),
    DisputeState.APPEALABLE: gettext_lazy("Lost, can be appealed"),
    DisputeState.APPEALED: gettext_lazy("Lost, under appeal"),
    DisputeState.CLOSED: gettext_lazy("Closed"),
}
_DISPUTES = Listing(
    {"urgency": (Column("turn", int), Column("urgency", int), Column("pk", UUID))},
    usual="urgency",
    filters={"q": str, "state": choice(*STATES)},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRow:
    """A dispute as staff see it; ``answer_by`` if an answer is wanted."""

    dispute: Dispute
    reason: str
    state: str
    answer_by: date | None
    today: date

    @property
    def days_left(self) -> int | None:
        """How many days are left to answer; below zero it is too late."""
        return (self.answer_by - self.today).days if self.answer_by else None

    @property
    def tone(self) -> str:
        """Whether it is good, bad, a warning, or plain."""
        match self.dispute.state:
            case DisputeState.WON:
                return "good"
            case DisputeState.LOST | DisputeState.APPEALED:
                return "bad"
            case DisputeState.CLOSED:
                return "plain"
            case DisputeState.UNDER_REVIEW:
                return "open"
            case _:
                return "warn"

    @property
    def is_open(self) -> bool:
        """Whether there is something to see or to answer at the processor."""
        return self.dispute.state in OPEN

    @property
    def is_late(self) -> bool:
        """Whether few days are left, or none."""
        return self.days_left is not None and self.days_left <= _SOON


@shows(Right.REFUND)
def disputes(request: StaffRequest) -> HttpResponse:
    """Show disputes, first those that wait for an answer."""
    filters = _DISPUTES.read(request.GET)
    narrowed_to = DisputeFilter(state=filters.text("state"), words=filters.text("q"))
    shown = filters.slice(queries.search(request.user.company_id, narrowed_to))
    context = {
        "rows": rows(request.user.company, shown.rows),
        "states": STATES.items(),
    }
    return show(
        request, filters, shown, context, whole="payments/disputes.html", rows="payments/dispute_rows.html"
    )


@does(Right.REFUND)
def answer(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Lead to the processor's page for a dispute, which is asked for now: some open only once, and soon."""
    leads_to = HttpResponseRedirect(follow_dispute.page_of(request.user.company, pk))
    leads_to.status_code = 303
    return leads_to


def rows(company: Company, found: Sequence[Dispute]) -> list[DisputeRow]:
    """Say of disputes what staff want to know (no query)."""
    return [
        DisputeRow(
            dispute=dispute,
            reason=dispute_reasons.reason(dispute.reason),
            state=str(STATES[DisputeState(dispute.state)]),
            answer_by=_answer_by(dispute, company),
            today=clock.today(company.time_zone),
        )
        for dispute in found
    ]


def _answer_by(dispute: Dispute, company: Company) -> date | None:
    if dispute.due_by is None or dispute.state not in AWAITING_ANSWER:
        return None
    return clock.local(dispute.due_by, company.time_zone)
