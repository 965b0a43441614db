"""The first steps of a company that has just moved in: each ticks itself, read from what is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from florin.domain.companies.lifecycle import AccountState
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.outbox.lifecycle import MessageState
from florin.domain.outbox.models import Message
from florin.domain.staff.models import Invitation, User
from florin.domain.staff.rights import Right
from florin.flows import first_steps, send_sample_invoice
from florin.kernel import clock
from florin.screens.office.shared.access import StaffRequest, does, done, page, shows
from florin.screens.office.shared.submissions import new_submission, submission_key

_ON_ITS_WAY = (MessageState.QUEUED, MessageState.SENDING)
_ARRIVED = (MessageState.SENT, MessageState.DELIVERED)
_SHOULD_HAVE_LEFT_AFTER = timedelta(minutes=1)
# One that was active once is set up: if it is stopped later, "Needs attention" says so.
_OPENED = (AccountState.ACTIVE, AccountState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Item:
    """One step: what it is and is good for, whether it is taken, and the page that takes it, if one does."""

    name: str
    text: str
    done: bool
    path: str


@dataclass(frozen=True, slots=True)
class SampleMail:
    """The test invoice that was sent last: to whom, when, where it stands, and what the mail server said."""

    to: str
    at: datetime
    state: MessageState
    error: str

    @property
    def arrived(self) -> bool:
        """Whether the mail server has taken it."""
        return self.state in _ARRIVED

    @property
    def under_way(self) -> bool:
        """Whether it waits to leave."""
        return self.state in _ON_ITS_WAY

    @property
    def late(self) -> bool:
        """Whether it waits for so long that no worker can be running, or the mail server does not answer."""
        return self.under_way and clock.now() - self.at > _SHOULD_HAVE_LEFT_AFTER


@dataclass(frozen=True, slots=True)
class Checklist:
    """The steps, and the test invoice, which ends them."""

    items: tuple[Item, ...]
    sample: SampleMail | None
    press: str

    @property
    def taken(self) -> int:
        """How many steps are taken."""
        return sum(item.done for item in self.items) + self.sample_arrived

    @property
    def all(self) -> int:
        """How many steps there are."""
        return len(self.items) + 1

    @property
    def sample_arrived(self) -> bool:
        """Whether a test invoice has left."""
        return self.sample is not None and self.sample.arrived

    @property
    def waits(self) -> bool:
        """Whether a test invoice is under way, so that the page should look again."""
        return self.sample is not None and self.sample.under_way


def checklist_for(person: User) -> Checklist | None:
    """Return what an Admin is still shown on Home; nothing once it is hidden or every step is taken."""
    company = person.company
    if not (company.getting_started and person.may(Right.SETUP)):
        return None
    shown = Checklist(tuple(_items(company)), _sample(company), new_submission())
    return shown if shown.taken < shown.all else None


@shows(Right.SETUP)
def checklist(request: StaffRequest) -> HttpResponse:
    """Show the list afresh while a test invoice is under way; nothing once it is done."""
    shown = checklist_for(request.user)
    if shown is None:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return page(request, "home/checklist.html", {"checklist": shown})


@does(Right.SETUP)
def send_sample(request: StaffRequest) -> HttpResponse:
    """Mail a test invoice to whoever asks for it."""
    send_sample_invoice.send(request.user.company, to=request.user, press=submission_key(request.POST))
    messages.success(request, _("A test invoice is on its way to %(to)s.") % {"to": request.user.email})
    return done(request, "office:home")


@does(Right.SETUP)
def hide(request: StaffRequest) -> HttpResponse:
    """Take the list off Home, for all Admins of the company."""
    first_steps.hide(request.user.company)
    messages.success(request, _("The list is hidden. All that it led to stays in the menu."))
    return done(request, "office:home")


def _items(company: Company) -> Iterator[Item]:
    there = _there(company)
    yield Item(
        _("Letterhead"),
        _("Your address, phone, tax ID and logo stand on invoices, mails and the page to pay on."),
        bool(company.address),
        reverse("office:company"),
    )
    yield Item(
        _("Payments account"),
        _("Without an active one, no payment link is offered anywhere."),
        there["has_account"],
        reverse("office:payments-account"),
    )
    yield Item(
        _("People"),
        _("Invite who works with you, each with the roles that they need."),
        there["has_people"] or there["has_invited"],
        reverse("office:people"),
    )
    yield Item(
        _("Customers"),
        _("Bring in who buys from you from a file, or add them one by one under Setup > Customers."),
        there["has_customers"],
        reverse("office:imports"),
    )
    yield Item(
        _("First invoice"),
        _("Write an order and confirm it: that makes its invoice."),
        there["has_invoices"],
        reverse("office:order-new"),
    )


def _there(company: Company) -> dict[str, bool]:
    """Say in one statement what the company has of what the steps lead to."""
    mine = {"company": OuterRef("pk")}
    found = Company.objects.filter(pk=company.pk).values(
        has_account=Exists(PaymentsAccount.objects.filter(**mine, state__in=_OPENED)),
        has_people=Exists(User.objects.filter(**mine)[1:2]),
        has_invited=Exists(Invitation.objects.filter(**mine)),
        has_customers=Exists(Customer.objects.filter(**mine)),
        has_invoices=Exists(Invoice.objects.filter(**mine)),
    )
    return {name: bool(value) for name, value in found.get().items()}


def _sample(company: Company) -> SampleMail | None:
    """Return one that has left, and otherwise the last that was sent."""
    sent = Message.objects.filter(company=company, kind=Message.Kind.SAMPLE_INVOICE)
    message = sent.filter(state__in=_ARRIVED).first() or sent.order_by("-queued_at").first()
    if message is None:
        return None
    return SampleMail(message.recipient, message.queued_at, MessageState(message.state), message.error)
