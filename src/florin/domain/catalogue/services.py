"""Writing products: one rule for the form, a file and a command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from florin.contracts.line_kinds import LineKind
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.kernel import changes
from florin.kernel.database import find
from florin.kernel.errors import Conflict, Refusal
from florin.kernel.folding import fold


class CodeTaken(Refusal):
    """Another product has the code."""


class WrongSign(Refusal):
    """A price is below zero, or that of a discount above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDraft:
    """A product as typed; the price is in major units of the company's currency, in four decimals at most."""

    code: str
    description: str
    unit: str
    unit_price: Decimal
    kind: LineKind = LineKind.GOODS


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """A row of a price list; an empty description or unit leaves that of a product as it is."""

    code: str
    description: str
    unit: str
    unit_price: Decimal

    def draft(self, product: Product | None) -> ProductDraft:
        """Return what a product says after it, or a new one, which is sold by the piece unless it says else.

        Raises:
            Refusal: if a new product has no description.
        """
        if product is None and not self.description:
            raise Refusal(_("This product is new, so it needs a description."))
        return ProductDraft(
            code=product.code if product else self.code,
            description=self.description or (product.description if product else ""),
            unit=self.unit or (product.unit if product else _("each")),
            unit_price=self.unit_price,
            kind=LineKind(product.kind) if product else LineKind.GOODS,
        )


def field_texts(product: Product) -> dict[str, str]:
    """Return what a product's fields say, as text."""
    return {
        "code": product.code,
        "description": product.description,
        "unit": product.unit,
        "unit_price": f"{product.unit_price.normalize():f}",
        "kind": product.kind,
        "product_active": changes.switch(product.active),
    }


def mark(product: Product) -> str:
    """Return a short text that changes whenever somebody changes the product."""
    return changes.mark(field_texts(product))


def check(draft: ProductDraft) -> None:
    """Let pass what a product may say.

    Raises:
        WrongSign: if a discount's price is above zero, or any other below: what comes back is a quantity
            below zero, or a credit.
    """
    if draft.kind == LineKind.DISCOUNT and draft.unit_price > 0:
        raise WrongSign(_("A discount takes off: give its price as zero or below, such as -5.00."))
    if draft.kind != LineKind.DISCOUNT and draft.unit_price < 0:
        raise WrongSign(_("A price cannot be negative, unless it is that of a discount."))


def create(company: Company, draft: ProductDraft) -> Product:
    """Write a new, active product in the caller's transaction.

    Raises:
        CodeTaken: if another product of the company has the code, whatever its case.
        WrongSign: if its price is.
    """
    product = Product(company=company)
    _apply_draft(product, draft)
    _save(product, new=True)
    return product


def change(product: Product, draft: ProductDraft, *, seen: str) -> dict[str, str]:
    """Replace what a locked product says, and return what changed, for the timeline.

    Orders copied it when they were written, and stay as they are.

    Raises:
        Conflict: if somebody changed the product after ``seen`` was shown; nothing is overwritten.
        CodeTaken: if another product of the company has the code.
        WrongSign: if its price is.
    """
    before = field_texts(product)
    if changes.mark(before) != seen:
        raise Conflict(_("Somebody else has changed this product meanwhile. Look at it again, then save."))
    _apply_draft(product, draft)
    changed = changes.between(before, field_texts(product))
    if changed:
        _save(product, new=False)
    return changed


def switch(product: Product, *, active: bool) -> dict[str, str]:
    """Offer a locked product in new orders, or no longer; return what changed. Safe to repeat."""
    before = field_texts(product)
    product.active = active
    product.save(update_fields=["active"])
    return changes.between(before, field_texts(product))


def apply_prices(
    company: Company, rows: Sequence[PriceRow], seen: Mapping[str, str]
) -> list[tuple[Product, dict[str, str | int]]]:
    """Make and change products in the caller's transaction; return what changed of each that did.

    ``seen`` has the marks of the products as they were shown, by folded code. What says already what a row
    says is left alone, whoever made it so.

    Raises:
        Conflict: if one that would change is not as it was shown.
        Refusal: if a row cannot be.
    """
    wanted = Product.objects.filter(company=company, folded__in=[fold(row.code) for row in rows])
    known = {one.folded: one for one in wanted.order_by("pk").select_for_update(of=("self",))}
    changed: list[tuple[Product, dict[str, str | int]]] = []
    for row in rows:
        product = known.get(fold(row.code))
        if product is None:
            changed.append((create(company, row.draft(None)), {"created": 1}))
            continue
        before = field_texts(product)
        _apply_draft(product, row.draft(product))
        about = changes.between(before, field_texts(product))
        if about and changes.mark(before) != seen.get(product.folded):
            raise Conflict(
                _("Somebody else has changed %(code)s meanwhile. Upload the file again.")
                % {"code": product.code}
            )
        if about:
            product.save(force_update=True)
            changed.append((product, dict(about)))
    return changed


def lock(company: Company, product_id: UUID) -> Product:
    """Return the product, locked until the transaction ends."""
    return find(Product.objects.select_for_update(of=("self",)).filter(company=company), pk=product_id)


def _apply_draft(product: Product, draft: ProductDraft) -> None:
    check(draft)
    for field in fields(draft):
        setattr(product, field.name, getattr(draft, field.name))


def _save(product: Product, *, new: bool) -> None:
    try:
        with transaction.atomic():
            product.save(force_insert=new, force_update=not new)
    except IntegrityError:
        if not Product.objects.filter(company=product.company_id, folded=fold(product.code)).exists():
            raise
        raise CodeTaken(_("Another product has the code %(code)s.") % {"code": product.code}) from None
