"""Finding products."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from florin.domain.catalogue.models import Product
from florin.kernel.folding import fold

_MOST_UNITS = 50


def search(company_id: UUID, words: str) -> QuerySet[Product]:
    """Return the company's products whose code begins with, or whose description holds, what was typed."""
    found = Product.objects.filter(company_id=company_id)
    words = words.replace("\x00", "").strip()
    return (
        found.filter(Q(folded__startswith=fold(words)) | Q(description__icontains=words)) if words else found
    )


def offered(company_id: UUID, words: str) -> QuerySet[Product]:
    """Return those that fit and that a new order may take, by code."""
    return search(company_id, words).filter(active=True).order_by("folded")


def inactive_codes(company_id: UUID, codes: Iterable[str]) -> list[str]:
    """Return which of the codes are those of products that a new order may not take."""
    folded = {fold(code) for code in codes if code}
    found = Product.objects.filter(company_id=company_id, folded__in=folded, active=False)
    return list(found.order_by("folded").values_list("code", flat=True))


def units(company_id: UUID) -> list[str]:
    """Return units to suggest: those that the company's products have, and what the trade often uses."""
    usual = [_("each"), _("stem"), _("bunch"), _("box"), _("dozen"), _("case"), _("pack"), _("pot")]
    used = Product.objects.filter(company_id=company_id).order_by("unit").values_list("unit", flat=True)
    return list(dict.fromkeys([*used.distinct()[:_MOST_UNITS], *usual]))
