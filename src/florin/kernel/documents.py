"""What papers say: the frozen content of an invoice or a receipt, as stored, mailed and printed.

One snapshot feeds the PDF, the mail and the page, so that they agree. Amounts are minor units of
``currency``; quantities and unit prices are exact decimals written as text.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The company as it presents itself; ``logo`` is a PNG or SVG in base64, or empty."""

    name: str
    address: tuple[str, ...]
    email: str
    phone: str
    tax_id: str
    colour: str
    logo: str

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read back what ``to_json`` wrote."""
        return cls(**{**data, "address": tuple(data["address"])})


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of an invoice; ``quantity`` and ``unit_price`` are decimals as text, ``total`` minor units."""

    code: str
    description: str
    quantity: str
    unit: str
    unit_price: str
    total: int


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """An invoice as it was issued; ``revision`` counts from 1, ``terms`` reads "Net 30 days"."""

    letterhead: Letterhead
    number: str
    revision: int
    order_number: str
    customer_number: str
    po_number: str
    issued_on: date
    due_on: date
    terms: str
    bill_to: tuple[str, ...]
    ship_to: tuple[str, ...]
    currency: str
    lines: tuple[DocumentLine, ...]
    total: int
    note: str
    language: str

    def to_json(self) -> dict[str, Any]:
        """Return a mapping that PostgreSQL can keep and ``from_json`` reads back to an equal value."""
        return {**asdict(self), "issued_on": self.issued_on.isoformat(), "due_on": self.due_on.isoformat()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read back what ``to_json`` wrote."""
        return cls(
            **{
                **data,
                "letterhead": Letterhead.from_json(data["letterhead"]),
                "issued_on": date.fromisoformat(data["issued_on"]),
                "due_on": date.fromisoformat(data["due_on"]),
                "bill_to": tuple(data["bill_to"]),
                "ship_to": tuple(data["ship_to"]),
                "lines": tuple(DocumentLine(**line) for line in data["lines"]),
            }
        )


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What one invoice got of a payment, in minor units, and what it still owes after it."""

    invoice_number: str
    issued_on: date
    amount: int
    balance_after: int


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """A receipt as given; ``excess`` became an open credit, ``method`` reads "Visa •••• 4242"."""

    letterhead: Letterhead
    number: str
    payment_number: str
    customer_number: str
    customer_name: str
    paid_on: date
    method: str
    reference: str
    currency: str
    amount: int
    lines: tuple[ReceiptLine, ...]
    excess: int
    language: str

    def to_json(self) -> dict[str, Any]:
        """Return a mapping that PostgreSQL can keep and ``from_json`` reads back to an equal value."""
        lines = [{**asdict(line), "issued_on": line.issued_on.isoformat()} for line in self.lines]
        return {**asdict(self), "paid_on": self.paid_on.isoformat(), "lines": lines}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read back what ``to_json`` wrote."""
        lines = ({**line, "issued_on": date.fromisoformat(line["issued_on"])} for line in data["lines"])
        return cls(
            **{
                **data,
                "letterhead": Letterhead.from_json(data["letterhead"]),
                "paid_on": date.fromisoformat(data["paid_on"]),
                "lines": tuple(ReceiptLine(**line) for line in lines),
            }
        )
