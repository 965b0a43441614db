"""Reading the security log."""

from uuid import UUID

from django.db.models import QuerySet

from florin.domain.security.models import SecurityEvent


def search(company_id: UUID, *, kind: str = "") -> QuerySet[SecurityEvent]:
    """Return what a company's log holds, of one kind if it is named."""
    found = SecurityEvent.objects.filter(company_id=company_id)
    return found.filter(kind=kind) if kind else found
