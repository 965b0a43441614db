"""Reading companies, without changing them."""

from florin.domain.companies.models import Company


def has_any() -> bool:
    """Whether a company has moved in; before that the installation has nothing to show but the first run."""
    return Company.objects.exists()
