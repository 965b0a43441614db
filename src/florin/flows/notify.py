"""Telling payer and company by mail what happened to money, once for each event and recipient (promise 7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.urls import reverse

from florin.contracts.emails import About, Notification
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.outbox import services as outbox
from florin.domain.outbox.services import NewMessage
from florin.kernel import clock
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened to whose money; ``key`` names it once for all, ``subjects`` whose timelines show it.

    ``link`` is the payment link that the payer's email may open, ``path`` the company's page in the office.
    """

    key: str
    company: Company
    customer: Customer
    amount: Money
    subjects: list[UUID]
    link: UUID | None = None
    path: str = field(default_factory=lambda: reverse("office:home"))

    @property
    def payer_reads(self) -> str:
        """The language of whoever paid."""
        return self.customer.reads(self.company)

    @property
    def about(self) -> About:
        """What every notification of it says."""
        return About(
            customer_name=self.customer.name,
            customer_number=self.customer.number,
            currency=self.amount.currency,
            amount=self.amount.minor,
            on=clock.today(self.company.time_zone),
            link=self.link,
            path=self.path,
        )


def payer(event: Event, email: Notification, *, to: Sequence[str]) -> None:
    """Queue a notification to whoever paid, in the customer's language."""
    _enqueue(event, email, to=to, language=event.payer_reads)


def company(event: Event, email: Notification) -> None:
    """Queue a notification to the company, in its own language."""
    _enqueue(event, email, to=[event.company.email], language=event.company.reads)


def _enqueue(event: Event, email: Notification, *, to: Sequence[str], language: str) -> None:
    outbox.enqueue(
        NewMessage(
            company_id=event.company.pk,
            event=event.key,
            email=email,
            language=language,
            recipients=to,
            subjects=event.subjects,
        )
    )
