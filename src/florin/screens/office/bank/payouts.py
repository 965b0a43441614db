"""Payments > Payouts: what went to the bank, and of which payments and invoices it consists (X6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from florin.contracts.processor import Itemised, PayoutWay
from florin.domain.payouts import queries
from florin.domain.payouts.models import Payout
from florin.domain.payouts.queries import Parts
from florin.domain.staff.rights import Right
from florin.flows import report_settlement
from florin.kernel.paging import by_day, by_moment
from florin.screens.office.shared.access import StaffRequest, shows
from florin.screens.office.shared.listing import Listing, show

STATES: dict[str, Promise] = {
    Payout.State.PENDING: gettext_lazy("Being made"),
    Payout.State.IN_TRANSIT: gettext_lazy("On its way"),
    Payout.State.PAID: gettext_lazy("Arrived"),
    Payout.State.FAILED: gettext_lazy("Came back"),
    Payout.State.CANCELED: gettext_lazy("Canceled"),
}
WAYS: dict[str, Promise] = {
    PayoutWay.AUTOMATIC: gettext_lazy("Automatic"),
    PayoutWay.MANUAL: gettext_lazy("Manual"),
    PayoutWay.INSTANT: gettext_lazy("Instant"),
}
_TONES = {Payout.State.PAID: "good", Payout.State.FAILED: "bad", Payout.State.CANCELED: "plain"}
_PAYOUTS = Listing({"arrival": by_day("arrives_on")}, usual="-arrival")
_MOVEMENTS = Listing({"at": by_moment("at")}, usual="at")


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A payout as staff see it; ``parts`` is missing if the processor has named none."""

    payout: Payout
    parts: Parts | None

    @property
    def state(self) -> str:
        """How far it has come, in the active language."""
        return str(STATES[self.payout.state])

    @property
    def way(self) -> str:
        """How it came about, in the active language; nothing for one of long ago."""
        return str(WAYS.get(self.payout.way, ""))

    @property
    def is_asked_for(self) -> bool:
        """Whether somebody asked for it, so that nobody knows what is in it."""
        return self.payout.itemised == Itemised.NEVER

    @property
    def is_in_progress(self) -> bool:
        """Whether the processor is still finding out what is in it."""
        return self.payout.itemised == Itemised.NOT_YET

    @property
    def is_taken_back(self) -> bool:
        """Whether money came from the bank instead of going there."""
        return self.payout.amount < 0

    @property
    def tone(self) -> str:
        """Whether it is good, bad, or still open."""
        return _TONES.get(Payout.State(self.payout.state), "open")

    @property
    def adds_up(self) -> bool:
        """Whether its parts come to its amount."""
        return self.parts is not None and self.parts.total == self.payout.money


@shows(Right.REPORTS)
def payouts(request: StaffRequest) -> HttpResponse:
    """Show payouts, the latest arrival first."""
    company, filters = request.user.company, _PAYOUTS.read(request.GET)
    shown = filters.slice(queries.payouts(company))
    context = {
        "rows": _rows(shown.rows),
        "latest": queries.latest_run(company),
        "is_shared": queries.shares_account(company),
    }
    return show(request, filters, shown, context, whole="bank/payouts.html")


@shows(Right.REPORTS)
def payout(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show of what one payout consists, to the cent."""
    company, filters = request.user.company, _MOVEMENTS.read(request.GET)
    found = queries.payout(company, pk)
    movements = queries.with_all(found.movements.all())
    shown = filters.slice(movements)
    context = {
        "row": _rows([found])[0],
        "sums": queries.sums(movements).get(found.currency),
        "lines": report_settlement.describe(company, shown.rows),
    }
    return show(request, filters, shown, context, whole="bank/payout.html")


def _rows(found: Sequence[Payout]) -> list[PayoutRow]:
    parts = queries.parts_of([payout.pk for payout in found])
    return [PayoutRow(payout, parts.get(payout.pk)) for payout in found]
