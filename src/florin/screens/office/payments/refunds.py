"""Refunds: sending a payment's money back, in a dialog, and the list of all that was sent back (R21)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from florin.contracts import refund_failures
from florin.domain.refunds import queries
from florin.domain.refunds.lifecycle import RefundState
from florin.domain.refunds.models import Refund
from florin.domain.staff.rights import Right
from florin.flows import refund_payment
from florin.kernel import formats
from florin.kernel.errors import Refusal
from florin.kernel.paging import by_moment
from florin.screens.office.payments.refund_form import RefundForm
from florin.screens.office.shared.access import StaffRequest, asks, dialog, done, page, shows
from florin.screens.office.shared.listing import Listing, choice, show
from florin.screens.office.shared.submissions import submission_key
from florin.screens.shared.confirming import confirmed

STATES = {
    RefundState.REQUESTED: gettext_lazy("Requested"),
    RefundState.PENDING: gettext_lazy("On its way"),
    RefundState.SUCCEEDED: gettext_lazy("Refunded"),
    RefundState.FAILED: gettext_lazy("Came back"),
}
_REFUNDS = Listing(
    {"requested": by_moment("requested_at")},
    usual="-requested",
    filters={"q": str, "state": choice(*STATES)},
)


@asks(Right.REFUND)
@confirmed
def refund(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Ask how much, from where and why, show what it brings about, and send it back; pressed twice, once."""
    room = refund_payment.read_room(request.user.company, pk)
    if request.method != "POST":
        return _ask(request, RefundForm(room=room))
    only_reckon = request.POST.get("act") == "reckon"
    known = queries.find_by_submission(request.user.company, submission_key(request.POST))
    if known is not None and known.payment_id == pk:
        # A reckoning that comes late leaves the page alone: it is loading with what was said of the refund.
        return HttpResponse(status=204) if only_reckon else done(request, "office:payment", pk)
    form = RefundForm(request.POST, room=room)
    if only_reckon:
        return page(request, "payments/refund_effect.html", {"form": form})
    if form.needs_another_look:
        return _ask(request, form, status=422)
    try:
        made = refund_payment.refund(request.user.company, pk, form.wish(), by=request.user)
    except Refusal as problem:
        form.problem = str(problem)
        return _ask(request, form, status=problem.status)
    _say(request, made)
    return done(request, "office:payment", pk)


@shows(Right.REFUND)
def refunds(request: StaffRequest) -> HttpResponse:
    """Show what was sent back, the latest first."""
    filters = _REFUNDS.read(request.GET)
    found = queries.search(request.user.company_id, words=filters.text("q"), state=filters.text("state"))
    shown = filters.slice(found)
    context = {
        "rows": [_refund_row(one) for one in shown.rows],
        "states": STATES.items(),
    }
    return show(
        request, filters, shown, context, whole="payments/refunds.html", rows="payments/refund_rows.html"
    )


def _refund_row(one: Refund) -> dict[str, object]:
    return {
        "refund": one,
        "state": STATES[RefundState(one.state)],
        "why": _reason(one),
    }


def _reason(one: Refund) -> str:
    """Say why a refund failed, or what it waits for."""
    if one.state == RefundState.FAILED:
        return refund_failures.words(one.failure)
    if one.state == RefundState.PENDING and one.awaits_balance:
        return _("It waits until the balance at the processor covers it.")
    return ""


def _ask(request: StaffRequest, form: RefundForm, *, status: int = 200) -> HttpResponse:
    payment = form.room.payment
    title = _("Refund %(number)s") % {"number": payment.number}
    context = {"form": form, "payment": payment}
    return dialog(request, "payments/refund.html", context, title=title, status=status)


def _say(request: StaffRequest, made: Refund) -> None:
    details = {
        "number": made.number,
        "amount": formats.money(made.money, get_language() or "en"),
        "method": made.payment.method_text,
        "why": refund_failures.words(made.failure),
    }
    match RefundState(made.state):
        case RefundState.FAILED:
            text = _("Refund %(number)s was not made, and its money is booked back: %(why)s")
            messages.error(request, text % details)
        case RefundState.REQUESTED:
            text = _(
                "Refund %(number)s is booked, but the processor has not confirmed it yet. "
                "It is asked again by itself; the payer gets a mail as soon as it is sure."
            )
            messages.warning(request, text % details)
        case RefundState.PENDING if made.awaits_balance:
            text = _(
                "Refund %(number)s of %(amount)s is booked, and leaves as soon as the balance at the"
                " processor covers it. The payer gets a mail that says so."
            )
            messages.warning(request, text % details)
        case RefundState.PENDING | RefundState.SUCCEEDED if made.payment.is_online:
            text = _("Refund %(number)s: %(amount)s goes back to %(method)s. The payer gets a mail.")
            messages.success(request, text % details)
        case _:
            text = _("Refund %(number)s is recorded: %(amount)s paid back in the same way (%(method)s).")
            messages.success(request, text % details)
