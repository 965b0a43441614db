"""Finding customers."""

from uuid import UUID

from django.db.models import Q, QuerySet

from florin.domain.customers.models import Customer


def search(company_id: UUID, words: str) -> QuerySet[Customer]:
    """Return the company's customers whose number begins with, or whose name holds, what was typed."""
    found = Customer.objects.filter(company_id=company_id).order_by("name", "number")
    words = words.replace("\x00", "").strip()
    return found.filter(Q(number__istartswith=words) | Q(name__icontains=words)) if words else found
