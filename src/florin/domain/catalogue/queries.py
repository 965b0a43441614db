"""Finding products."""

from uuid import UUID

from django.db.models import Q, QuerySet

from florin.domain.catalogue.models import Product


def search(company_id: UUID, words: str) -> QuerySet[Product]:
    """Return the company's products whose code begins with, or whose description holds, what was typed."""
    found = Product.objects.filter(company_id=company_id).order_by("code")
    words = words.replace("\x00", "").strip()
    return found.filter(Q(code__istartswith=words) | Q(description__icontains=words)) if words else found
