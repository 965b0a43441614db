"""Giving credits and applying them to invoices."""

from uuid import UUID

from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.ledger import applying
from florin.domain.ledger.applying import Part
from florin.domain.ledger.models import Entry, Item
from florin.kernel.database import locked, new_key
from florin.kernel.errors import Refusal
from florin.kernel.money import Money


def apply(company: Company, *, credit: UUID, invoice: UUID, amount: Money, by: str) -> Entry:
    """Use part of an open credit to pay part of an open invoice of the same customer and currency.

    ``credit`` and ``invoice`` are keys of ledger items.

    Raises:
        Refusal: if the credit or the invoice has less open than ``amount``, or they do not belong together.
    """
    items = locked(Item.objects.filter(company=company), [credit, invoice])
    giver, taker = items.get(credit), items.get(invoice)
    if giver is None or taker is None or giver.customer_id != taker.customer_id:
        raise Refusal(_("A credit can only be applied to an invoice of the same customer."))
    if not giver.currency == taker.currency == amount.currency:
        raise Refusal(_("A credit can only be applied to an invoice of the same customer and currency."))
    if not Money.zero(amount.currency) < amount <= min(-giver.money, taker.money):
        raise Refusal(_("That is more than the credit or the invoice has open."))
    return applying.apply(
        company,
        [Part(giver, taker, amount.minor)],
        key=f"apply:{new_key()}",
        by=by,
        source=f"item:{giver.pk}",
    )
