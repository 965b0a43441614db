"""What a processor still wants to know of a company, and why it stops an account, in people's words (R2).

The names on the left are the processor's; a name that is not here is shown as it is.
"""

import re
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from florin.contracts.processor import DebitStatus

_WANTED: dict[str, str | Promise] = {
    "business_profile.mcc": _("The trade that the business is in"),
    "business_profile.name": _("The name that customers know"),
    "business_profile.product_description": _("What the business sells"),
    "business_profile.support_email": _("An e-mail address for customers"),
    "business_profile.support_phone": _("A telephone number for customers"),
    "business_profile.url": _("The website"),
    "business_type": _("What kind of business it is"),
    "company.address": _("The address of the business"),
    "company.directors_provided": _("All directors"),
    "company.executives_provided": _("All executives"),
    "company.name": _("The legal name of the business"),
    "company.owners_provided": _("All owners"),
    "company.phone": _("The telephone number of the business"),
    "company.registration_number": _("The registration number of the business"),
    "company.structure": _("The legal form of the business"),
    "company.tax_id": _("The tax id of the business"),
    "company.verification": _("A document about the business"),
    "documents.bank_account_ownership_verification": _("A document about the bank account"),
    "external_account": _("The bank account that the money goes to"),
    "settings.payments.statement_descriptor": _("The name that shows on customers' card statements"),
    "tos_acceptance": _("Consent to the processor's terms"),
}
# The same is asked of the representative, of owners and of directors.
_OF_PEOPLE: dict[str, str | Promise] = {
    "address": _("A responsible person's address"),
    "dob": _("A responsible person's date of birth"),
    "email": _("A responsible person's e-mail address"),
    "first_name": _("A responsible person's name"),
    "id_number": _("A responsible person's tax or identity number"),
    "last_name": _("A responsible person's name"),
    "phone": _("A responsible person's telephone number"),
    "relationship": _("What a responsible person does in the business"),
    "ssn_last_4": _("The last four digits of a responsible person's social security number"),
    "verification.additional_document": _("A document that shows where a responsible person lives"),
    "verification": _("A responsible person's identity document"),
}
_PEOPLE = re.compile(r"(individual|representative|owners|directors|executives|person_\w+)\.")
_REASONS: dict[str, str | Promise] = {
    "account_invalid": _("The processor does not let us reach this account any more."),
    "action_required.requested_capabilities": _("The account has not been allowed any way to be paid yet."),
    "listed": _("The processor is checking whether the business is on a list of those it may not serve."),
    "other": _("The processor is reviewing the account."),
    "platform_paused": _("Whoever runs this installation has paused the account."),
    "rejected.fraud": _("The processor suspects fraud."),
    "rejected.incomplete_verification": _("What the processor asked for did not come in time."),
    "rejected.listed": _("The business is on a list of those that the processor may not serve."),
    "rejected.other": _("The processor will not work with this business."),
    "rejected.platform_fraud": _("Whoever runs this installation suspects fraud."),
    "rejected.platform_other": _("Whoever runs this installation has closed the account."),
    "rejected.terms_of_service": _("The processor's terms do not allow this business."),
    "rejected.unsupported_business": _("The processor does not serve this trade."),
    "requirements.past_due": _("Something that the processor asked for is missing."),
    "requirements.pending_verification": _("The processor is checking what it was told."),
    "under_review": _("The processor is reviewing the account."),
}

_NO_DEBITS: dict[str, str | Promise] = {
    DebitStatus.PENDING: _(
        "Your customers can pay by card only: the processor is still verifying whether your company may debit"
        " bank accounts (ACH). You need not do anything."
    ),
    DebitStatus.INACTIVE: _(
        "Your customers can pay by card only: the processor does not let your company debit bank accounts"
        " (ACH). If it asks for something, it stands below; otherwise ask whoever runs this installation."
    ),
    DebitStatus.UNREQUESTED: _(
        "Your customers can pay by card only: bank accounts can be debited (ACH) for companies in the United"
        " States only."
    ),
}


def wanted(names: Iterable[str]) -> list[str]:
    """Return what is wanted, each thing once, in the language that is active."""
    return list(dict.fromkeys(map(_thing, names)))


def why(reason: str) -> str:
    """Return the sentence for a processor's reason, in the language that is active; nothing for none."""
    return str(_REASONS.get(reason, reason))


def no_debits(status: str) -> str:
    """Say in the active language why bank payments are not offered; nothing if they are."""
    return str(_NO_DEBITS.get(status, ""))


def _thing(name: str) -> str:
    person = _PEOPLE.match(name)
    words, part = (_OF_PEOPLE, name[person.end() :]) if person else (_WANTED, name)
    while part and part not in words:
        part = part.rpartition(".")[0]
    return str(words.get(part, name))
