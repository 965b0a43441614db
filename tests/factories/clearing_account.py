"""A company with an account of its own at the test processor, and what the books say is in it."""

from uuid import uuid4

from django.db.models import Sum

from florin.contracts.processor import NewAccount
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.ledger.models import Account, Line
from florin.edges.gateways import registry
from testing.bank import Bank


def own_account(company: Company, bank: Bank) -> str:
    """Open and verify an account for the company, which it uses from now on; its name at the bank."""
    new = NewAccount(company=str(company.pk), name=company.name, email=company.email, country="US")
    reference = registry.get("stripe").open_account(new, key=uuid4().hex)
    bank.order(f"accounts/{reference}", verdict="verify")
    company.account.reference = reference
    company.account.save(update_fields=["reference"])
    return reference


def in_the_books(company: Company, account: Account = Account.PROCESSOR) -> dict[str, int]:
    """What stands at an account of a company's books, in minor units by currency."""
    lines = Line.objects.filter(entry__company=company, account=account)
    return {
        currency: int(total)
        for currency, total in lines.values_list("currency").annotate(Sum("amount"))
        if total
    }


def at_the_bank(company: Company, bank: Bank) -> dict[str, int]:
    """What the company really has at the processor; debits under way are not its own yet."""
    reference = PaymentsAccount.objects.values_list("reference", flat=True).get(company=company)
    assert reference, "the installation's own account is everybody's"
    under_way = bank.under_way(reference)
    held = {
        currency: total - under_way.get(currency, 0) for currency, total in bank.balances(reference).items()
    }
    return {currency: total for currency, total in held.items() if total}
