"""What needs a person, for the frame on Home: one short look at each thing that can go wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from florin.contracts.processor import RefusalReason
from florin.domain.companies.models import Company
from florin.domain.companies.services import account_of
from florin.domain.credits import queries as credits_
from florin.domain.declines import services as declines
from florin.domain.disputes import queries as disputes
from florin.domain.disputes.lifecycle import DisputeState
from florin.domain.links.models import Debt
from florin.domain.orders import holds
from florin.domain.payments import overpayments, returns
from florin.domain.payments import queries as payments
from florin.domain.payouts import queries as settled
from florin.domain.refunds import queries as refunds
from florin.domain.refusals import services as refusals
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.kernel import clock

_SHOWN_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that needs a person: what it is, how many there are, and the page where it is dealt with.

    ``tone`` is "bad" when money is at stake now, and "warn" otherwise.
    """

    text: str
    path: str
    count: int | None = None
    tone: str = "warn"


Look = Callable[[Company], Line | None]


def _account_not_active(company: Company) -> Line | None:
    account = account_of(company)
    if account is not None and account.state == account.State.ACTIVE:
        return None
    return Line(
        text=_("Customers cannot pay online yet: the payments account is not active."),
        path=reverse("office:payments-account"),
    )


def _open_disputes(company: Company) -> Line | None:
    count = disputes.open_ones(company.pk).exclude(state=DisputeState.INQUIRY).count()
    if not count:
        return None
    text = ngettext("Payment is disputed", "Payments are disputed", count)
    return Line(text=text, path=f"{reverse('office:disputes')}?state=open", count=count, tone="bad")


def _inquiries(company: Company) -> Line | None:
    count = disputes.open_ones(company.pk).filter(state=DisputeState.INQUIRY).count()
    if not count:
        return None
    text = ngettext("The payer's bank asks about a payment", "Payers' banks ask about payments", count)
    return Line(text=text, path=f"{reverse('office:disputes')}?state=inquiry", count=count)


def _returned_payments(company: Company) -> Line | None:
    count = returns.still_owed(company).count()
    if not count:
        return None
    text = ngettext(
        "Returned payment whose invoices are still owed",
        "Returned payments whose invoices are still owed",
        count,
    )
    return Line(
        text=text, path=f"{reverse('office:payment-history')}?state=returned", count=count, tone="bad"
    )


def _failed_debits(company: Company) -> Line | None:
    count = payments.failed(company.pk).count()
    if not count:
        return None
    text = ngettext("Bank payment was not paid", "Bank payments were not paid", count)
    return Line(text=text, path=f"{reverse('office:payment-history')}#under-way", count=count, tone="bad")


def _silent_debits(company: Company) -> Line | None:
    count = payments.silent(company.pk).count()
    if not count:
        return None
    text = ngettext(
        "Bank payment not heard of for %(days)s days", "Bank payments not heard of for %(days)s days", count
    ) % {"days": payments.SILENT_AFTER.days}
    return Line(text=text, path=f"{reverse('office:payment-history')}#under-way", count=count)


def _refusals(company: Company) -> Line | None:
    reasons = list(refusals.open_ones(company.pk).values_list("reason", flat=True)[:100])
    if not reasons:
        return None
    path = reverse("office:processor-refusals")
    if RefusalReason.KEY in reasons:
        return Line(text=_("The payment processor does not accept our key"), path=path, tone="bad")
    if RefusalReason.PERMISSION in reasons:
        return Line(text=_("Our key lacks a permission at the payment processor"), path=path, tone="bad")
    text = _("Refused by the payment processor")
    lost = RefusalReason.NOT_FOUND in reasons  # money could be there
    return Line(text=text, path=path, count=len(reasons), tone="bad" if lost else "warn")


def _overpayments(company: Company) -> Line | None:
    count = overpayments.waiting(company).count()
    if not count:
        return None
    text = ngettext("Overpayment waits for a decision", "Overpayments wait for a decision", count)
    return Line(text=text, path=reverse("office:overpayments"), count=count)


def _failed_refunds(company: Company) -> Line | None:
    count = refunds.waiting(company).count()
    if not count:
        return None
    text = ngettext("Refund came back", "Refunds came back", count)
    return Line(text=text, path=f"{reverse('office:refunds')}?state=failed", count=count, tone="bad")


def _short_refunds(company: Company) -> Line | None:
    count = refunds.awaiting_balance(company).count()
    if not count:
        return None
    text = ngettext(
        "Refund waits for money in the account at the processor",
        "Refunds wait for money in the account at the processor",
        count,
    )
    return Line(text=text, path=f"{reverse('office:refunds')}?state=pending", count=count, tone="bad")


def _differences(company: Company) -> Line | None:
    count = settled.open_differences(company).count()
    if not count:
        return None
    text = ngettext("Difference to the processor's account", "Differences to the processor's account", count)
    return Line(text=text, path=reverse("office:reconciliation"), count=count)


def _failed_payouts(company: Company) -> Line | None:
    count = settled.failed_payouts(company, since=clock.today(company.time_zone) - _SHOWN_FOR)
    if not count:
        return None
    text = ngettext("Payout came back from the bank", "Payouts came back from the bank", count)
    return Line(text=text, path=reverse("office:payouts"), count=count, tone="bad")


def _waiting_credits(company: Company) -> Line | None:
    count = credits_.waiting(company).count()
    if not count:
        return None
    text = ngettext("Credit waits for approval", "Credits wait for approval", count)
    return Line(text=text, path=f"{reverse('office:credits')}?state=submitted", count=count)


def _held_orders(company: Company) -> Line | None:
    count = holds.of_company(company.pk).count()
    if not count:
        return None
    text = ngettext("Order is on hold for the credit limit", "Orders are on hold for the credit limit", count)
    return Line(text=text, path=reverse("office:orders-held"), count=count)


def _declines(company: Company) -> Line | None:
    """Lead to the order of the link in question: there the link can be revoked, and a new one sent."""
    found = declines.in_trouble(company)
    if not found:
        return None
    order = Debt.objects.filter(link=found[0].link).order_by("position").values_list("invoice__order")[0][0]
    text = ngettext(
        "Payment link at which many cards were declined",
        "Payment links at which many cards were declined",
        len(found),
    )
    return Line(text=text, path=reverse("office:order", args=[order]), count=len(found), tone="bad")


# Each look is one query that an index answers, for whoever has the right; it returns a line only if there
# is something to do.
LOOKS: tuple[tuple[Right, Look], ...] = (
    (Right.SETUP, _account_not_active),
    (Right.REFUND, _open_disputes),
    (Right.REFUND, _inquiries),
    (Right.REFUND, _returned_payments),
    (Right.REFUND, _failed_refunds),
    (Right.REFUND, _short_refunds),
    (Right.SEND_INVOICE, _declines),
    (Right.RECEIVE_PAYMENT, _failed_debits),
    (Right.RECEIVE_PAYMENT, _silent_debits),
    (Right.RECEIVE_PAYMENT, _refusals),
    (Right.RECEIVE_PAYMENT, _overpayments),
    (Right.APPROVE_CREDIT, _waiting_credits),
    (Right.OVER_CREDIT_LIMIT, _held_orders),
    (Right.REFUND, _differences),
    (Right.REPORTS, _failed_payouts),
)


def lines(user: User) -> list[Line]:
    """Return what needs a person, as far as this person's rights go; where money is at stake first."""
    found = (look(user.company) for right, look in LOOKS if user.may(right))
    return sorted((line for line in found if line is not None), key=lambda line: line.tone != "bad")
