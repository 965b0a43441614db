"""The snapshots that the tests of documents and mails start from."""

from dataclasses import replace
from datetime import date
from typing import Any

from florin.contracts.documents import DocumentLine, InvoiceDocument, Letterhead, ReceiptDocument, ReceiptLine

PAY_URL = "https://pay.northwind.test/pay/Zk3q9v0mX2bT7yLr5nQe1wJc8sHd4uGa?a=1&b=2"

# One red pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"

LETTERHEAD = Letterhead(
    name="Northwind Flowers",
    address=("12 Canal Street", "Portland, OR 97201"),
    email="ar@northwind.test",
    phone="+1 503 555 0147",
    tax_id="93-1234567",
    colour="#8a2f5f",
    logo="",
)


def letterhead(**changes: Any) -> Letterhead:
    return replace(LETTERHEAD, **changes)


def line(description: str = "Rose Freedom 60 cm", **changes: Any) -> DocumentLine:
    plain = DocumentLine(
        code="RO-1", description=description, quantity="300", unit="stems", unit_price="0.3825", total=11475
    )
    return replace(plain, **changes)


def invoice(**changes: Any) -> InvoiceDocument:
    """An invoice over $123.45, due on December 24."""
    plain = InvoiceDocument(
        letterhead=LETTERHEAD,
        number="INV-10023",
        revision=1,
        order_number="SO-2041",
        customer_number="C-1007",
        po_number="PO 7781",
        issued_on=date(2026, 11, 24),
        due_on=date(2026, 12, 24),
        terms="Net 30 days",
        bill_to=("Rosa's Flower Shop", "88 Mission Street"),
        ship_to=("Rosa's Flower Shop", "9 Stevenson Street"),
        currency="USD",
        lines=(line(), line("Delivery", code="", quantity="1", unit="", unit_price="8.70", total=870)),
        total=12345,
        note="Claims within 24 hours, please.",
        language="en",
    )
    return replace(plain, **changes)


def receipt(**changes: Any) -> ReceiptDocument:
    """A payment of $500.00: one invoice paid, one in part, $50.00 left over."""
    plain = ReceiptDocument(
        letterhead=LETTERHEAD,
        number="RC-501",
        payment_number="PAY-3301",
        customer_number="C-1007",
        customer_name="Rosa's Flower Shop",
        paid_on=date(2026, 12, 20),
        method="Visa •••• 4242",
        reference="pi_3Nx81Zk",
        currency="USD",
        amount=50000,
        lines=(
            ReceiptLine("INV-10023", date(2026, 11, 24), 30000, 0),
            ReceiptLine("INV-10025", date(2026, 11, 28), 15000, 2500),
        ),
        excess=5000,
        language="en",
    )
    return replace(plain, **changes)
