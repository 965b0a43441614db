"""Mails that came back: which document did not reach whom, why, and the way to send it again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.outbox import queries as outbox
from florin.domain.outbox import services as outbox_services
from florin.domain.outbox.models import Message
from florin.domain.staff.rights import Right
from florin.kernel import clock
from florin.kernel.paging import by_moment
from florin.screens.office.shared.access import StaffRequest, does, done, shows
from florin.screens.office.shared.listing import Listing, show

_SHOWN_FOR = timedelta(days=14)
_BOUNCED = Listing({"bounced": by_moment("bounced_at")}, usual="-bounced")
_MOST_AT_HOME = 5
_LOOKED_AT_FOR_HOME = 50
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One mail that came back; ``invoices`` are those it was about, and ``customer`` whose they are."""

    key: UUID
    kind: str
    at: datetime
    to: str
    reason: str
    customer: UUID | None
    customer_name: str
    invoices: Sequence[Invoice]
    served: bool
    dismissed_by: str

    @property
    def finished(self) -> bool:
        """Whether it needs nobody any more: its recipient was served, or a person has dismissed it."""
        return self.served or bool(self.dismissed_by)

    @property
    def named(self) -> Sequence[Invoice]:
        """The first few of the invoices."""
        return self.invoices[:_NAMED]

    @property
    def not_named(self) -> int:
        """How many invoices are not named."""
        return len(self.invoices) - len(self.named)

    @property
    def order(self) -> UUID | None:
        """The order to go to."""
        return self.invoices[0].order_id if self.invoices else None

    @property
    def resend(self) -> UUID | None:
        """The order whose Email dialog sends the same document again, if there is one."""
        one = self.kind == Message.Kind.INVOICE and len(self.invoices) == 1 and not self.invoices[0].void
        return self.order if one else None


@shows(Right.SEND_INVOICE)
def bounced(request: StaffRequest) -> HttpResponse:
    """Show every mail that came back within 14 days, the latest first."""
    company, filters = request.user.company, _BOUNCED.read(request.GET)
    shown = filters.slice(_bounced_lately(company))
    context = {"bounces": _describe(company, shown.rows)}
    return show(request, filters, shown, context, whole="home/bounced_mail.html")


@does(Right.SEND_INVOICE)
def dismiss(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take a mail that came back off the list of what needs attention."""
    message = outbox_services.dismiss(request.user.company_id, pk, by=request.user.name)
    messages.success(request, _("The mail to %(to)s no longer needs attention.") % {"to": message.recipient})
    return done(request, "office:bounced-mail")


def waiting(company: Company) -> list[Bounce]:
    """Return the latest mails that came back, whose recipient has not been served, and nobody dismissed."""
    latest = list(_bounced_lately(company)[:_LOOKED_AT_FOR_HOME])
    left = [bounce for bounce in _describe(company, latest) if not bounce.finished]
    return left[:_MOST_AT_HOME]


def _bounced_lately(company: Company) -> QuerySet[Message]:
    return outbox.bounced(company.pk, since=clock.now() - _SHOWN_FOR)


def _describe(company: Company, found: Sequence[Message]) -> list[Bounce]:
    """Say of mails that came back what staff want to know, in at most three queries however many."""
    if not found:
        return []
    touched = {key for message in found for key in message.subjects}
    invoices = {
        invoice.pk: invoice
        for invoice in Invoice.objects.filter(company=company, pk__in=touched).order_by("pk")
    }
    customers = dict(Customer.objects.filter(company=company, pk__in=touched).values_list("pk", "name"))
    served = outbox.served(company.pk, {one.pk: (one, _about(one, invoices)) for one in found})
    return [_bounce(one, invoices, customers, served=one.pk in served) for one in found]


def _about(message: Message, invoices: Iterable[UUID]) -> frozenset[UUID]:
    """Return the keys of the documents that a mail carried: its invoices, or its statement.

    A confirmation is about all that it touched, whose payment is nowhere else.
    """
    match message.kind:
        case Message.Kind.INVOICE | Message.Kind.INVOICES:
            return frozenset(message.subjects) & frozenset(invoices)
        case Message.Kind.STATEMENT:
            return frozenset(message.subjects[1:2])  # the customer, then the statement
        case _:
            return frozenset(message.subjects)


def _bounce(
    message: Message, invoices: dict[UUID, Invoice], customers: dict[UUID, str], *, served: bool
) -> Bounce:
    about = [invoices[key] for key in message.subjects if key in invoices]
    customer = next((key for key in message.subjects if key in customers), None)
    return Bounce(
        key=message.pk,
        kind=message.kind,
        at=message.bounced_at or message.queued_at,
        to=message.recipient,
        reason=message.error,
        customer=customer,
        customer_name=customers[customer] if customer else "",
        invoices=about,
        served=served,
        dismissed_by=message.dismissed_by,
    )
