"""A/R > Reconciliation: whether the processor's account and the books agree, and what to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from florin.domain.attempts.lifecycle import AttemptState
from florin.domain.companies import services as companies
from florin.domain.companies.models import Company
from florin.domain.payouts import comparing, queries
from florin.domain.payouts.checking import BY_ITSELF
from florin.domain.payouts.models import Difference
from florin.domain.staff.rights import Right
from florin.flows import reconcile
from florin.kernel import clock, formats
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.screens.office.shared import contracted_fees
from florin.screens.office.shared.access import (
    StaffRequest,
    asks,
    dialog,
    does,
    done,
    page,
    shows,
    wants_part,
)
from florin.screens.office.shared.fields import TextField
from florin.screens.office.shared.forms import OfficeForm

_MOST_OPEN, _MOST_SETTLED, _MOST_RUNS = 200, 20, 10
_PATIENCE = timedelta(minutes=10)
Kind = Difference.Kind

KINDS: dict[str, tuple[Promise, Promise]] = {
    Kind.UNKNOWN_PAYMENT: (
        gettext_lazy("Money that is not ours"),
        gettext_lazy(
            "The processor took a payment that no link of ours asked for. Find out what it was for."
        ),
    ),
    Kind.MISSING_PAYMENT: (
        gettext_lazy("Payment that the processor does not have"),
        gettext_lazy("It is in our books and not in the processor's. Look for it on the processor's pages."),
    ),
    Kind.AMOUNT: (
        gettext_lazy("Different amount"),
        gettext_lazy("The processor moved another amount for this payment than our books have."),
    ),
    Kind.CURRENCY: (
        gettext_lazy("Different currency"),
        gettext_lazy("The processor settles this payment in another currency than it was paid in."),
    ),
    Kind.STATE: (
        gettext_lazy("Money not booked yet"),
        gettext_lazy("The processor has the money, but did not tell us enough to book it. We go on asking."),
    ),
    Kind.FEE: (
        gettext_lazy("Different fee"),
        gettext_lazy("The processor kept another fee than was expected. What it really kept is booked."),
    ),
    Kind.REFUND: (
        gettext_lazy("Refunds differ"),
        gettext_lazy("What went back of this payment is not the same on both sides."),
    ),
    Kind.DISPUTE: (
        gettext_lazy("Disputes differ"),
        gettext_lazy("What a dispute or a return moved is not the same on both sides."),
    ),
    Kind.PAYOUT: (
        gettext_lazy("Payout that does not add up"),
        gettext_lazy("The movements that the processor names for this payout do not come to its amount."),
    ),
    Kind.BALANCE: (
        gettext_lazy("Different balance"),
        gettext_lazy(
            "The processor's balance is not what our books have there, nor what it told us of. Look on the"
            " processor's pages for what moved it."
        ),
    ),
    Kind.OTHER: (
        gettext_lazy("Other movement"),
        gettext_lazy("The balance moved for a reason that has no name here. It is booked as an adjustment."),
    ),
    Kind.UNREAD: (
        gettext_lazy("Could not be compared"),
        gettext_lazy(
            "The processor does not show this, or shows it in a way that is not understood here. Everything"
            " else was compared. Look it up on the processor's pages; we go on asking."
        ),
    ),
}
STATES: dict[str, Promise] = {
    AttemptState.OPENED: gettext_lazy("Opened"),
    AttemptState.PENDING: gettext_lazy("Under way"),
    AttemptState.CAPTURING: gettext_lazy("Being taken"),
    AttemptState.VOIDING: gettext_lazy("Being released"),
    AttemptState.SETTLED: gettext_lazy("Received"),
    AttemptState.CANCELLED: gettext_lazy("Released"),
    AttemptState.FAILED: gettext_lazy("Not paid"),
    AttemptState.EXPIRED: gettext_lazy("Expired"),
}
_WHOLE = (
    gettext_lazy("Balances differ"),
    gettext_lazy(
        "Books and processor come to different sums, and no single payment explains it. This is the rest."
    ),
)


class NoteForm(OfficeForm):
    """What was found out about a difference."""

    note = TextField(
        label=gettext_lazy("What was found out"),
        longest=200,
        lines=3,
        help_text=gettext_lazy(
            "It stays settled until one of the two amounts changes. Nothing is booked by this."
        ),
    )


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A difference in people's words."""

    difference: Difference

    @property
    def title(self) -> str:
        """What differs."""
        return str(self._words[0])

    @property
    def meaning(self) -> str:
        """What that means, and what to do, with the processor's own words if it refused to show something."""
        if self.difference.kind != Kind.UNREAD or not self.difference.theirs:
            return str(self._words[1])
        return _("%(meaning)s The processor says: %(words)s") % {
            "meaning": self._words[1],
            "words": self.difference.theirs,
        }

    @property
    def _words(self) -> tuple[Promise, Promise]:
        whole = self.difference.kind == Kind.AMOUNT and self.difference.payment_id is None
        return _WHOLE if whole else KINDS[self.difference.kind]

    @property
    def ours(self) -> str:
        """What our books have, in the reader's language."""
        return _written(self.difference.ours)

    @property
    def theirs(self) -> str:
        """What the processor has, in the reader's language."""
        return "" if self.difference.kind == Kind.UNREAD else _written(self.difference.theirs)

    @property
    def by_itself(self) -> bool:
        """Whether it closed because it no longer held."""
        return self.difference.settled_by == BY_ITSELF


@shows(Right.REFUND)
def reconciliation(request: StaffRequest) -> HttpResponse:
    """Show what differs now, what differed lately, and the latest comparisons.

    ``asked`` is when somebody pressed Compare now: until that comparison has ended, the page asks again, and
    204 says that it has not.
    """
    company, asked = request.user.company, _moment(request.GET.get("asked", ""))
    waiting = asked is not None and _is_waited_for(company, asked)
    if waiting and "again" in request.GET:
        return HttpResponse(status=204)
    found = list(queries.open_differences(company).select_related("payment")[: _MOST_OPEN + 1])
    context = {
        "rows": _rows(found[:_MOST_OPEN]),
        "most": _MOST_OPEN if len(found) > _MOST_OPEN else 0,
        "settled": _rows(queries.settled_differences(company, _MOST_SETTLED)),
        "runs": queries.runs(company, _MOST_RUNS),
        "latest": queries.latest_run(company),
        "fees_compared": contracted_fees.describe(
            company.currency, gateway=companies.gateway_of(company)
        ).compared,
        "has_moved": queries.has_moved(company),
        "waiting": waiting,
        "compared": asked is not None and queries.has_compared(company, since=asked),
        "again": urlencode({"asked": asked.isoformat(), "again": "yes"}) if asked else "",
    }
    shown = "bank/reconciliation_body.html" if wants_part(request) else "bank/reconciliation.html"
    return page(request, shown, context)


@does(Right.REFUND)
def compare(request: StaffRequest) -> HttpResponse:
    """Ask for a comparison now; a worker makes it."""
    asked = clock.now()
    try:
        reconcile.ask(request.user.company, by=request.user)
    except Refusal as problem:
        messages.error(request, str(problem))
        return redirect("office:reconciliation")
    return redirect(f"{reverse('office:reconciliation')}?{urlencode({'asked': asked.isoformat()})}")


@asks(Right.REFUND)
def settle(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Close a difference with a note of what was found out."""
    company = request.user.company
    difference = find(Difference.objects.filter(company=company).select_related("payment"), pk=pk)
    form = NoteForm(request.POST if request.method == "POST" else None, company=company)
    if not form.is_valid():
        return _ask(request, difference, form)
    try:
        reconcile.settle_difference(company, pk, by=request.user, **form.cleaned_data)
    except Refusal as problem:
        form.add_error("note", str(problem))
        return _ask(request, difference, form)
    messages.success(request, _("The difference is settled."))
    return done(request, "office:reconciliation")


def _moment(text: str) -> datetime | None:
    """Read a moment with its time zone; whatever is none counts as not said."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _is_waited_for(company: Company, asked: datetime) -> bool:
    """Say whether a comparison that was asked for at a moment may still end soon."""
    recent = clock.now() - _PATIENCE < asked <= clock.now()
    return recent and not queries.has_compared(company, since=asked)


def _written(text: str) -> str:
    """Write an amount, or the state of a payment, in the reader's language."""
    amount = comparing.amount_in(text)
    if amount is None:
        return str(STATES.get(text, text))
    return formats.money(amount, get_language() or "en")


def _rows(found: Sequence[Difference]) -> list[DifferenceRow]:
    return [DifferenceRow(difference) for difference in found]


def _ask(request: StaffRequest, difference: Difference, form: NoteForm) -> HttpResponse:
    context = {"row": DifferenceRow(difference), "form": form}
    title, status = _("Settle by hand"), 422 if form.errors else 200
    return dialog(request, "bank/difference_settle.html", context, title=title, status=status)
