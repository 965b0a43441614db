"""Reading the security log."""

from uuid import UUID

from django.db.models import QuerySet

from florin.domain.security.models import SecurityEvent


def search(company_id: UUID, *, kind: str = "", who: str = "") -> QuerySet[SecurityEvent]:
    """Return what a company's log holds, of one kind or about one account's address if it is named."""
    found = SecurityEvent.objects.filter(company_id=company_id)
    found = found.filter(kind=kind) if kind else found
    return found.filter(who=who.lower()) if who else found
