"""The demo's year as it is written down: through the domain's rules, all or nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from factories import make_customer, make_invoice
from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.payments import importing
from florin.domain.payments.importing import OldPayment
from florin.domain.payments.models import Payment
from florin.domain.receipts import services as receipts
from florin.domain.receipts.models import Receipt
from florin.domain.staff.models import User
from florin.flows.demo import assortment, year
from florin.flows.demo.year import Desk
from florin.kernel import clock
from florin.kernel.errors import Refusal

pytestmark = pytest.mark.usefixtures("database")


def desk(company: Company, shops: int) -> Desk:
    market = assortment.market()
    return Desk(
        company=company,
        today=clock.today(company.time_zone),
        market=replace(market, shops=market.shops[-shops:]),
        sales="Tyler Brooks",
        cashier="Luis Ortega",
    )


def paid(invoice: Invoice, amount: int, method: Method = Method.CHECK) -> OldPayment:
    return OldPayment(
        customer=invoice.customer,
        method=method,
        at=datetime.now(UTC) - timedelta(days=9),
        shares=[(invoice, amount)],
        by="Luis Ortega",
    )


def test_a_year_is_in_the_books_with_a_receipt_for_each_payment(company: Company) -> None:
    with transaction.atomic():
        year.write(desk(company, 5))

    invoices = Invoice.objects.select_related("item")
    assert invoices.count() > 15
    assert max(invoice.issued_on for invoice in invoices) < clock.today(company.time_zone)
    assert Receipt.objects.count() == Payment.objects.count() > 5
    never = [invoice for invoice in invoices if invoice.customer.name == "Fourth Street Flowers"]
    assert never
    assert all(invoice.item.balance == invoice.total for invoice in never)


def test_two_old_payments_of_one_invoice_leave_what_is_left(owner: User) -> None:
    invoice = make_invoice(owner, "100", customer=make_customer(owner.company))
    with transaction.atomic():
        taken = importing.record_many(owner.company, [paid(invoice, 6000), paid(invoice, 1500)])
        receipts.issue_many(taken)

    assert Item.objects.get(pk=invoice.item_id).balance == 2500
    assert [one.allocations[0].balance_after for one in taken] == [4000, 2500]
    assert [line.balance_after for line in Receipt.objects.latest("pk").document.lines] == [2500]


@pytest.mark.parametrize(("amount", "method"), [(10_001, Method.CHECK), (100, Method.CARD)])
def test_no_old_payment_pays_more_than_is_owed_or_claims_to_be_online(
    owner: User, amount: int, method: Method
) -> None:
    invoice = make_invoice(owner, "100", customer=make_customer(owner.company))
    with pytest.raises(Refusal), transaction.atomic():
        importing.record_many(owner.company, [paid(invoice, amount, method)])
    assert not Payment.objects.exists()
