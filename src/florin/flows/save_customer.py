"""Setup > Customers: who they are, where their documents go, and whether they get payment links.

lock -> still as it was shown? -> switches only by who may -> customer -> sessions end -> timeline
"""

from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.customers import services as customers
from florin.domain.customers.models import Customer
from florin.domain.customers.services import CustomerDraft
from florin.domain.ledger.models import Item
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.flows import expire_sessions
from florin.kernel.errors import Refusal


class CurrencyFixed(Refusal):
    """Something is booked in the customer's currency already."""


@transaction.atomic(durable=True)
def add(company: Company, draft: CustomerDraft, *, by: User) -> Customer:
    """Write a new customer; who may not switch links makes it with links on (R24).

    Raises:
        NumberTaken: if another customer has the number.
    """
    if not by.may(Right.SWITCH_CUSTOMER_LINKS):
        draft = replace(draft, links_enabled=True, automatic_invoices=True)
    customer = customers.create(company, draft)
    _note(customer, by, number=customer.number, created=1)
    return customer


@transaction.atomic(durable=True)
def change(company: Company, customer_id: UUID, draft: CustomerDraft, *, seen: str, by: User) -> Customer:
    """Save a customer over what was shown; the switches stay unless the person may move them (R9).

    Raises:
        Conflict: if somebody else saved it meanwhile.
        CurrencyFixed: if the currency would change though something is booked in it.
        NumberTaken: if another customer has the number.
    """
    customer = customers.lock(company, customer_id)
    if draft.currency != customer.currency and has_items(customer):
        raise CurrencyFixed(
            _("Invoices or credits in %(currency)s exist already, so the currency stays.")
            % {"currency": customer.currency}
        )
    if not by.may(Right.SWITCH_CUSTOMER_LINKS):
        draft = replace(
            draft, links_enabled=customer.links_enabled, automatic_invoices=customer.automatic_invoices
        )
    had_links = customer.links_enabled
    changed = customers.change(customer, draft, seen=seen)
    if had_links and not customer.links_enabled:
        expire_sessions.expire(link__customer=customer)
    if changed:
        _note(customer, by, number=customer.number, **changed)
    return customer


def has_items(customer: Customer) -> bool:
    """Whether something was ever booked for the customer: then the currency stays."""
    return Item.objects.filter(customer=customer).exists()


def _note(customer: Customer, by: User, **about: str | int) -> None:
    activity.note(
        customer.company_id,
        activity.Kind.CUSTOMER_CHANGED,
        subjects=[customer.pk],
        actor=by.name,
        **about,
    )
