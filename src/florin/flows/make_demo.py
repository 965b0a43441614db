"""The demo: a flower wholesaler that is alive today, a person in each role, a link that waits to be paid.

company, people, a year of history, at once -> the last weeks, step by step -> one mail with a link

Each is done only if it is still to be done. Beside it is a second wholesaler, who has just moved in: its
Admin opens the payments account by hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.db import transaction

from florin.domain.catalogue.models import Product
from florin.domain.companies import services as companies
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.orders.services import LineDraft, OrderDraft
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.edges.ports import is_free
from florin.edges.sandbox_control import SandboxControl
from florin.flows import confirm_order, open_company, send_invoice, write_order
from florin.flows.demo import assortment, weeks, year
from florin.flows.demo.life import Life
from florin.flows.demo.year import Desk
from florin.flows.open_company import NewCompany
from florin.kernel import clock
from florin.kernel.errors import Refusal

_SLUG = "meadow"
_DOMAIN = "meadow-vine.example"
_FERN = "fern-admin"
_NEWCOMER = NewCompany(
    slug="fern",
    name="Fern & Petal",
    email="accounts@fern-petal.example",
    currency="USD",
    time_zone="America/Chicago",
    admin=f"{_FERN}@fern-petal.example",
    password=f"{_FERN}-of-the-demo",
)
_NAMES = {
    Role.ADMIN: "Marisol Vega",
    Role.ACCOUNTS_RECEIVABLE: "Dana Whitfield",
    Role.CASHIER: "Luis Ortega",
    Role.SALES_MANAGER: "Grace Kimball",
    Role.SALES: "Tyler Brooks",
    Role.SALES_ALLOCATIONS: "Hannah Cho",
    Role.REPORTS: "Owen Pratt",
}
# How long ago the test processor's clock begins, in days: a little before the first step of the weeks.
BEGIN_DAYS_AGO = year.LIVED_DAYS + 3


@dataclass(frozen=True, slots=True)
class Demo:
    """What a newcomer needs: a link to pay, and who may sign in with which password.

    ``newcomer`` is the Admin of a company that opens a payments account of its own, at first without one.
    """

    pay_link: str
    users: list[dict[str, object]]
    newcomer: dict[str, object]


def claim(ports: Mapping[str, int]) -> None:
    """Make sure that the demo can listen where it is to; ``ports`` by the names of their variables.

    Raises:
        Refusal: naming the variable of a port that another program has.
    """
    for name, port in ports.items():
        if not is_free(port):
            raise Refusal(f"Port {port} is used by another program. Set {name} to a free one.")


def hash_passwords() -> dict[Role, str]:
    """Return the hash of each person's password; it takes its time, and needs no database."""
    return {role: make_password(_password(role)) for role in Role}


def found(hashed: Callable[[], Mapping[Role, str]]) -> None:
    """Make the company with its people and its year, all or nothing, unless it is there. Safe to repeat."""
    if not Company.objects.filter(slug=_SLUG).exists():
        _found(hashed())


def prepare(sandbox: str, token: str) -> Demo:
    """Make what else is missing of the demo, and return its link; safe to repeat, and after a crash.

    ``sandbox`` is the address of the test processor, ``token`` opens its control API. The link is one that
    still waits to be paid: when the last one is, a new order is written and sent.
    """
    company = Company.objects.get(slug=_SLUG)
    people = {Role(user.roles[0]): user for user in User.objects.filter(company=company, email__in=_emails())}
    weeks.live(
        Life(
            company=company,
            market=assortment.market(),
            staff=people,
            control=SandboxControl(sandbox, token),
        )
    )
    _move_in()
    return Demo(
        pay_link=links.address_of(_unpaid_link(company).pk),
        users=[_credentials(_email(role), _password(role), role) for role in Role],
        newcomer=_credentials(_NEWCOMER.admin, _NEWCOMER.password, Role.ADMIN),
    )


@transaction.atomic(durable=True)
def _found(hashed: Mapping[Role, str]) -> None:
    logo = (assortment.FOLDER / "logo.svg.b64").read_text().strip()
    company = companies.open_company(
        slug=_SLUG,
        name="Meadow & Vine Wholesale",
        email=f"accounts@{_DOMAIN}",
        phone="+1 305 555 0142",
        address="1450 NW 78th Avenue\nMiami, FL 33126",
        tax_id="59-1234567",
        time_zone="America/New_York",
        currency="USD",
        colour="#2f6f57",
        logo=logo,
    )
    companies.activate_account(company)
    for role, name in _NAMES.items():
        User.objects.create(
            email=_email(role), password=hashed[role], name=name, company=company, roles=[role.value]
        )
    year.write(
        Desk(
            company=company,
            today=clock.today(company.time_zone),
            market=assortment.market(),
            sales=_NAMES[Role.SALES],
            cashier=_NAMES[Role.CASHIER],
        )
    )


def _email(role: Role) -> str:
    return f"{role.value.replace('_', '-')}@{_DOMAIN}"


def _emails() -> list[str]:
    return [_email(role) for role in Role]


def _password(role: Role) -> str:
    return f"{role.value.replace('_', '-')}-of-the-demo"


def _credentials(email: str, password: str, role: Role) -> dict[str, object]:
    return {"email": email, "password": password, "roles": [role.value]}


def _move_in() -> None:
    """Let the second wholesaler move in, with one customer to whom something can be sent; safe to repeat."""
    company = Company.objects.filter(slug=_NEWCOMER.slug).first()
    company = company or open_company.move_in(_NEWCOMER, takes_payments=False)
    Customer.objects.get_or_create(
        company=company,
        number="2001",
        defaults={
            "name": "Corner Florist",
            "bill_to": "12 Rose Lane\nChicago, IL 60601",
            "currency": company.currency,
            "invoice_emails": ["corner@florist.example"],
        },
    )


def _unpaid_link(company: Company) -> Link:
    """Return a link of its own for whoever tries the demo: what is told of the other shops stays as it is."""
    customer = _customer_without_credit(company)
    waiting = Link.objects.filter(
        customer=customer, revoked_at__isnull=True, debts__invoice__item__balance__gt=0
    ).order_by("-pk")
    return waiting.first() or _send_one(company, customer)


def _send_one(company: Company, customer: Customer) -> Link:
    """Write and confirm an order, as a bookkeeper would; its invoice goes out by itself (R7)."""
    admin = User.objects.get(email=_email(Role.ADMIN))
    products = Product.objects.filter(company=company, unit_price__gt=0).order_by("code")[:4]
    draft = OrderDraft(
        customer_id=customer.pk,
        ship_on=clock.today(company.time_zone) + timedelta(days=1),
        po_number="PO-7731",
        ship_to="",
        note="",
        lines=[
            LineDraft(
                code=product.code,
                description=product.description,
                quantity=Decimal(12 * count),
                unit=product.unit,
                unit_price=product.unit_price,
            )
            for count, product in enumerate(products, start=1)
        ],
    )
    order = write_order.create(company, draft, by=admin)
    invoice = confirm_order.confirm(company, order.pk, by=admin)
    return Link.objects.filter(debts__invoice=invoice).first() or _send_by_hand(invoice, admin)


def _send_by_hand(invoice: Invoice, admin: User) -> Link:
    """Mail an invoice that did not go out by itself, because somebody has switched that off."""
    sent = send_invoice.send(
        invoice.company,
        invoice.order_id,
        to=invoice.customer.invoice_emails,
        with_link=True,
        submission=f"demo-{invoice.number}",
        by=admin,
    )
    if sent.link is None:
        raise RuntimeError(f"The demo's invoice has no link: {sent.why_no_link}")
    return sent.link


def _customer_without_credit(company: Company) -> Customer:
    """Pick a customer whose bill is plain: no open credit beside it."""
    with_credit = Item.objects.filter(company=company, kind=Item.Kind.CREDIT, balance__lt=0).values(
        "customer"
    )
    return Customer.objects.filter(company=company).exclude(pk__in=with_credit).order_by("number")[0]
