"""The checklist of a company that has just moved in: an Admin hides it for all when it has done its work."""

from florin.domain.companies.models import Company


def hide(company: Company) -> None:
    """Show the checklist to nobody any more; twice is once. What it counts goes on as before."""
    Company.objects.filter(pk=company.pk).update(getting_started=False)
