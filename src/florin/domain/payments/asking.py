"""What a link would ask for if it were made now (R12, as its bill would say), and whether it can be paid."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Sum

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.links import rules
from florin.domain.links.rules import Answer
from florin.domain.payments import bill
from florin.domain.payments.models import AttemptCredit
from florin.kernel.money import Money


def payable(company: Company, customer: Customer, currency: str, items: Sequence[UUID]) -> int:
    """Return what can be paid now of these items: what nobody else is paying, less the open credits.

    Minor units.
    """
    owed = Item.objects.filter(pk__in=items, balance__gt=0).values_list("pk", "balance")
    held = bill.reserved(list(items)) if items else {}
    free = sum(max(balance - held.get(item, 0), 0) for item, balance in owed) if items else 0
    whose = (customer.pk, currency)
    return less_credits(company, {whose: free})[whose]


def less_credits(company: Company, owed: Mapping[tuple[UUID, str], int]) -> dict[tuple[UUID, str], int]:
    """Take the open credits off what is owed, by customer and currency, in minor units.

    Two queries however many there are.
    """
    wanted = {whose for whose, minor in owed.items() if minor}
    if not wanted or not company.use_open_credits:
        return dict(owed)
    credits_ = Item.objects.filter(
        company=company, customer__in={customer for customer, _currency in wanted}, balance__lt=0
    )
    open_: Counter[tuple[UUID, str]] = Counter()
    for customer, currency, sum_ in credits_.values_list("customer", "currency").annotate(Sum("balance")):
        open_[customer, currency] -= int(sum_)
    if not open_:
        return dict(owed)
    held = AttemptCredit.objects.filter(item__in=credits_, reserved__gt=0)
    for customer, currency, sum_ in held.values_list("item__customer", "item__currency").annotate(
        Sum("reserved")
    ):
        open_[customer, currency] -= int(sum_)
    return {whose: max(minor - max(open_[whose], 0), 0) for whose, minor in owed.items()}


def for_automatic_invoice(invoice: Invoice) -> Answer:
    """Say whether an invoice that the system mails carries a link (R7), for what can be paid of it now."""
    return _for_invoice(invoice, rules.for_automatic_invoice(invoice))


def for_manual_invoice(invoice: Invoice) -> Answer:
    """Say whether an invoice that staff sends by hand may carry a link, for what can be paid of it now."""
    return _for_invoice(invoice, rules.for_manual_invoice(invoice))


def _for_invoice(invoice: Invoice, answer: Answer) -> Answer:
    if not answer.offered:
        return answer
    minor = payable(invoice.company, invoice.customer, invoice.currency, [invoice.item_id])
    return rules.within(answer, invoice.company, Money(minor, invoice.currency))
