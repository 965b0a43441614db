"""Products from a file: each row read by the rules of the form, compared with what is here, and made once."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.catalogue import importing as catalogue
from florin.domain.catalogue import services
from florin.domain.catalogue.models import Product
from florin.domain.catalogue.services import ProductDraft
from florin.domain.companies.models import Company
from florin.domain.import_runs import services as import_runs
from florin.domain.import_runs.models import ImportRun, MadeRecord
from florin.flows.importing.record_fields import KINDS
from florin.flows.importing.records import Reader, Record
from florin.flows.importing.row_reading import RowReading
from florin.kernel import amounts, texts
from florin.kernel.errors import Refusal
from florin.kernel.folding import fold

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as a row says it; ``says_unit`` tells whether it names the unit."""

    draft: ProductDraft
    says_unit: bool

    @property
    def key(self) -> str:
        """What tells it from others."""
        return fold(self.draft.code)

    @property
    def title(self) -> str:
        """What people call it."""
        return self.draft.code


class ProductImporter:
    """Takes rows of a file for products of a company."""

    def __init__(self, company: Company, reader: Reader) -> None:
        self._company, self._reader = company, reader
        self._here: dict[str, Product] = {}

    def prepare(self, records: Sequence[Record]) -> None:
        """Look up what of some rows is here already."""
        codes = []
        for record in records:
            with suppress(Refusal):
                codes.append(self._reader.number(record, "code"))
        self._here = catalogue.products(self._company, codes)

    def read(self, record: Record) -> ProductRow:
        """Return what a row says.

        Raises:
            Refusal: with all that is wrong with it.
        """
        row = RowReading(self._reader, record)
        unit = row.read("unit", partial(_text, "unit"), nothing="")
        draft = ProductDraft(
            code=row.attempt("code", lambda: _text("code", self._reader.number(record, "code")), nothing=""),
            description=row.read("description", partial(_text, "description"), nothing=""),
            unit=unit or "each",
            unit_price=row.attempt("unit_price", lambda: self._price(record), nothing=_ZERO),
        )
        row.demand(holds=bool(self._reader.text(record, "code")), sentence=_("The row has no code."))
        row.demand(
            holds=bool(self._reader.text(record, "description")), sentence=_("The row has no description.")
        )
        row.attempt("unit_price", lambda: services.check(draft), nothing=None)
        row.finish()
        return ProductRow(draft, says_unit=bool(unit))

    def is_here(self, row: ProductRow) -> bool:
        """Whether the product is here already and says the same.

        Raises:
            Refusal: if it says something else.
        """
        found = self._here.get(row.key)
        if found is None:
            return False
        names = ["description", "unit_price", *(["unit"] if row.says_unit else [])]
        labels = KINDS[ImportRun.Kind.PRODUCTS].by_name
        differs = [
            str(labels[name].label) for name in names if getattr(found, name) != getattr(row.draft, name)
        ]
        if differs:
            raise Refusal(
                _("Product %(code)s is here already and differs: %(fields)s.")
                % {"code": found.code, "fields": ", ".join(differs)}
            )
        return True

    def count(self, rows: Sequence[tuple[Record, ProductRow]]) -> dict[str, int]:
        """Return how many of what some rows would make."""
        return {"products": len(rows)}

    def write(self, run: ImportRun, rows: Sequence[tuple[Record, ProductRow]]) -> None:
        """Make new products in the caller's transaction."""
        made = catalogue.create_many(self._company, [row.draft for _record, row in rows])
        import_runs.note_made(run, MadeRecord.Kind.PRODUCT, [product.pk for product in made])
        activity.note_many(
            self._company.pk,
            activity.Kind.PRODUCT_CHANGED,
            [([product.pk], {"code": product.code, "created": 1}) for product in made],
            actor=run.made_by,
        )

    def _price(self, record: Record) -> Decimal:
        price = self._reader.decimal(record, "unit_price", currency=self._company.currency)
        if price is None:
            raise Refusal(_("Give a number."))
        return amounts.check(price, whole=amounts.PRICE_DIGITS, places=amounts.PRICE_PLACES)


def _text(name: str, text: str) -> str:
    texts.check_field(Product, name, text)
    return text
