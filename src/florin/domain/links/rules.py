"""Whether something that is sent carries a payment link, and if not, why not: one rule for every door."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.contracts import capabilities
from florin.contracts.limits import Bar, Limits
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.companies.services import account_of, takes_cards, takes_debits
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.kernel import formats
from florin.kernel.money import Money


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
    if company.links_stopped:
        return Answer(
            False,
            _(
                "Payment links are stopped for your company: %(reason)s. Please contact whoever runs this"
                " installation."
            )
            % {"reason": company.links_stopped.rstrip(".")},
        )
    if not company.links_enabled:
        return Answer(False, _("Payment links are switched off for the whole company."))
    if takes_cards(account) or takes_debits(account, currency):
        return Answer(True)
    return Answer(False, _no_method(account), needs_account=_is_withheld(account))


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


def for_anybody(company: Company) -> Answer:
    """Say whether what staff sends by hand may carry a link at all, whoever gets it (R8, R10)."""
    return for_manual_send(company, Customer(company=company, links_enabled=True))


def for_manual_invoice(invoice: Invoice) -> Answer:
    """Say whether an invoice that staff sends by hand may carry a link (R8, R9, R10, R17)."""
    return _unless_settled(invoice) or for_manual_send(
        invoice.company, invoice.customer, currency=invoice.currency
    )


def limits_of(company: Company, currency: str) -> Limits | None:
    """Return what the company's processor takes of a currency; nothing if it has none yet."""
    account = account_of(company)
    return capabilities.for_gateway(account.gateway).limits(currency) if account else None


def within(answer: Answer, company: Company, amount: Money) -> Answer:
    """Say no where the processor does not take what a link would ask for; nothing is a matter of its own."""
    limits = limits_of(company, amount.currency) if answer.offered and amount else None
    bar = limits.bar(amount) if limits else None
    return Answer(False, _why_barred(amount, limits, bar)) if limits and bar else answer


def _why_barred(amount: Money, limits: Limits, bar: Bar) -> str:
    language = get_language() or "en"
    sums = {
        "amount": formats.money(amount, language),
        "least": formats.money(limits.least, language),
        "most": formats.money(limits.most, language),
        "near": formats.money(Money(amount.minor // limits.step * limits.step, amount.currency), language),
        "currency": amount.currency,
    }
    match bar:
        case Bar.CURRENCY:
            return _("The processor takes no payments in %(currency)s, so there is no payment link.") % sums
        case Bar.TOO_SMALL:
            return _("The processor takes at least %(least)s, so %(amount)s cannot be paid by link.") % sums
        case Bar.TOO_LARGE:
            return _("The processor takes at most %(most)s, so %(amount)s cannot be paid by link.") % sums
        case Bar.UNEVEN:
            return (
                _(
                    "The processor cannot take the last digits of %(amount)s, so it cannot be paid by link."
                    " The next amount below is %(near)s."
                )
                % sums
            )


def _unless_settled(invoice: Invoice) -> Answer | None:
    if invoice.void:
        return Answer(False, _("A void invoice cannot be paid."))
    if invoice.item.balance <= 0:
        return Answer(False, _("This invoice is paid, so its mail carries no payment link."))
    return None


def _is_withheld(account: PaymentsAccount) -> bool:
    """Say whether the processor does not let the company be paid in a way that is switched on."""
    cards = account.card_enabled and not takes_cards(account)
    return cards or (account.ach_enabled and not takes_debits(account))


def _no_method(account: PaymentsAccount) -> str:
    """Say why there is no way to pay, in a company whose account is active."""
    if not account.card_enabled and not account.ach_enabled:
        return _("Card and bank payments are both switched off, so nothing can be paid online.")
    if not account.card_enabled:
        cards = _("Card payments are switched off.")
    else:
        cards = _("The processor does not let the company charge cards.")
    if not account.ach_enabled:
        bank = _("Bank payments are switched off.")
    elif takes_debits(account):
        bank = _("Bank accounts can be debited in US dollars only.")
    else:
        bank = _("The processor does not let the company debit bank accounts.")
    details = [cards, bank]
    if _is_withheld(account):
        details.append(_("Setup > Payments tells an Admin why."))
    return " ".join(details)
