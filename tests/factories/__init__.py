"""Making what a test needs, in one line, through the product's own services."""

from decimal import Decimal
from itertools import count
from uuid import uuid4

from florin.domain.companies import services as companies
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.orders.models import Order
from florin.domain.orders.services import LineDraft, OrderDraft
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import confirm_order, send_invoice, write_order

PASSWORD = "a-long-enough-password"
_numbers = count(1)


def make_company(slug: str = "bloom", name: str = "Bloom & Co Wholesale", **details: str) -> Company:
    """A wholesaler that may take payments."""
    company = companies.open_company(
        slug=slug, name=name, email=f"office@{slug}.example", phone="+1 305 555 0100", **details
    )
    companies.activate_account(company)
    return company


def make_user(company: Company, *roles: Role) -> User:
    """Somebody who works there."""
    first = roles[0].value.replace("_", "-")
    return User.objects.create_user(
        f"{first}-{next(_numbers)}@{company.slug}.example",
        PASSWORD,
        name=f"{first.title()} Person",
        company=company,
        roles=[role.value for role in roles],
    )


def make_customer(company: Company, **details: str | int | list[str]) -> Customer:
    """A florist."""
    number = str(next(_numbers))
    given = {
        "number": number,
        "name": f"Corner Florist {number}",
        "bill_to": "12 Rose Lane\nSpringfield",
        "currency": company.currency,
        "invoice_emails": [f"bills-{number}@florist.example"],
        "automatic_invoices": False,  # so that a test mails what it says it mails
        **details,
    }
    return Customer.objects.create(company=company, **given)


def make_draft(customer: Customer, *prices: str, po_number: str = "") -> OrderDraft:
    """An order of one of each price."""
    lines = [
        LineDraft(
            code=f"R{place}",
            description=f"Roses {place}",
            quantity=Decimal(1),
            unit="box",
            unit_price=Decimal(price),
        )
        for place, price in enumerate(prices or ("100.00",), start=1)
    ]
    return OrderDraft(
        customer_id=customer.pk, ship_on=None, po_number=po_number, ship_to="", note="", lines=lines
    )


def make_order(owner: User, *prices: str, customer: Customer | None = None, po_number: str = "") -> Order:
    """A draft order."""
    buyer = customer or make_customer(owner.company)
    return write_order.create(owner.company, make_draft(buyer, *prices, po_number=po_number), by=owner)


def make_invoice(owner: User, *prices: str, customer: Customer | None = None) -> Invoice:
    """A confirmed order's invoice, of 100.00 unless prices are given."""
    order = make_order(owner, *prices, customer=customer)
    return confirm_order.confirm(owner.company, order.pk, by=owner)


def make_link(
    owner: User, invoice: Invoice | None = None, *, to: tuple[str, ...] = ("payer@shop.example",)
) -> Link:
    """An invoice mailed with a payment link."""
    invoice = invoice or make_invoice(owner)
    sent = send_invoice.send(
        owner.company, invoice.order_id, to=to, with_link=True, submission=uuid4().hex, by=owner
    )
    assert sent.link is not None, sent.why_no_link
    return sent.link
