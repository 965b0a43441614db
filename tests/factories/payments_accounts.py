"""Opening payments accounts at the test processor, as an Admin and as the processor would."""

import httpx
from django.db import transaction

from factories.database import sql
from florin.domain.activity.models import Activity
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.flows import onboard_account
from testing.bank import Bank

FORM = {
    "name": "Fern & Petal LLC",
    "tax_id": "12-3456789",
    "line1": "1 Market Street",
    "city": "San Francisco",
    "state": "CA",
    "postal_code": "94103",
    "routing": "110000000",
    "number": "000999888777",
    "first_name": "Ana",
    "last_name": "Fern",
    "dob": "1980-02-29",
    "ssn": "4321",
}


def continue_onboarding(admin: User, country: str = "US") -> str:
    return onboard_account.continue_onboarding(admin.company, country=country, by=admin)


def account_of(admin: User) -> PaymentsAccount:
    return PaymentsAccount.objects.select_related("company").get(company=admin.company)


def fill_in(page: str, tax_id: str = "12-3456789") -> None:
    answer = httpx.post(page, data={**FORM, "tax_id": tax_id})
    assert answer.status_code == 303, answer.text


def decide_account(bank: Bank, admin: User, verdict: str) -> PaymentsAccount:
    """Let the processor decide, and look."""
    bank.order(f"accounts/{account_of(admin).reference}", verdict=verdict)
    return onboard_account.refresh(admin.company)


def active(bank: Bank, admin: User) -> User:
    """Give the company an active account of its own."""
    continue_onboarding(admin)
    assert decide_account(bank, admin, "verify").state == PaymentsAccount.State.ACTIVE
    admin.company.refresh_from_db()
    return User.objects.select_related("company__account").get(pk=admin.pk)


def forget_accounts(*companies: Company) -> None:
    """Let payments accounts, all if no companies are given, be as new, as if our answers had been lost."""
    accounts = PaymentsAccount.objects.all()
    with transaction.atomic():
        sql("SET LOCAL session_replication_role = replica")  # past the guard of their states
        chosen = accounts.filter(company__in=companies) if companies else accounts
        chosen.update(state=PaymentsAccount.State.NEW, reference="")


def account_notices() -> list[str]:
    return [
        message.snapshot["status"]
        for message in Message.objects.filter(kind=Message.Kind.ACCOUNT_NOTICE).order_by("pk")
    ]


def account_changes() -> list[str]:
    return [
        str(entry.about["state"])
        for entry in Activity.objects.filter(kind=Activity.Kind.ACCOUNT_CHANGED).order_by("at")
    ]
