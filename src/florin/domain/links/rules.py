"""Whether something that is sent carries a payment link, and if not, why not: one rule for every door."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.companies.services import account_of, takes_debits
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a link is offered; ``reason`` is a sentence for staff when it is not.

    ``needs_account`` says that the payments account is what is missing, so that a screen can lead there.
    """

    offered: bool
    reason: str = ""
    needs_account: bool = False


def for_company(company: Company, *, currency: str = "") -> Answer:
    """Say whether a company can take payments by link at all (R2, R10, R13), or in one currency."""
    account = account_of(company)
    if account is None or account.state == PaymentsAccount.State.NEW:
        return Answer(
            False,
            _("Payment links need a payments account. An Admin can open one under Setup > Payments."),
            needs_account=True,
        )
    if account.state != PaymentsAccount.State.ACTIVE:
        return Answer(
            False,
            _(
                "The payments account is %(state)s, so no payment links are offered. Setup > Payments tells"
                " an Admin what to do."
            )
            % {"state": account.get_state_display()},
            needs_account=True,
        )
    if not company.links_enabled:
        return Answer(False, _("Payment links are switched off for the whole company."))
    if account.card_enabled or takes_debits(account, currency):
        return Answer(True)
    return Answer(False, _no_method(account), needs_account=account.ach_enabled and not takes_debits(account))


def for_customer(company: Company, customer: Customer, *, currency: str = "") -> Answer:
    """Say whether anything sent to this customer may carry a link, or be paid by one (R9).

    ``currency`` is what it asks for; unless it is named, the customer's own.
    """
    answer = for_company(company, currency=currency or customer.currency)
    if answer.offered and not customer.links_enabled:
        return Answer(
            False, _("Payment links are switched off for %(customer)s.") % {"customer": customer.name}
        )
    return answer


def for_automatic_invoice(invoice: Invoice) -> Answer:
    """Say whether an invoice that the system mails carries a link (R7): only R9 and R10 forbid it."""
    return _unless_settled(invoice) or for_customer(
        invoice.company, invoice.customer, currency=invoice.currency
    )


def for_manual_send(company: Company, customer: Customer, *, currency: str = "") -> Answer:
    """Say whether what staff sends to a customer by hand may carry a link (R8, R9, R10)."""
    answer = for_customer(company, customer, currency=currency)
    if answer.offered and not company.manual_links_enabled:
        return Answer(False, _("Payment links are switched off for what is sent by hand."))
    return answer


def for_manual_invoice(invoice: Invoice) -> Answer:
    """Say whether an invoice that staff sends by hand may carry a link (R8, R9, R10, R17)."""
    return _unless_settled(invoice) or for_manual_send(
        invoice.company, invoice.customer, currency=invoice.currency
    )


def _unless_settled(invoice: Invoice) -> Answer | None:
    if invoice.void:
        return Answer(False, _("A void invoice cannot be paid."))
    if invoice.item.balance <= 0:
        return Answer(False, _("This invoice is paid, so its mail carries no payment link."))
    return None


def _no_method(account: PaymentsAccount) -> str:
    """Say why there is no way to pay, in a company whose card payments are switched off."""
    if not account.ach_enabled:
        return _("Card and bank payments are both switched off, so nothing can be paid online.")
    if takes_debits(account):
        return _("Bank accounts can be debited in US dollars only, and card payments are switched off.")
    return _(
        "The processor does not let the company debit bank accounts, and card payments are switched off."
        " Setup > Payments tells an Admin why."
    )
