"""Setup > Products: what the company sells, at which price, and whether new orders may take it.

lock -> still as it was shown? -> product -> timeline
"""

from uuid import UUID

from django.db import transaction

from florin.domain.activity import services as activity
from florin.domain.catalogue import services as catalogue
from florin.domain.catalogue.models import Product
from florin.domain.catalogue.services import ProductDraft
from florin.domain.companies.models import Company
from florin.domain.staff.models import User


@transaction.atomic(durable=True)
def add(company: Company, draft: ProductDraft, *, by: User) -> Product:
    """Write a new product.

    Raises:
        CodeTaken: if another product has the code.
    """
    product = catalogue.create(company, draft)
    _note(product, by, created=1)
    return product


@transaction.atomic(durable=True)
def change(company: Company, product_id: UUID, draft: ProductDraft, *, seen: str, by: User) -> Product:
    """Save a product over what was shown.

    Raises:
        Conflict: if somebody else saved it meanwhile.
        CodeTaken: if another product has the code.
    """
    product = catalogue.lock(company, product_id)
    changed = catalogue.change(product, draft, seen=seen)
    if changed:
        _note(product, by, **changed)
    return product


@transaction.atomic(durable=True)
def switch(company: Company, product_id: UUID, *, active: bool, by: User) -> Product:
    """Offer a product in new orders, or no longer; safe to repeat."""
    product = catalogue.lock(company, product_id)
    changed = catalogue.switch(product, active=active)
    if changed:
        _note(product, by, **changed)
    return product


def _note(product: Product, by: User, **about: str | int) -> None:
    activity.note(
        product.company_id,
        activity.Kind.PRODUCT_CHANGED,
        subjects=[product.pk],
        actor=by.name,
        code=product.code,
        **about,
    )
