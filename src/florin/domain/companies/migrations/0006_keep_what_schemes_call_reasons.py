"""What an account lacks, and why it is stopped, was stored in Stripe's words; from now on it is in ours."""

import re

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_REQUIREMENTS = {
    "business_profile.mcc": "trade",
    "business_profile.name": "trading_name",
    "business_profile.product_description": "goods",
    "business_profile.support_email": "support_email",
    "business_profile.support_phone": "support_phone",
    "business_profile.url": "website",
    "business_type": "kind_of_business",
    "company.address": "business_address",
    "company.directors_provided": "directors",
    "company.executives_provided": "executives",
    "company.name": "legal_name",
    "company.owners_provided": "owners",
    "company.phone": "business_phone",
    "company.registration_number": "registration_number",
    "company.structure": "legal_form",
    "company.tax_id": "tax_id",
    "company.verification": "business_document",
    "documents.bank_account_ownership_verification": "bank_account_document",
    "external_account": "bank_account",
    "settings.payments.statement_descriptor": "statement_name",
    "tos_acceptance": "terms",
}
_OF_PEOPLE = {
    "address": "person_address",
    "dob": "person_birth",
    "email": "person_email",
    "first_name": "person_name",
    "id_number": "person_number",
    "last_name": "person_name",
    "phone": "person_phone",
    "relationship": "person_role",
    "ssn_last_4": "person_ssn",
    "verification.additional_document": "person_home_document",
    "verification": "person_document",
}
_PERSON = re.compile(r"(individual|representative|owners|directors|executives|person_\w+)\.")
_REASONS = {
    "account_invalid": "unreachable",
    "action_required.requested_capabilities": "no_method",
    "listed": "list_check",
    "other": "review",
    "platform_paused": "paused_here",
    "rejected.fraud": "fraud",
    "rejected.incomplete_verification": "not_verified",
    "rejected.listed": "listed_business",
    "rejected.other": "refused",
    "rejected.platform_fraud": "fraud_seen_here",
    "rejected.platform_other": "closed_here",
    "rejected.terms_of_service": "terms",
    "rejected.unsupported_business": "trade",
    "requirements.past_due": "past_due",
    "requirements.pending_verification": "verifying",
    "under_review": "review",
    "": "",
}


def translate(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001
    for account in apps.get_model("companies", "PaymentsAccount").objects.iterator():
        told = [account.reason, *account.wanted] if account.reason else account.wanted
        account.codes = [f"stripe:{word}" for word in told]
        account.wanted = list(dict.fromkeys(map(_requirement, account.wanted)))
        account.reason = _REASONS.get(account.reason, "unknown")
        account.save(update_fields=["codes", "wanted", "reason"])


def _requirement(name: str) -> str:
    person = _PERSON.match(name)
    words, part = (_OF_PEOPLE, name[person.end() :]) if person else (_REQUIREMENTS, name)
    while part and part not in words:
        part = part.rpartition(".")[0]
    return words.get(part, "other")


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0005_know_whether_banks_may_be_debited"),
    ]

    operations = [
        migrations.AddField(
            model_name="paymentsaccount",
            name="codes",
            field=models.JSONField(
                default=list, help_text="What the processor calls what it asks for, and why."
            ),
        ),
        migrations.RunPython(translate, migrations.RunPython.noop),
    ]
