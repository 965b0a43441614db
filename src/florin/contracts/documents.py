"""Documents: the frozen content of an invoice, a statement or a receipt, as stored, mailed and printed.

One snapshot feeds the PDF, the mail and the page, so that they agree. Amounts are minor units of
``currency``; quantities and unit prices are exact decimals written as text.
"""

from dataclasses import dataclass
from datetime import date

from florin.contracts.demands import Deduction, Demand
from florin.contracts.line_kinds import LineKind


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The company as it presents itself; ``logo`` is a PNG or SVG in base64, or empty.

    ``remit_to`` is where checks go, ``wire`` how to pay by wire, both line by line.
    """

    name: str
    address: tuple[str, ...]
    email: str
    phone: str
    tax_id: str
    colour: str
    logo: str
    remit_to: tuple[str, ...] = ()
    wire: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of an invoice; ``quantity`` and ``unit_price`` are decimals as text, ``total`` minor units."""

    code: str
    description: str
    quantity: str
    unit: str
    unit_price: str
    total: int
    kind: str = LineKind.GOODS.value


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
    ship_on: date | None = None
    customer_tax_id: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What one invoice got of a payment, in minor units, and what it still owes after it."""

    invoice_number: str
    issued_on: date
    amount: int
    balance_after: int


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """A receipt as given; ``excess`` became an open credit, ``method`` reads "Visa •••• 4242".

    ``credited`` is what the customer's open credits paid of the same invoices, beside the money, ``discount``
    what was deducted from them for early payment. A ``prepayment`` came in for what is yet to be invoiced.
    """

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
    credited: int = 0
    discount: int = 0
    prepayment: bool = False


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """One invoice in a list of open ones: ``total`` of its latest revision, ``balance`` still owed."""

    number: str
    po_number: str
    issued_on: date
    due_on: date
    total: int
    balance: int


@dataclass(frozen=True, slots=True)
class InvoiceList:
    """Several open invoices of one customer in one currency, as mailed with one button (R6).

    ``paying`` is what of them somebody is paying at this moment, ``credits`` what open credits take off.
    """

    letterhead: Letterhead
    customer_number: str
    customer_name: str
    currency: str
    invoices: tuple[OpenInvoice, ...]
    language: str
    paying: int = 0
    credits: tuple[Deduction, ...] = ()

    @property
    def demand(self) -> Demand:
        """What the button asks for."""
        return Demand(sum(invoice.balance for invoice in self.invoices), self.paying, self.credits)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement or open item on a statement.

    ``kind`` is that of the entry ("invoice", "payment", "discount" ...), or of an open item ("overpayment",
    "prepayment"); ``amount`` is what it changed (positive: the customer owes more), ``balance`` the running
    balance, or what is open on the item. ``item`` is the number of the item it belongs to, where the type of
    statement shows one item after the other.
    """

    on: date
    due_on: date | None
    kind: str
    number: str
    reference: str
    amount: int
    balance: int
    item: str = ""


@dataclass(frozen=True, slots=True)
class Aging:
    """What is owed by how late it is, and the open credits (negative); minor units of one currency."""

    current: int
    to_30: int
    to_60: int
    to_90: int
    over_90: int
    credits: int

    @property
    def buckets(self) -> dict[str, int]:
        """What is owed within each span of days late, without the credits."""
        late = {"to_30": self.to_30, "to_60": self.to_60, "to_90": self.to_90, "over_90": self.over_90}
        return {"current": self.current, **late}

    @property
    def overdue(self) -> int:
        """What is at least a day late."""
        return self.owed - self.current

    @property
    def owed(self) -> int:
        """What is owed, late or not."""
        return sum(self.buckets.values())

    @property
    def total(self) -> int:
        """What is owed less what is open to the customer's credit."""
        return self.owed + self.credits


@dataclass(frozen=True, slots=True)
class StatementDocument:
    """A statement as it was made: frozen, so that PDF, mail and page show the same (R5).

    ``type`` is "balance_forward", "open_items" or "all_transactions"; ``opening`` is the balance brought
    forward (zero where the type has none); ``balance`` is what was owed on ``end_on``, credits deducted.
    ``due_on`` is the earliest day on which something open is or was due, if anything is.
    """

    letterhead: Letterhead
    number: str
    type: str
    customer_number: str
    bill_to: tuple[str, ...]
    begin_on: date | None
    end_on: date
    currency: str
    opening: int
    lines: tuple[StatementLine, ...]
    aging: Aging
    balance: int
    language: str
    due_on: date | None = None
