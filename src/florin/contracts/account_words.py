"""What a processor still wants to know of a company, and why it stops an account, in people's words (R2)."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from florin.contracts.processor import MethodStatus
from florin.contracts.reasons import AccountRequirement, StopReason

_WANTED: dict[AccountRequirement, str | Promise] = {
    AccountRequirement.TRADE: _("The trade that the business is in"),
    AccountRequirement.TRADING_NAME: _("The name that customers know"),
    AccountRequirement.GOODS: _("What the business sells"),
    AccountRequirement.SUPPORT_EMAIL: _("An e-mail address for customers"),
    AccountRequirement.SUPPORT_PHONE: _("A telephone number for customers"),
    AccountRequirement.WEBSITE: _("The website"),
    AccountRequirement.KIND_OF_BUSINESS: _("What kind of business it is"),
    AccountRequirement.BUSINESS_ADDRESS: _("The address of the business"),
    AccountRequirement.DIRECTORS: _("All directors"),
    AccountRequirement.EXECUTIVES: _("All executives"),
    AccountRequirement.LEGAL_NAME: _("The legal name of the business"),
    AccountRequirement.OWNERS: _("All owners"),
    AccountRequirement.BUSINESS_PHONE: _("The telephone number of the business"),
    AccountRequirement.REGISTRATION_NUMBER: _("The registration number of the business"),
    AccountRequirement.LEGAL_FORM: _("The legal form of the business"),
    AccountRequirement.TAX_ID: _("The tax id of the business"),
    AccountRequirement.BUSINESS_DOCUMENT: _("A document about the business"),
    AccountRequirement.BANK_ACCOUNT_DOCUMENT: _("A document about the bank account"),
    AccountRequirement.BANK_ACCOUNT: _("The bank account that the money goes to"),
    AccountRequirement.STATEMENT_NAME: _("The name that shows on customers' card statements"),
    AccountRequirement.TERMS: _("Consent to the processor's terms"),
    # The same is asked of the representative, of owners and of directors.
    AccountRequirement.PERSON_ADDRESS: _("A responsible person's address"),
    AccountRequirement.PERSON_BIRTH: _("A responsible person's date of birth"),
    AccountRequirement.PERSON_EMAIL: _("A responsible person's e-mail address"),
    AccountRequirement.PERSON_NAME: _("A responsible person's name"),
    AccountRequirement.PERSON_NUMBER: _("A responsible person's tax or identity number"),
    AccountRequirement.PERSON_PHONE: _("A responsible person's telephone number"),
    AccountRequirement.PERSON_ROLE: _("What a responsible person does in the business"),
    AccountRequirement.PERSON_SSN: _("The last four digits of a responsible person's social security number"),
    AccountRequirement.PERSON_HOME_DOCUMENT: _("A document that shows where a responsible person lives"),
    AccountRequirement.PERSON_DOCUMENT: _("A responsible person's identity document"),
    AccountRequirement.OTHER: _("Something else, which the processor's form shows"),
}
_STOPPED: dict[StopReason, str | Promise] = {
    StopReason.UNREACHABLE: _("The processor does not let us reach this account any more."),
    StopReason.NO_METHOD: _("The account has not been allowed any way to be paid yet."),
    StopReason.LIST_CHECK: _(
        "The processor is checking whether the business is on a list of those it may not serve."
    ),
    StopReason.REVIEW: _("The processor is reviewing the account."),
    StopReason.PAUSED_HERE: _("Whoever runs this installation has paused the account."),
    StopReason.FRAUD: _("The processor suspects fraud."),
    StopReason.NOT_VERIFIED: _("What the processor asked for did not come in time."),
    StopReason.LISTED: _("The business is on a list of those that the processor may not serve."),
    StopReason.REFUSED: _("The processor will not work with this business."),
    StopReason.FRAUD_SEEN_HERE: _("Whoever runs this installation suspects fraud."),
    StopReason.CLOSED_HERE: _("Whoever runs this installation has closed the account."),
    StopReason.TERMS: _("The processor's terms do not allow this business."),
    StopReason.TRADE: _("The processor does not serve this trade."),
    StopReason.PAST_DUE: _("Something that the processor asked for is missing."),
    StopReason.VERIFYING: _("The processor is checking what it was told."),
    StopReason.UNKNOWN: _(
        "The processor has stopped the account. Its form or whoever runs this installation can say why."
    ),
    StopReason.NONE: "",
}

_NO_CARDS: dict[str, str | Promise] = {
    MethodStatus.PENDING: _(
        "Your customers cannot pay by card yet: the processor is still verifying whether your company may"
        " charge cards. You need not do anything."
    ),
    MethodStatus.INACTIVE: _(
        "Your customers cannot pay by card: the processor does not let your company charge cards. If it asks"
        " for something, it stands below; otherwise ask whoever runs this installation."
    ),
    MethodStatus.UNREQUESTED: _(
        "Your customers cannot pay by card: card payments have not been requested for this account. Whoever"
        " runs this installation can switch them on at the processor."
    ),
}
_NO_DEBITS: dict[str, str | Promise] = {
    MethodStatus.PENDING: _(
        "Your customers cannot pay from a bank account yet: the processor is still verifying whether your"
        " company may debit bank accounts (ACH). You need not do anything."
    ),
    MethodStatus.INACTIVE: _(
        "Your customers cannot pay from a bank account: the processor does not let your company debit bank"
        " accounts (ACH). If it asks for something, it stands below; otherwise ask whoever runs this"
        " installation."
    ),
    MethodStatus.UNREQUESTED: _(
        "Your customers cannot pay from a bank account: bank payments (ACH) have not been requested for this"
        " account. They are for companies in the United States; there, whoever runs this installation can"
        " switch them on at the processor."
    ),
}


def requirements(stored: Iterable[str]) -> list[str]:
    """Return what is wanted, each thing once, in the language that is active."""
    return list(dict.fromkeys(str(_WANTED[AccountRequirement(name)]) for name in stored))


def stop_reason(stored: str) -> str:
    """Return why an account is stopped, in the language that is active; nothing for none."""
    return str(_STOPPED[StopReason(stored)])


def no_cards(status: str) -> str:
    """Say in the active language why card payments are not offered; nothing if they are."""
    return str(_NO_CARDS.get(status, ""))


def no_debits(status: str) -> str:
    """Say in the active language why bank payments are not offered; nothing if they are."""
    return str(_NO_DEBITS.get(status, ""))
