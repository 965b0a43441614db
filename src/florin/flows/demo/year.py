"""Writing down the drawn year in bulk, through the same doors as an import: all of it, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import Decimal
from uuid import UUID

from florin.domain.catalogue import importing as catalogue
from florin.domain.catalogue.importing import NewProduct
from florin.domain.companies import numbers
from florin.domain.companies.models import Company
from florin.domain.companies.numbers import Series
from florin.domain.customers.models import Customer
from florin.domain.invoices import importing as invoices
from florin.domain.invoices.importing import OldInvoice
from florin.domain.invoices.models import Invoice
from florin.domain.orders import importing as orders
from florin.domain.orders.importing import OldOrder
from florin.domain.orders.services import LineDraft
from florin.domain.payments import importing as payments
from florin.domain.payments.importing import OldPayment
from florin.domain.receipts import services as receipts
from florin.flows.demo import drawing
from florin.flows.demo.assortment import Flower, Market
from florin.flows.demo.drawing import DrawnOrder, DrawnPayment

LIVED_DAYS = 21
LINK = "link"
_LIMITS = {"late": 600_000, "never": 450_000, "wire": 5_000_000}  # minor units


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the year is written down with: whose it is, up to which day, and who did it, by their names."""

    company: Company
    today: date
    market: Market
    sales: str
    cashier: str


def write(desk: Desk) -> None:
    """Make customers, products, and their orders and payments up to yesterday, in the caller's transaction.

    Of those who pay by link the orders of the last three weeks are left out: those are lived through.
    """
    customers = _customers(desk)
    lived = desk.today - timedelta(days=LIVED_DAYS)
    drawn = [
        order
        for order in drawing.orders(desk.today, desk.market)
        if order.shop.pays != LINK or order.at.date() < lived
    ]
    issued = _issue(desk, drawn, customers)
    paid = [
        _payment(desk, payment, customers[payment.shop.place], [issued[place] for place in payment.orders])
        for payment in drawing.payments(desk.today, drawn)
    ]
    receipts.issue_many(payments.record_many(desk.company, paid))


def _customers(desk: Desk) -> dict[int, Customer]:
    company, shops = desk.company, desk.market.shops
    names = numbers.following_many(company.pk, Series.CUSTOMER, len(shops))
    made = Customer.objects.bulk_create(
        [
            Customer(
                company=company,
                number=number,
                name=shop.name,
                bill_to=f"Attn: {shop.person}\n{shop.address}",
                ship_to=shop.address,
                phone=shop.phone,
                invoice_emails=[shop.email],
                statement_emails=[shop.email],
                credit_limit=_LIMITS.get(shop.pays),
                terms_days=shop.terms,
                currency=company.currency,
                language=shop.language,
                automatic_invoices=shop.pays not in {"cash", "terminal"},
            )
            for shop, number in zip(shops, names, strict=True)
        ]
    )
    return {shop.place: customer for shop, customer in zip(shops, made, strict=True)}


def _products(company: Company, flowers: Sequence[Flower]) -> dict[str, UUID]:
    catalogue.make_many(
        company,
        [
            NewProduct(
                code=flower.code,
                description=flower.description,
                unit=flower.unit,
                unit_price=flower.unit_price,
            )
            for flower in flowers
        ],
    )
    return catalogue.known(company, [flower.code for flower in flowers])


def _issue(desk: Desk, drawn: Sequence[DrawnOrder], customers: Mapping[int, Customer]) -> list[Invoice]:
    company, products = desk.company, _products(desk.company, desk.market.flowers)
    names = numbers.following_many(company.pk, Series.ORDER, len(drawn))
    written = orders.write_many(
        company,
        [
            OldOrder(
                customer=customers[order.shop.place],
                number=number,
                submission=f"demo:{number}",
                ordered_on=order.at.date(),
                ship_on=order.at.date() + timedelta(days=1),
                po_number=order.po_number,
                ship_to="",
                lines=[line(flower, quantity) for flower, quantity in order.lines],
                products=products,
            )
            for order, number in zip(drawn, names, strict=True)
        ],
    )
    names = numbers.following_many(company.pk, Series.INVOICE, len(drawn))
    olds = [
        OldInvoice(one, number, order.at) for one, number, order in zip(written, names, drawn, strict=True)
    ]
    return invoices.issue_many(company, olds, by=desk.sales)


def line(flower: Flower, quantity: Decimal) -> LineDraft:
    """Return an order line of a flower at its usual price."""
    return LineDraft(
        code=flower.code,
        description=flower.description,
        quantity=quantity,
        unit=flower.unit,
        unit_price=flower.unit_price,
    )


def _payment(desk: Desk, drawn: DrawnPayment, customer: Customer, invoices_: Sequence[Invoice]) -> OldPayment:
    return OldPayment(
        customer=customer,
        method=drawn.method,
        at=drawing.in_zone(drawn.at, desk.company.time_zone).astimezone(UTC),
        shares=[(invoice, invoice.total * (100 - drawn.short) // 100) for invoice in invoices_],
        by=desk.cashier,
        reference=drawn.reference,
    )
