"""A/R > Refused by the processor: what it would not do, why, and what to do about it."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.contracts.processor import RefusalReason
from florin.domain.refusals import services
from florin.domain.refusals.models import ProcessorRefusal
from florin.domain.staff.rights import Right
from florin.flows import record_refusal
from florin.kernel.paging import by_moment
from florin.screens.office.shared.access import StaffRequest, does, done, shows
from florin.screens.office.shared.listing import Listing, show

_REFUSALS = Listing({"last": by_moment("last_at")}, usual="-last")
_VERBS: dict[str, Promise] = {
    "start": gettext_lazy("Open an online payment"),
    "look_up": gettext_lazy("Tell what became of an online payment"),
    "capture": gettext_lazy("Take the money that a card holds"),
    "void": gettext_lazy("Release the money that a card holds"),
    "expire": gettext_lazy("End an online payment that is out of date"),
    "refund": gettext_lazy("Send money back"),
    "payment_events": gettext_lazy("Tell of refunds and disputes of a payment"),
    "movements": gettext_lazy("Tell what moved in the account"),
    "payouts": gettext_lazy("Tell of payouts"),
    "balance": gettext_lazy("Tell the balance"),
    "account": gettext_lazy("Tell about the payments account"),
}
# Why, and what to do.
REASONS: dict[RefusalReason, tuple[Promise, Promise]] = {
    RefusalReason.KEY: (
        gettext_lazy("It does not accept the key"),
        gettext_lazy("Nobody can pay online until the right key is set. Ask whoever runs this installation."),
    ),
    RefusalReason.PERMISSION: (
        gettext_lazy("The key may not do this"),
        gettext_lazy("Ask whoever runs this installation to give the key the permission that is named here."),
    ),
    RefusalReason.ACCOUNT_GONE: (
        gettext_lazy("The payments account has left"),
        gettext_lazy("Look under Setup > Payments, and connect the account again if it is still yours."),
    ),
    RefusalReason.NOT_FOUND: (
        gettext_lazy("It has no record of this"),
        gettext_lazy(
            "Look for it on the processor's pages. If money was taken, record it; if not, send the bill anew."
        ),
    ),
    RefusalReason.AMOUNT: (
        gettext_lazy("It does not take this amount"),
        gettext_lazy("A payer was turned away. Agree with the customer on another way to pay."),
    ),
    RefusalReason.DECLINED: (
        gettext_lazy("The payer's bank said no"),
        gettext_lazy("Ask the payer for another card, or another way to pay."),
    ),
    RefusalReason.BALANCE: (
        gettext_lazy("The account does not hold enough money right now"),
        gettext_lazy("Wait for the next payments, or add money on the processor's pages, and try again."),
    ),
    RefusalReason.STATE: (
        gettext_lazy("Too late for this, or too early"),
        gettext_lazy("Look at the payment on the processor's pages."),
    ),
    RefusalReason.KEY_REUSED: (
        gettext_lazy("It took this for another request"),
        gettext_lazy("It is asked again by itself. Tell whoever runs this installation if it stays here."),
    ),
    RefusalReason.PARAMETER: (
        gettext_lazy("It does not take the request"),
        gettext_lazy("Tell whoever runs this installation, with the code and the request."),
    ),
}


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """A refusal in people's words."""

    refusal: ProcessorRefusal

    @property
    def request(self) -> str:
        """What the processor was asked to do."""
        return str(_VERBS.get(self.refusal.verb, self.refusal.verb))

    @property
    def reason(self) -> str:
        """Why it would not."""
        return str(REASONS[RefusalReason(self.refusal.reason)][0])

    @property
    def remedy(self) -> str:
        """What to do about it.

        Only who opens a payment is turned away because of its amount; and only that is not asked again.
        """
        reason, opens = RefusalReason(self.refusal.reason), self.refusal.verb == "start"
        if reason == (RefusalReason.KEY_REUSED if opens else RefusalReason.AMOUNT):
            reason = RefusalReason.PARAMETER
        return str(REASONS[reason][1])


@shows(Right.RECEIVE_PAYMENT)
def refusals(request: StaffRequest) -> HttpResponse:
    """Show what the processor refuses at present, the latest first."""
    filters = _REFUSALS.read(request.GET)
    shown = filters.slice(services.open_ones(request.user.company_id))
    context = {"rows": [RefusalRow(one) for one in shown.rows]}
    return show(request, filters, shown, context, whole="bank/processor_refusals.html")


@does(Right.RECEIVE_PAYMENT)
def end(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take a refusal from the list because somebody has dealt with it."""
    record_refusal.dealt_with(request.user.company, pk, by=request.user)
    messages.success(request, _("Taken from the list. It comes back if it happens again."))
    return done(request, "office:processor-refusals")
