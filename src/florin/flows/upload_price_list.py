"""A price list from a file: read, shown row by row with what would change, and written in one go, once.

file -> rows -> (somebody looks at them) -> products, new and changed, in one transaction -> timeline
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.catalogue import services as catalogue
from florin.domain.catalogue.models import Product
from florin.domain.catalogue.services import PriceRow
from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from florin.edges import spreadsheet_export
from florin.edges.spreadsheet_export import Worksheet
from florin.edges.tables import numbers, reading
from florin.edges.tables.columns import Columns, NoHeadings
from florin.edges.tables.numbers import NotANumberError, OtherCurrencyError
from florin.edges.tables.rows import OF_AN_UPLOAD, Cell, Line, TwoWaysError
from florin.kernel.errors import Refusal
from florin.kernel.folding import fold
from florin.kernel.notation import Sign

MOST_ROWS = OF_AN_UPLOAD.rows
MOST_BYTES = 1_000_000
_COLUMNS = Columns(
    names={
        "code": ("product code", "item code", "item", "sku", "product", "código", "codigo", "producto"),
        "price": ("unit price", "sales price", "sales price/rate", "rate", "precio", "precio unitario"),
        "description": ("name", "product name", "item description", "descripción", "descripcion", "nombre"),
        "unit": ("unit of measure", "uom", "unidad"),
    },
    needed=[["code"], ["price"]],
)
# Ours, in each language; every reader may upload either.
_HEADINGS = {
    "en": ("code", "price", "description", "unit"),
    "es": ("código", "precio", "descripción", "unidad"),
}


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of the file: where it stands, what its cells say, and why nobody should guess what that is."""

    line: int
    said: Mapping[str, str]
    price: Decimal | str
    flaw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """The rows below the headings, the sign before decimals, and the headings that mean nothing to us."""

    rows: Sequence[ListedRow]
    unused: Sequence[str]
    sign: Sign


class SignUnclear(Refusal):
    """Prices in the file can be read in two ways."""


def headings() -> dict[str, str]:
    """Return what we call each column, in the reader's language."""
    language = (get_language() or "en")[:2]
    return dict(zip(_COLUMNS.names, _HEADINGS.get(language, _HEADINGS["en"]), strict=True))


def template(company: Company) -> IO[bytes]:
    """Return a workbook with the products that are active now, open: change it and upload it again."""
    products = Product.objects.filter(company=company, active=True).order_by("folded")
    rows: Iterator[list[spreadsheet_export.Cell]] = (
        [one.code, one.unit_price.normalize(), one.description, one.unit] for one in products
    )
    return spreadsheet_export.xlsx_file([Worksheet(_("Products"), list(headings().values()), rows)])


def read(data: bytes, *, sign: Sign | None) -> PriceList:
    """Read an uploaded XLSX or CSV file; nothing is saved.

    Raises:
        SignUnclear: if prices can be read in two ways, and ``sign`` does not say which.
        Refusal: if it cannot be read, is too large, or no row near the top names the columns.
    """
    if len(data) > MOST_BYTES:
        raise Refusal(_("The file is larger than 1 MB. Split it, and upload one part after the other."))
    try:
        table = reading.from_bytes(data, _COLUMNS, limits=OF_AN_UPLOAD)
    except NoHeadings as missing:
        raise Refusal(
            _("The first row must name the columns code and price. Download the price list to see how.")
        ) from missing
    rows = [_read_row(table, line) for line in table.rows()]
    if not rows:
        raise Refusal(_("There is nothing below the headings."))
    return PriceList(rows=rows, unused=table.unused, sign=_sign(rows, sign))


def price(row: ListedRow, sign: Sign, *, currency: str) -> Decimal:
    """Return a row's price, exactly.

    Raises:
        Refusal: if it is none, or names another currency than the company's.
    """
    if isinstance(row.price, Decimal):
        return row.price
    if not row.price:
        raise Refusal(_("The price is missing."))
    try:
        return numbers.read(row.price, sign, currency=currency)
    except NotANumberError:
        raise Refusal(_("This is no number, or it is not written as the rest of its column.")) from None
    except OtherCurrencyError as other:
        raise Refusal(
            _("The price is in %(other)s, but prices are kept in %(currency)s.")
            % {"other": other, "currency": currency}
        ) from None


@transaction.atomic(durable=True)
def apply(company: Company, rows: Sequence[PriceRow], seen: Mapping[str, str], *, by: User) -> int:
    """Write what the rows change, all or nothing, and return how many products that are.

    ``seen`` has the mark of each product that was there when the rows were shown, by folded code. Pressed
    twice, the second time nothing is left to change.

    Raises:
        Conflict: if somebody changed or made one of them meanwhile; nothing is written then.
    """
    changed = catalogue.apply_prices(company, rows, seen)
    activity.note_many(
        company.pk,
        activity.Kind.PRODUCT_CHANGED,
        [([product.pk], {"code": product.code, **about}) for product, about in changed],
        actor=by.name,
    )
    return len(changed)


def marks(company: Company, codes: Sequence[str]) -> dict[str, Product]:
    """Return those of the company's products that have one of the codes, by folded code."""
    found = Product.objects.filter(company=company, folded__in={fold(code) for code in codes})
    return {product.folded: product for product in found}


def _read_row(table: reading.Table, line: Line) -> ListedRow:
    if line.flaw is not None:
        return ListedRow(line.number, {"code": line.text[:80]}, "", _("This line cannot be read."))
    flaw = _("The row has more columns than the headings.") if table.overflows(line) else ""
    cells = {name: table.cell(line, name) for name in table.places}
    amount = cells.get("price", "")
    said = {name: _as_text(cell) for name, cell in cells.items()}
    return ListedRow(line.number, said, amount if isinstance(amount, Decimal) else said["price"], flaw)


def _as_text(cell: Cell) -> str:
    match cell:
        case Decimal():
            return f"{cell.normalize():f}"
        case str():
            return " ".join(cell.split())
        case _:
            return cell.date().isoformat()


def _sign(rows: Sequence[ListedRow], told: Sign | None) -> Sign:
    evidence = numbers.Evidence()
    for row in rows:
        if isinstance(row.price, str):
            evidence.see(row.price, row.line)
    try:
        return evidence.decided(told)
    except TwoWaysError as problem:
        line, text = problem.first
        raise SignUnclear(
            _("In row %(line)s “%(text)s” can be read in two ways. Say what stands before decimals.")
            % {"line": line, "text": text}
        ) from None
