"""A customer's page: what is owed, what was sent, and how it stays up to date."""

import re
from datetime import timedelta

from factories import make_customer, make_invoice, make_link
from factories.credits import make_credit
from florin.domain.ledger.models import Item
from florin.domain.staff.models import User
from florin.kernel import clock
from office import signed_in

HTMX = {"HX-Request": "true"}


def test_what_is_owed_is_shown_by_age_with_the_open_credits(owner: User) -> None:
    customer = make_customer(owner.company)
    today = clock.today(owner.company.time_zone)
    for late in (0, 1, 31, 61, 91):
        invoice = make_invoice(owner, "10.00", customer=customer)
        Item.objects.filter(pk=invoice.item_id).update(due_on=today - timedelta(days=late))
    make_credit(customer, "7.00", number="CR-7")
    text = signed_in(owner).get(f"/office/customers/{customer.pk}/").content.decode()
    assert re.findall(r"<dd>(\$[\d.]+)</dd>", text) == ["$10.00"] * 5
    assert "$43.00" in text
    assert "CR-7" in text


def test_the_page_leads_to_orders_and_shows_links(owner: User) -> None:
    invoice = make_invoice(owner)
    make_link(owner, invoice, to=("ann@shop.example",))
    text = signed_in(owner).get(f"/office/customers/{invoice.customer_id}/").content.decode()
    assert f"/office/orders/{invoice.order_id}/" in text
    assert "ann@shop.example" in text
    assert "/pay/" in text


def test_the_timeline_brings_what_is_owed_with_it_and_rests_when_nothing_happened(owner: User) -> None:
    customer, client = make_customer(owner.company), signed_in(owner)
    address = f"/office/customers/{customer.pk}/timeline/"
    make_invoice(owner, customer=customer)
    text = client.get(f"{address}?seen=before", headers=HTMX).content.decode()
    assert 'id="customer-owing"' in text
    assert "$100.00" in text
    seen = re.search(r"seen=(\w+)", text)
    assert seen
    assert client.get(f"{address}?seen={seen[1]}", headers=HTMX).status_code == 204


def test_an_invoice_that_cannot_go_out_is_pointed_at(owner: User) -> None:
    customer = make_customer(owner.company, invoice_emails=[], automatic_invoices=True)
    text = signed_in(owner).get(f"/office/customers/{customer.pk}/").content.decode()
    assert "no address for them is known" in text
