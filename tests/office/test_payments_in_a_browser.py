"""Payment History and the page of a payment in a real browser: axe, narrow screens, the keyboard."""

import pytest
from playwright.sync_api import expect

from factories import make_customer, make_invoice, make_link
from factories.attempts import open_attempt, report
from factories.credits import make_credit
from factories.ledger import usd
from florin.contracts.processor import Outcome
from florin.domain.attempts.methods import Method
from florin.domain.disputes.lifecycle import DisputeState
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.flows import undo_payment
from office.conftest import Open
from office.test_accessibility import SCREENS, check
from office.test_payments import at_the_counter, dispute, online, returned, sent_back


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_nothing_sticks_out(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    customer = make_customer(owner.company, name="Corner Florist of the Long and Winding Road")
    invoice = make_invoice(owner, "1234.56", customer=customer)
    make_credit(customer, "30.00")
    card, gone = online(owner, invoice, minor=120_456), online(owner)
    sent_back(card, 500)
    dispute(card, DisputeState.NEEDS_RESPONSE)
    returned(gone)
    check_ = at_the_counter(owner, customer, "55.00", reference="a-reference-that-is-longer-than-most-are")
    undo_payment.undo(owner.company, check_.pk, reason="Typed twice", by=owner)
    report(open_attempt(make_link(owner, make_invoice(owner, customer=customer))), Outcome.PENDING, usd(100))
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    addresses = ["/office/", "/office/payments/", "/office/payments/?q=nothing-like-it&since=never"]
    addresses += [f"/office/payments/?customer={customer.pk}", f"/office/customers/{customer.pk}/"]
    addresses += [f"/office/payments/{payment.pk}/" for payment in (card, gone, check_)]
    for address in [*addresses, f"/office/payments/{card.pk}/email/"]:
        page.goto(address)
        check(page)


def test_a_payment_is_found_opened_and_its_receipt_mailed_by_keyboard(owner: User, browse: Open) -> None:
    payment = at_the_counter(owner, make_customer(owner.company, name="Rosa"), "10.00", method=Method.CASH)
    at_the_counter(owner, make_customer(owner.company, name="Somebody Else"), "20.00")
    page = browse(owner).new_page()
    page.goto("/office/payments/")
    page.get_by_role("searchbox").fill("rosa")
    expect(page.get_by_text("Somebody Else")).to_have_count(0)
    page.get_by_role("link", name=payment.number).focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Mail receipt").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    check(page)
    page.get_by_label("To", exact=True).fill("rosa@shop.example")
    page.get_by_role("button", name="Send").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text(f"The receipt of {payment.number} is on its way")).to_be_visible()
    assert Message.objects.filter(recipient="rosa@shop.example").count() == 1


def test_the_page_of_a_payment_shows_by_itself_that_it_was_undone(owner: User, browse: Open) -> None:
    payment = at_the_counter(owner, make_customer(owner.company), "10.00")
    page = browse(owner).new_page()
    page.goto(f"/office/payments/{payment.pk}/")
    undo_payment.undo(owner.company, payment.pk, reason="Typed twice", by=owner)

    expect(page.get_by_role("heading", name=f"{payment.number} Undone")).to_be_visible()


@pytest.mark.parametrize("address", ["/office/payments/", "/office/open-invoices/"])
def test_the_filters_are_folded_away_on_a_telephone_until_one_is_used(
    owner: User, browse: Open, address: str
) -> None:
    page = browse(owner, viewport={"width": 390, "height": 800}).new_page()
    page.goto(address)
    search = page.get_by_role("button", name="Search", exact=True)
    expect(search).to_be_hidden()
    page.locator("summary").first.click()
    expect(search).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(address)
    expect(search).to_be_visible()
    expect(page.locator("summary").first).to_be_hidden()


def test_the_widest_row_fits_in_spanish_too(owner: User, browse: Open) -> None:
    customer = make_customer(owner.company, name="Corner Florist of the Long and Winding Road")
    sent_back(online(owner, make_invoice(owner, "1234.56", customer=customer), minor=123_456), 500)
    at_the_counter(owner, customer, "1000.00", method=Method.TERMINAL, reference="FT-26110388812")
    User.objects.filter(pk=owner.pk).update(language="es")
    page = browse(owner, viewport={"width": 1280, "height": 800}).new_page()

    page.goto("/office/payments/")

    expect(page.get_by_role("cell", name="Reembolsado en parte")).to_be_visible()
    assert not page.evaluate(
        "document.querySelector('.tight').scrollWidth > document.querySelector('#payments').clientWidth"
    )
