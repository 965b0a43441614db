"""Writing customers."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from florin.domain.companies import numbers
from florin.domain.companies.models import Company
from florin.domain.companies.numbers import Series
from florin.domain.customers.models import Customer
from florin.kernel import changes
from florin.kernel.database import find
from florin.kernel.errors import Conflict, Refusal
from florin.kernel.folding import fold
from florin.kernel.money import Money


class NumberTaken(Refusal):
    """Another customer has the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDraft:
    """A customer as typed; no number means the next one, ``credit_limit`` is minor units of ``currency``."""

    number: str
    name: str
    bill_to: str
    ship_to: str
    phone: str
    tax_id: str
    note: str
    invoice_emails: Sequence[str]
    statement_emails: Sequence[str]
    terms_days: int
    credit_limit: int | None
    currency: str
    language: str
    links_enabled: bool
    automatic_invoices: bool


def draft_of_new(company: Company) -> CustomerDraft:
    """Return what a new customer is unless somebody says otherwise: on usual terms, with links (R24)."""
    return CustomerDraft(
        number="",
        name="",
        bill_to="",
        ship_to="",
        phone="",
        tax_id="",
        note="",
        invoice_emails=(),
        statement_emails=(),
        terms_days=company.terms_days,
        credit_limit=None,
        currency=company.currency,
        language="en",
        links_enabled=True,
        automatic_invoices=True,
    )


def field_texts(customer: Customer) -> dict[str, str]:
    """Return what a customer's fields say, as text."""
    limit = customer.credit_limit
    return {
        "number": customer.number,
        "name": customer.name,
        "bill_to": customer.bill_to,
        "ship_to": customer.ship_to,
        "phone": customer.phone,
        "tax_id": customer.tax_id,
        "note": customer.note,
        "invoice_emails": ", ".join(customer.invoice_emails),
        "statement_emails": ", ".join(customer.statement_emails),
        "terms_days": str(customer.terms_days),
        "credit_limit": "" if limit is None else str(Money(limit, customer.currency).decimal),
        "currency": customer.currency,
        "language": customer.language,
        "links_enabled": changes.switch(customer.links_enabled),
        "automatic_invoices": changes.switch(customer.automatic_invoices),
    }


def mark(customer: Customer) -> str:
    """Return a short text that changes whenever somebody changes the customer."""
    return changes.mark(field_texts(customer))


def create(company: Company, draft: CustomerDraft) -> Customer:
    """Write a new customer in the caller's transaction; without a number it gets the next free one.

    Raises:
        NumberTaken: if another customer of the company has the number.
    """
    customer = Customer(company=company)
    apply_draft(customer, draft)
    customer.number = draft.number or next_numbers(company, 1)[0]
    _save(customer, new=True)
    return customer


def change(customer: Customer, draft: CustomerDraft, *, seen: str) -> dict[str, str]:
    """Replace what a locked customer says, and return what changed, for the timeline.

    Raises:
        Conflict: if somebody changed the customer after ``seen`` was shown; nothing is overwritten.
        NumberTaken: if another customer of the company has the number.
    """
    before = field_texts(customer)
    if changes.mark(before) != seen:
        raise Conflict(_("Somebody else has changed this customer meanwhile. Look at it again, then save."))
    number = draft.number or customer.number
    apply_draft(customer, draft)
    customer.number = number
    changed = changes.between(before, field_texts(customer))
    if changed:
        _save(customer, new=False)
    return changed


def lock(company: Company, customer_id: UUID) -> Customer:
    """Return the customer, locked until the transaction ends; nothing can be booked for it meanwhile."""
    return find(Customer.objects.select_for_update(of=("self",)).filter(company=company), pk=customer_id)


def apply_draft(customer: Customer, draft: CustomerDraft) -> None:
    """Let a customer say what a draft says; nothing is saved."""
    for field in fields(draft):
        value = getattr(draft, field.name)
        setattr(customer, field.name, list(value) if isinstance(value, tuple) else value)


def _save(customer: Customer, *, new: bool) -> None:
    try:
        with transaction.atomic():
            customer.save(force_insert=new, force_update=not new)
    except IntegrityError:
        if not Customer.objects.filter(company=customer.company_id, folded=fold(customer.number)).exists():
            raise
        raise NumberTaken(
            _("Another customer has the number %(number)s.") % {"number": customer.number}
        ) from None


def next_numbers(company: Company, count: int) -> list[str]:
    """Return the next numbers, but none that somebody gave by hand or an import brought."""
    found: list[str] = []
    while len(found) < count:
        fresh = numbers.following_many(company.pk, Series.CUSTOMER, count - len(found))
        folded = {fold(number) for number in fresh}
        known = Customer.objects.filter(company=company, folded__in=folded)
        taken = set(known.values_list("folded", flat=True))
        if taken:
            numbers.pass_over(company.pk, Series.CUSTOMER, fresh[0].rstrip("0123456789"))
        found += [number for number in fresh if fold(number) not in taken]
    return found
