"""An order is written once per press of Save, also when the presses meet."""

from factories import make_customer, make_draft, make_order
from florin.domain.activity.models import Activity
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from florin.flows import write_order
from testing.races import at_once


def test_save_pressed_at_once_writes_one_order(owner: User) -> None:
    draft = make_draft(make_customer(owner.company))
    found = at_once(*[lambda: write_order.create(owner.company, draft, by=owner, submission="p")] * 4)
    assert {order.pk for order in found if isinstance(order, Order)} == {Order.objects.get().pk}
    assert Activity.objects.count() == 1


def test_a_press_that_lost_leaves_no_gap_in_the_numbers(owner: User) -> None:
    draft = make_draft(make_customer(owner.company))
    at_once(*[lambda: write_order.create(owner.company, draft, by=owner, submission="p")] * 4)
    assert make_order(owner).number == "SO-10002"


def test_the_same_press_at_two_companies_is_two_orders(owner: User, stranger: User) -> None:
    for person in (owner, stranger):
        draft = make_draft(make_customer(person.company))
        write_order.create(person.company, draft, by=person, submission="p")
    assert Order.objects.count() == 2


def test_orders_without_a_press_are_each_their_own(owner: User) -> None:
    draft = make_draft(make_customer(owner.company))
    for _order in range(2):
        write_order.create(owner.company, draft, by=owner)
    assert Order.objects.count() == 2
