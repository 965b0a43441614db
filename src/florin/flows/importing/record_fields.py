"""What a file can say about a customer, a product, an invoice or a credit, and what other programs call it.

The names are those of real exports; docs/importing.md says which, and against what each was checked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from florin.domain.import_runs.models import ImportRun
from florin.edges.tables.columns import plain

Kind = ImportRun.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordField:
    """One thing that a column can be. Of ``names`` the first that a file has is taken.

    ``many`` says that several columns may be it together, such as the lines of an address.
    """

    name: str
    label: Promise
    names: Sequence[str] = ()
    many: bool = False
    amount: bool = False
    day: bool = False


@dataclass(frozen=True)
class RecordKind:
    """What rows of one kind say, and which fields they cannot do without: one of each group."""

    fields: Sequence[RecordField]
    needed: Sequence[Sequence[str]]

    @cached_property
    def by_name(self) -> Mapping[str, RecordField]:
        """The fields by their names."""
        return {field.name: field for field in self.fields}

    @cached_property
    def known(self) -> Mapping[str, tuple[int, str]]:
        """What a heading, made plain, means: a field, and how far down in its names it stands."""
        found: dict[str, tuple[int, str]] = {}
        for field in self.fields:
            for rank, name in enumerate((field.name, *field.names)):
                found.setdefault(plain(name), (rank, field.name))
        return found


_CUSTOMER = (
    *("customer number", "customer no", "customer id", "customer code", "account number", "account no"),
    *("cust no", "número de cliente", "numero de cliente", "nº de cliente"),
)
_NAMES = (
    *("customer full name", "contact name", "customer name", "display name", "customer", "client"),
    *("company name", "company", "name", "full name", "nombre", "cliente"),
)

_CUSTOMERS = RecordKind(
    fields=[
        RecordField(name="name", label=gettext_lazy("Name"), names=_NAMES),
        RecordField(name="number", label=gettext_lazy("Number"), names=(*_CUSTOMER, "number", "código")),
        RecordField(
            name="invoice_emails",
            label=gettext_lazy("Send invoices to"),
            names=("email", "emails", "email address", "main email", "send invoices to", "correo"),
            many=True,
        ),
        RecordField(
            name="statement_emails",
            label=gettext_lazy("Send statements to"),
            names=("statement email", "send statements to"),
            many=True,
        ),
        RecordField(
            name="phone",
            label=gettext_lazy("Phone"),
            names=("phone numbers", "phone number", "main phone", "telephone", "teléfono", "telefono"),
        ),
        RecordField(
            name="bill_to",
            label=gettext_lazy("Bill to"),
            names=(
                *("billing address", "bill address", "address", "street address", "billing street", "street"),
                *("po attention to", "poaddressline1", "poaddressline2", "poaddressline3", "poaddressline4"),
                *("address line 1", "address line 2", "bill to 1", "bill to 2", "dirección", "direccion"),
            ),
            many=True,
        ),
        RecordField(
            name="bill_city",
            label=gettext_lazy("Bill to: city"),
            names=("pocity", "billing city", "bill city", "city", "ciudad"),
        ),
        RecordField(
            name="bill_state",
            label=gettext_lazy("Bill to: state"),
            names=("poregion", "billing state", "bill state", "state", "province", "region", "estado"),
        ),
        RecordField(
            name="bill_zip",
            label=gettext_lazy("Bill to: ZIP code"),
            names=("popostalcode", "billing zip", "bill zip", "zip", "zip code", "postal code", "postcode"),
        ),
        RecordField(
            name="bill_country",
            label=gettext_lazy("Bill to: country"),
            names=("pocountry", "billing country", "country", "país", "pais"),
        ),
        RecordField(
            name="ship_to",
            label=gettext_lazy("Ship to"),
            names=(
                *("shipping address", "ship address", "shipping street", "delivery address"),
                *("saaddressline1", "saaddressline2", "saaddressline3", "saaddressline4"),
            ),
            many=True,
        ),
        RecordField(
            name="ship_city",
            label=gettext_lazy("Ship to: city"),
            names=("sacity", "shipping city", "ship city"),
        ),
        RecordField(
            name="ship_state",
            label=gettext_lazy("Ship to: state"),
            names=("saregion", "shipping state", "ship state"),
        ),
        RecordField(
            name="ship_zip",
            label=gettext_lazy("Ship to: ZIP code"),
            names=("sapostalcode", "shipping zip", "ship zip"),
        ),
        RecordField(
            name="ship_country",
            label=gettext_lazy("Ship to: country"),
            names=("sacountry", "shipping country"),
        ),
        RecordField(
            name="terms",
            label=gettext_lazy("Terms (days)"),
            names=("terms days", "payment terms", "term", "due date sales day", "plazo", "condiciones"),
        ),
        RecordField(
            name="terms_rule",
            label=gettext_lazy("What the days of the terms count from"),
            names=("due date sales term",),
        ),
        RecordField(
            name="credit_limit",
            label=gettext_lazy("Credit limit"),
            names=("limit", "límite de crédito", "limite de credito"),
            amount=True,
        ),
        RecordField(
            name="currency",
            label=gettext_lazy("Currency"),
            names=("currency code", "default currency", "moneda"),
        ),
        RecordField(name="language", label=gettext_lazy("Language"), names=("idioma",)),
        RecordField(
            name="tax_id",
            label=gettext_lazy("Tax ID"),
            names=("tax number", "taxid", "resale number", "tax resale no", "rfc", "nit"),
        ),
        RecordField(
            name="note", label=gettext_lazy("Notes"), names=("notes", "memo", "comments", "notas"), many=True
        ),
    ],
    needed=[["name"]],
)

_PRODUCTS = RecordKind(
    fields=[
        RecordField(
            name="code",
            label=gettext_lazy("Code"),
            names=(
                *(
                    "sku",
                    "item code",
                    "product code",
                    "item number",
                    "item no",
                    "stock code",
                    "item",
                    "product",
                ),
                *("código", "codigo"),
            ),
        ),
        RecordField(
            name="description",
            label=gettext_lazy("Description"),
            names=(
                *("product/service name", "product / service name", "item name", "product name", "name"),
                *("sales description", "item description", "descripción", "descripcion", "nombre"),
            ),
        ),
        RecordField(
            name="unit", label=gettext_lazy("Unit"), names=("unit of measure", "uom", "u/m", "unidad")
        ),
        RecordField(
            name="unit_price",
            label=gettext_lazy("Unit price"),
            names=(
                *(
                    "sales price / rate",
                    "sales price/rate",
                    "sales price",
                    "sales unit price",
                    "price",
                    "rate",
                ),
                *("precio", "precio unitario"),
            ),
            amount=True,
        ),
    ],
    needed=[["code"], ["description"], ["unit_price"]],
)

_NUMBER = (
    "invoice number",
    "invoice no",
    "invoice",
    "num",
    "no",
    "document number",
    "doc no",
    "número",
    "factura",
)
_ISSUED = ("invoice date", "transaction date", "date", "issued", "issue date", "fecha")
_PARTY = RecordField(
    name="customer",
    label=gettext_lazy("Customer (number or name)"),
    names=(*_CUSTOMER, *_NAMES),
)
_CURRENCY = RecordField(name="currency", label=gettext_lazy("Currency"), names=("currency code", "moneda"))

_INVOICES = RecordKind(
    fields=[
        RecordField(name="number", label=gettext_lazy("Invoice number"), names=_NUMBER),
        _PARTY,
        RecordField(name="issued_on", label=gettext_lazy("Invoice date"), names=_ISSUED, day=True),
        RecordField(
            name="due_on",
            label=gettext_lazy("Due date"),
            names=("due date", "due", "vencimiento", "fecha de vencimiento"),
            day=True,
        ),
        RecordField(
            name="balance",
            label=gettext_lazy("Balance: what is still owed"),
            names=(
                *("open balance", "invoice amount due", "amount due", "balance due", "invoice balance"),
                *("remaining", "saldo"),
            ),
            amount=True,
        ),
        RecordField(
            name="total",
            label=gettext_lazy("Total of the invoice"),
            names=("invoice total", "amount", "invoice amount", "importe", "monto"),
            amount=True,
        ),
        RecordField(
            name="po_number",
            label=gettext_lazy("PO number"),
            names=("po", "po no", "customer po", "p o", "purchase order", "reference", "orden de compra"),
        ),
        RecordField(
            name="type",
            label=gettext_lazy("Type (invoice, credit memo, payment)"),
            names=("transaction type", "tipo"),
        ),
        RecordField(
            name="status", label=gettext_lazy("Status (drafts and voids stay out)"), names=("estado",)
        ),
        _CURRENCY,
    ],
    needed=[["number"], ["customer"], ["issued_on"], ["balance", "total"]],
)

_CREDITS = RecordKind(
    fields=[
        RecordField(
            name="number",
            label=gettext_lazy("Credit number"),
            names=("credit number", "credit no", "credit memo", *_NUMBER),
        ),
        _PARTY,
        RecordField(
            name="issued_on", label=gettext_lazy("Credit date"), names=("credit date", *_ISSUED), day=True
        ),
        RecordField(
            name="balance",
            label=gettext_lazy("Balance: what is still open"),
            names=("open balance", "amount due", "credit balance", "amount", "total", "importe", "saldo"),
            amount=True,
        ),
        RecordField(
            name="reason",
            label=gettext_lazy("Reason"),
            names=("description", "memo", "note", "motivo", "descripción", "reference"),
        ),
        _CURRENCY,
    ],
    needed=[["number"], ["customer"], ["issued_on"], ["balance"]],
)

KINDS: Mapping[ImportRun.Kind, RecordKind] = {
    Kind.CUSTOMERS: _CUSTOMERS,
    Kind.PRODUCTS: _PRODUCTS,
    Kind.INVOICES: _INVOICES,
    Kind.CREDITS: _CREDITS,
}
