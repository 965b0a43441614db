"""What a link would ask for if it were made now (R12, as its bill would say), and whether it can be paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from florin.contracts.demands import Deduction, Demand
from florin.domain.attempts import bill, deducting
from florin.domain.attempts.deducting import Whose
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.links import rules
from florin.domain.links.rules import Answer
from florin.kernel.money import Money


def payable(company: Company, customer: Customer, currency: str, items: Sequence[UUID]) -> int:
    """Return what can be paid now of these items: what nobody else is paying, less the open credits.

    Minor units.
    """
    return demand(company, customer.pk, currency, items).payable


def demand(company: Company, customer_id: UUID, currency: str, items: Sequence[UUID]) -> Demand:
    """Say what a link to these items of a customer would ask for now, and what is taken off and why."""
    balances = dict(Item.objects.filter(pk__in=items, balance__gt=0).values_list("pk", "balance"))
    held = bill.reserved(list(balances)) if balances else {}
    debts = {item: Debt(balance, held.get(item, 0)) for item, balance in balances.items()}
    whose = (customer_id, currency)
    return less_credits(company, {whose: debts})[whose]


@dataclass(frozen=True, slots=True)
class Debt:
    """What is owed on one item, and what of it somebody is paying at this moment, in minor units."""

    balance: int
    held: int

    @property
    def free(self) -> int:
        """What can be paid of it now."""
        return max(self.balance - self.held, 0)


def less_credits(company: Company, owed: Mapping[Whose, Mapping[UUID, Debt]]) -> dict[Whose, Demand]:
    """Say what is asked for debts (by item), of many customers at once, in two queries at most."""
    free = {whose: {item: debt.free for item, debt in debts.items()} for whose, debts in owed.items()}
    taken = deducting.deducted(company, free)
    found = {}
    for whose, debts in owed.items():
        balance = sum(debt.balance for debt in debts.values())
        paying = balance - sum(free[whose].values())
        credits_ = (Deduction(one.number, one.opened_on, one.amount.minor) for one in taken.get(whose, ()))
        found[whose] = Demand(balance, paying, tuple(credits_))
    return found


def of_invoice(invoice: Invoice) -> Demand:
    """Say what a link to this invoice alone would ask for now."""
    return demand(invoice.company, invoice.customer_id, invoice.currency, [invoice.item_id])


def for_automatic_invoice(invoice: Invoice, asked: Demand) -> Answer:
    """Say whether an invoice that the system mails carries a link (R7), for what is ``asked`` for it now."""
    return within(rules.for_automatic_invoice(invoice), invoice.company, invoice.currency, asked)


def for_manual_invoice(invoice: Invoice, asked: Demand) -> Answer:
    """Say whether an invoice that staff sends by hand may carry a link, for what is ``asked`` for it now."""
    return within(rules.for_manual_invoice(invoice), invoice.company, invoice.currency, asked)


def within(answer: Answer, company: Company, currency: str, asked: Demand) -> Answer:
    """Say no where nothing is to be paid now (R17), or nothing that the processor takes."""
    if answer.offered and not asked.payable and not asked.covered:
        return Answer(False, _("All of it is being paid right now, so there is no payment link."))
    return within_amount(answer, company, Money(asked.payable, currency))


def within_amount(answer: Answer, company: Company, amount: Money) -> Answer:
    """Say no where open credits leave nothing to pay, or what the processor does not take."""
    if answer.offered and not amount:
        return Answer(False, _("Open credits cover it, so there is nothing to pay and no payment link."))
    return rules.within(answer, company, amount)
