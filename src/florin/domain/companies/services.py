"""What a company's payments account allows, and how a company comes to be."""

from florin.domain.companies.models import Company, PaymentsAccount


def open_company(*, slug: str, name: str, email: str, **details: str | int) -> Company:
    """Make a company with a payments account that still waits for verification (R2)."""
    company = Company.objects.create(slug=slug, name=name, email=email, **details)
    PaymentsAccount.objects.create(company=company)
    return company


def activate_account(company: Company) -> None:
    """Let the company take payments; from now on its documents carry links (R24)."""
    account = company.account
    account.state = PaymentsAccount.State.ACTIVE
    account.save(update_fields=["state"])


def account_of(company: Company) -> PaymentsAccount | None:
    """Return the company's payments account, if it has opened one."""
    return getattr(company, "account", None)
