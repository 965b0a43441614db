"""Reading orders."""

from uuid import UUID

from django.db.models import Q, QuerySet

from florin.domain.orders.models import Order


def search(company_id: UUID, words: str = "") -> QuerySet[Order]:
    """Return the company's orders, the latest first; words narrow by number, PO number or customer."""
    orders = (
        Order.objects.filter(company_id=company_id).select_related("customer").order_by("-ordered_on", "-pk")
    )
    words = words.replace("\x00", "").strip()
    if not words:
        return orders
    return orders.filter(
        Q(number__iexact=words) | Q(po_number__istartswith=words) | Q(customer__name__icontains=words)
    )
