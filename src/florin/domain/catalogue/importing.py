"""Making many products at once, from another system's records."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from uuid import UUID

from florin.domain.catalogue.models import Product
from florin.domain.catalogue.services import ProductDraft
from florin.domain.companies.models import Company
from florin.kernel.database import AT_ONCE
from florin.kernel.folding import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProduct:
    """A product to be; the price is in major units of the company's currency."""

    code: str
    description: str
    unit_price: Decimal
    unit: str = "each"


def known(company: Company, codes: Sequence[str]) -> dict[str, UUID]:
    """Return the keys of those of the company's products that have one of the codes, by the folded code."""
    folded = {fold(code) for code in codes}
    return dict(Product.objects.filter(company=company, folded__in=folded).values_list("folded", "pk"))


def products(company: Company, codes: Sequence[str]) -> dict[str, Product]:
    """Return those of the company's products that have one of the codes, by the folded code."""
    folded = {fold(code) for code in codes}
    return {row.folded: row for row in Product.objects.filter(company=company, folded__in=folded)}


def create_many(company: Company, drafts: Sequence[ProductDraft]) -> list[Product]:
    """Write new products in the caller's transaction, all or none.

    A code that somebody else just took is refused by the database (``IntegrityError``).
    """
    made = [Product(company=company, **asdict(draft)) for draft in drafts]
    return Product.objects.bulk_create(made, batch_size=AT_ONCE)


def make_many(company: Company, news: Sequence[NewProduct]) -> None:
    """Make products in the caller's transaction; one whose code somebody else just took stays as it is."""
    Product.objects.bulk_create(
        [Product(company=company, **asdict(new)) for new in news],
        ignore_conflicts=True,
        batch_size=AT_ONCE,
    )
