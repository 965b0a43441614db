"""Writing products: one rule for the form, a file and a command."""

from dataclasses import dataclass, fields
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.kernel import changes
from florin.kernel.database import find
from florin.kernel.errors import Conflict, Refusal
from florin.kernel.folding import fold


class CodeTaken(Refusal):
    """Another product has the code."""


class PriceBelowZero(Refusal):
    """A price is below zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDraft:
    """A product as typed; the price is in major units of the company's currency, in four decimals at most."""

    code: str
    description: str
    unit: str
    unit_price: Decimal


def field_texts(product: Product) -> dict[str, str]:
    """Return what a product's fields say, as text."""
    return {
        "code": product.code,
        "description": product.description,
        "unit": product.unit,
        "unit_price": f"{product.unit_price.normalize():f}",
        "product_active": changes.switch(product.active),
    }


def mark(product: Product) -> str:
    """Return a short text that changes whenever somebody changes the product."""
    return changes.mark(field_texts(product))


def check(draft: ProductDraft) -> None:
    """Let pass what a product may say.

    Raises:
        PriceBelowZero: if its price is; what comes back is a quantity below zero, or a credit.
    """
    if draft.unit_price < 0:
        raise PriceBelowZero(_("A price cannot be negative."))


def create(company: Company, draft: ProductDraft) -> Product:
    """Write a new, active product in the caller's transaction.

    Raises:
        CodeTaken: if another product of the company has the code, whatever its case.
        PriceBelowZero: if its price is.
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
        PriceBelowZero: if its price is.
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
