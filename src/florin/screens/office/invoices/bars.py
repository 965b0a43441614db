"""What forbids a payment link for single invoices of a list, said in their rows before anybody ticks them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from florin.contracts.limits import Bar
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.queries import OpenRow
from florin.domain.links import rules


def bars(company: Company, rows: Sequence[OpenRow]) -> Mapping[UUID, str]:
    """Return why invoices cannot be sent with a link, by their keys (one query); the others are left out.

    What forbids all links of the company is said at the button. An amount that is too small by itself may be
    enough together with others of the customer.
    """
    off = _switched_off(company, rows)
    found = {row.invoice_id: off.get(row.customer_id) or _by_amount(company, row) for row in rows}
    return {key: why for key, why in found.items() if why}


def _switched_off(company: Company, rows: Sequence[OpenRow]) -> dict[UUID, str]:
    theirs = {row.customer_id for row in rows}
    customers = Customer.objects.filter(company=company, pk__in=theirs, links_enabled=False)
    return {customer.pk: rules.for_customer(company, customer).reason for customer in customers}


def _by_amount(company: Company, row: OpenRow) -> str:
    limits = rules.limits_of(company, row.balance.currency)
    if limits is None:
        return ""
    if limits.bar(row.balance) is Bar.TOO_SMALL:
        return _("Too little for a payment link by itself.")
    return rules.within(rules.Answer(offered=True), company, row.balance).reason
