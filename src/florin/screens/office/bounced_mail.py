"""Mails that came back: which document did not reach whom, why, and the way to send it again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from florin.domain.activity import services as activity
from florin.domain.activity.models import Activity
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.outbox import queries as outbox
from florin.domain.outbox.models import Message
from florin.domain.staff.rights import Right
from florin.kernel import clock
from florin.screens.office.doors import StaffRequest, needs, page

_SHOWN_FOR = timedelta(days=14)
_MOST = 200
_MOST_AT_HOME = 5
_LOOKED_AT_FOR_HOME = 50
_NAMED = 3
# What somebody can send again; confirmations are sent once, when something happens.
_SENT_BY_HAND = {Message.Kind.INVOICE, Message.Kind.INVOICES, Message.Kind.STATEMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One mail that came back; ``invoices`` are those it was about, and ``customer`` whose they are."""

    kind: str
    at: datetime
    to: str
    reason: str
    customer: UUID | None
    customer_name: str
    invoices: Sequence[Invoice]
    sent_again: bool

    @property
    def named(self) -> Sequence[Invoice]:
        """The first few of the invoices."""
        return self.invoices[:_NAMED]

    @property
    def more(self) -> int:
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


@require_safe
@needs(Right.SEND_INVOICE)
def bounced(request: StaffRequest) -> HttpResponse:
    """Show every mail that came back within 14 days, the latest first."""
    found = latest(request.user.company, most=_MOST + 1)
    return page(
        request, "bounced_mail.html", {"bounces": found[:_MOST], "most": _MOST if found[_MOST:] else 0}
    )


def waiting(company: Company) -> list[Bounce]:
    """Return the latest mails that came back and whose document has not been sent again since."""
    left = [bounce for bounce in latest(company, most=_LOOKED_AT_FOR_HOME) if not bounce.sent_again]
    return left[:_MOST_AT_HOME]


def latest(company: Company, *, most: int) -> list[Bounce]:
    """Return the mails that came back within 14 days, in at most four queries however many there are."""
    messages = list(outbox.bounced(company.pk, since=clock.now() - _SHOWN_FOR)[:most])
    if not messages:
        return []
    touched = {key for message in messages for key in message.subjects}
    invoices = {
        invoice.pk: invoice
        for invoice in Invoice.objects.filter(company=company, pk__in=touched).order_by("pk")
    }
    customers = dict(Customer.objects.filter(company=company, pk__in=touched).values_list("pk", "name"))
    again = _sent_since(company, messages, invoices)
    return [_bounce(message, invoices, customers, again) for message in messages]


def _sent_since(
    company: Company, messages: Sequence[Message], invoices: Iterable[UUID]
) -> dict[UUID, datetime]:
    """Return when each invoice was last queued to be mailed, if it was since the first of the messages."""
    first = min(message.bounced_at for message in messages if message.bounced_at)
    sends = Activity.objects.filter(
        company=company, kind=activity.Kind.QUEUED, subjects__overlap=[*invoices], at__gt=first
    )
    return {key: at for at, keys in sends.order_by("at").values_list("at", "subjects") for key in keys}


def _bounce(
    message: Message,
    invoices: dict[UUID, Invoice],
    customers: dict[UUID, str],
    again: dict[UUID, datetime],
) -> Bounce:
    about = [invoices[key] for key in message.subjects if key in invoices]
    customer = next((key for key in message.subjects if key in customers), None)
    at = message.bounced_at or message.queued_at
    again_at = [again.get(each.pk, at) for each in about] if message.kind in _SENT_BY_HAND else []
    return Bounce(
        kind=message.kind,
        at=at,
        to=message.recipient,
        reason=message.error,
        customer=customer,
        customer_name=customers[customer] if customer else "",
        invoices=about,
        sent_again=bool(again_at) and min(again_at) > at,
    )
