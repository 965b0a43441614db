"""A wholesaler to measure: its people, customers, and invoices that wait to be paid through a link."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from uuid import uuid4

from bench.pdf import letterhead
from florin.domain.companies import services as companies
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.links.models import Link
from florin.domain.orders.models import Order
from florin.domain.orders.services import LineDraft, OrderDraft
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import confirm_order, send_invoice, write_order

_LINES = 10
_numbers = count(1)


def open_shop() -> User:
    """Make a wholesaler like the demo's that may take payments, and return its Admin."""
    look = letterhead()
    number = next(_numbers)
    company = companies.open_company(
        slug=f"bench-{number}",
        name=look.name,
        email=look.email,
        phone=look.phone,
        address="\n".join(look.address),
        tax_id=look.tax_id,
        colour=look.colour,
        logo=look.logo,
        time_zone="America/New_York",
    )
    companies.activate_account(company)
    return User.objects.create_user(
        f"admin-{number}@meadow-vine.example",
        uuid4().hex,
        name="Admin",
        company=company,
        roles=[Role.ADMIN.value],
    )


def links(owner: User, many: int) -> list[Link]:
    """Queue so many invoices to be mailed, each to another customer and with a link of its own."""
    return [_link(owner, order) for order in _orders(owner, many)]


def _orders(owner: User, many: int) -> Iterator[Order]:
    for _ in range(many):
        customer = _customer(owner.company)
        yield write_order.create(owner.company, _draft(customer), by=owner)


def _link(owner: User, order: Order) -> Link:
    confirm_order.confirm(owner.company, order.pk, by=owner)
    sent = send_invoice.send(
        owner.company,
        order.pk,
        to=order.customer.invoice_emails,
        with_link=True,
        submission=uuid4().hex,
        by=owner,
    )
    if sent.link is None:
        raise RuntimeError(f"An invoice has no link: {sent.why_no_link}")
    return sent.link


def _customer(company: Company) -> Customer:
    number = next(_numbers)
    return Customer.objects.create(
        company=company,
        number=f"C-{number}",
        name=f"Corner Florist {number}",
        bill_to="12 Rose Lane\nSpringfield",
        currency=company.currency,
        invoice_emails=[f"bills-{number}@florist.example"],
        automatic_invoices=False,  # one mail an invoice is what is measured
    )


def _draft(customer: Customer) -> OrderDraft:
    number = next(_numbers)
    lines = [
        LineDraft(
            code=f"R-{number}-{place}",
            description=f"Rose Freedom {40 + place} cm, lot {number}",
            quantity=Decimal(12 * place),
            unit="stems",
            unit_price=Decimal(35 + (number + place) % 60) / 100,
        )
        for place in range(1, _LINES + 1)
    ]
    return OrderDraft(
        customer_id=customer.pk, ship_on=None, po_number=f"PO-{number}", ship_to="", note="", lines=lines
    )
