"""The credit limit holds at every door; a person lets an order pass it, or it waits and is released."""

from html import unescape

import pytest

from factories import make_customer, make_draft, make_invoice, make_order, make_user
from factories.credits import make_credit
from florin.domain.activity.models import Activity
from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.orders import credit_limit
from florin.domain.orders.credit_limit import OverLimit
from florin.domain.orders.holds import Wish
from florin.domain.orders.models import Hold, Order
from florin.domain.outbox.models import Message
from florin.domain.payments.receiving import Receiving
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import confirm_order, hold_order, receive_payment, send_invoice, write_order
from florin.kernel import clock
from florin.kernel.errors import Forbidden, Refusal
from florin.kernel.money import Money
from office import signed_in

TO = ["bills@shop.example"]


@pytest.fixture
def seller(company: Company) -> User:
    return make_user(company, Role.SALES)


@pytest.fixture
def customer(owner: User) -> Customer:
    """Somebody with a limit of 150.00, of which 100.00 is used."""
    found = make_customer(owner.company, invoice_emails=TO)
    make_invoice(owner, customer=found)
    found.credit_limit = 150_00
    found.automatic_invoices = True
    found.save()
    return found


def over(owner: User, customer: Customer) -> Order:
    """A draft that passes the limit by 50.00."""
    return make_order(owner, "100.00", customer=customer)


def hold(order: Order, by: User, **wish: object) -> None:
    hold_order.hold(order.company, order.pk, Wish(**{"to": TO, **wish}), by=by)  # type: ignore[arg-type]


def state(order: Order) -> str:
    return str(Order.objects.get(pk=order.pk).state)


def test_what_is_owed_less_open_credits_is_used(owner: User, customer: Customer) -> None:
    make_credit(customer, "30.00")
    room = credit_limit.room_of(customer)
    assert (room.used.minor, room.free and room.free.minor) == (70_00, 80_00)


def test_an_order_within_the_limit_is_confirmed(seller: User, owner: User, customer: Customer) -> None:
    order = make_order(owner, "50.00", customer=customer)
    confirm_order.confirm(seller.company, order.pk, by=seller)
    assert state(order) == "confirmed"


def test_an_order_over_the_limit_is_not_confirmed(seller: User, owner: User, customer: Customer) -> None:
    order = make_order(owner, "50.01", customer=customer)
    with pytest.raises(OverLimit, match=r"\$0\.01 over"):
        confirm_order.confirm(seller.company, order.pk, by=seller)
    assert (state(order), Message.objects.count()) == ("draft", 0)


def test_email_on_a_draft_over_the_limit_sends_and_confirms_nothing(
    seller: User, owner: User, customer: Customer
) -> None:
    order = over(owner, customer)
    with pytest.raises(OverLimit):
        send_invoice.send(seller.company, order.pk, to=TO, with_link=True, submission="p", by=seller)
    assert (state(order), Message.objects.count()) == ("draft", 0)


def test_a_reason_of_somebody_who_may_not_override_is_refused(
    seller: User, owner: User, customer: Customer
) -> None:
    with pytest.raises(Forbidden):
        confirm_order.confirm(seller.company, over(owner, customer).pk, by=seller, reason="They always pay")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SALES_MANAGER])
def test_who_may_lets_it_pass_and_the_reason_is_on_the_orders_timeline(
    owner: User, customer: Customer, role: Role
) -> None:
    order, manager = over(owner, customer), make_user(owner.company, role)
    confirm_order.confirm(owner.company, order.pk, by=manager, reason="They always pay")
    told = Activity.objects.get(kind=Activity.Kind.LIMIT_OVERRIDDEN)
    assert (told.actor, told.about["amount"], told.about["reason"]) == (
        manager.name,
        50_00,
        "They always pay",
    )
    text = unescape(signed_in(owner).get(f"/office/orders/{order.pk}/").content.decode())
    assert "$50.00 over the credit limit" in text
    assert "“They always pay”" in text


def test_adding_to_a_confirmed_order_over_the_limit_needs_a_reason_too(
    seller: User, owner: User, customer: Customer
) -> None:
    order = make_order(owner, "50.00", customer=customer)
    confirm_order.confirm(owner.company, order.pk, by=owner)
    more = make_draft(customer, "50.01")
    with pytest.raises(OverLimit):
        write_order.change(owner.company, order.pk, more, version=1, by=seller)
    write_order.change(owner.company, order.pk, more, version=1, by=owner, reason="One cent")
    assert Invoice.objects.get(order=order).total == 50_01


def test_taking_from_a_confirmed_order_is_never_refused(
    seller: User, owner: User, customer: Customer
) -> None:
    order = over(owner, customer)
    confirm_order.confirm(owner.company, order.pk, by=owner, reason="Yes")
    write_order.change(owner.company, order.pk, make_draft(customer, "99.00"), version=1, by=seller)
    assert Invoice.objects.get(order=order).total == 99_00


def test_a_currency_that_cannot_be_compared_is_over_the_limit(owner: User) -> None:
    customer = make_customer(owner.company)
    order = make_order(owner, customer=customer)
    Customer.objects.filter(pk=customer.pk).update(currency="EUR", credit_limit=1_000_00)
    with pytest.raises(OverLimit):
        confirm_order.confirm(owner.company, order.pk, by=owner)


def test_on_hold_it_waits_until_a_credit_makes_room_and_is_mailed_once(
    seller: User, owner: User, customer: Customer
) -> None:
    order = over(owner, customer)
    hold(order, seller)
    hold_order.sweep()
    assert (state(order), Message.objects.count()) == ("draft", 0)
    make_credit(customer, "50.00")
    for _round in range(2):
        hold_order.sweep()
    assert (state(order), Hold.objects.count()) == ("confirmed", 0)
    assert [(one.recipient, one.event[:5]) for one in Message.objects.all()] == [(TO[0], "auto:")]


def test_a_payment_releases_what_it_makes_room_for(seller: User, owner: User, customer: Customer) -> None:
    order = over(owner, customer)
    hold(order, seller)
    paid = Receiving(
        amount=Money(50_00, "USD"), shares=None, method=Method.CHECK, on=clock.today("UTC"), submission="p"
    )
    receive_payment.receive(owner.company, customer.pk, paid, by=owner)
    hold_order.sweep()
    assert state(order) == "confirmed"


def test_a_raised_limit_releases_too(seller: User, owner: User, customer: Customer) -> None:
    order = over(owner, customer)
    hold(order, seller)
    Customer.objects.filter(pk=customer.pk).update(credit_limit=None)
    hold_order.sweep()
    assert state(order) == "confirmed"


def test_what_was_asked_for_with_email_goes_out_as_it_was_asked_for(
    seller: User, owner: User, customer: Customer
) -> None:
    order = over(owner, customer)
    hold(order, seller, to=["ann@shop.example"], by_hand=True, with_link=False)
    make_credit(customer, "50.00")
    for _round in range(2):
        hold_order.sweep()
    message = Message.objects.get()
    assert (message.recipient, message.snapshot["link"]) == ("ann@shop.example", None)


def test_one_that_is_too_much_still_does_not_stop_a_smaller_one(
    seller: User, owner: User, customer: Customer
) -> None:
    first, second = over(owner, customer), make_order(owner, "60.00", customer=customer)
    hold(first, seller)
    hold(second, seller)
    make_credit(customer, "10.00")
    hold_order.sweep()
    assert (state(first), state(second)) == ("draft", "confirmed")


def test_room_for_one_of_two_releases_who_asked_first(seller: User, owner: User, customer: Customer) -> None:
    first, second = over(owner, customer), over(owner, customer)
    hold(second, seller)
    hold(first, seller)
    make_credit(customer, "50.00")
    hold_order.sweep()
    assert (state(first), state(second)) == ("draft", "confirmed")


def test_an_order_that_is_changed_is_no_longer_on_hold(seller: User, owner: User, customer: Customer) -> None:
    order = over(owner, customer)
    hold(order, seller)
    write_order.change(owner.company, order.pk, make_draft(customer, "100.00"), version=1, by=seller)
    make_credit(customer, "50.00")
    hold_order.sweep()
    assert (state(order), Hold.objects.count()) == ("draft", 0)


def test_taken_off_hold_it_stays_a_draft(seller: User, owner: User, customer: Customer) -> None:
    order = over(owner, customer)
    hold(order, seller)
    for _press in range(2):
        signed_in(seller).post(f"/office/orders/{order.pk}/release/")
    make_credit(customer, "50.00")
    hold_order.sweep()
    assert (state(order), Activity.objects.filter(kind=Activity.Kind.HOLD_ENDED).count()) == ("draft", 1)


def test_room_that_came_meanwhile_confirms_instead_of_holding(
    seller: User, owner: User, customer: Customer
) -> None:
    order = over(owner, customer)
    make_credit(customer, "50.00")
    hold(order, seller)
    assert (state(order), Hold.objects.count()) == ("confirmed", 0)


def test_a_reason_is_no_place_for_a_card_number(owner: User, customer: Customer) -> None:
    with pytest.raises(Refusal, match="looks like a card number"):
        confirm_order.confirm(
            owner.company, over(owner, customer).pk, by=owner, reason="Paid by 4242 4242 4242 4242"
        )
