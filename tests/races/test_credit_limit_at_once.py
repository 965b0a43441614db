"""Orders of one customer confirmed at the same instant against what is left of the limit; with a control."""

from functools import partial

from factories import make_customer, make_order
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.orders.credit_limit import OverLimit
from florin.domain.orders.holds import Wish
from florin.domain.orders.models import Hold
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.flows import confirm_order, hold_order
from testing.races import at_once, without_locks


def _confirmed_at_once(owner: User) -> list[object]:
    """A limit of 100.00 and four orders of 60.00: one fits."""
    customer = make_customer(owner.company)
    Customer.objects.filter(pk=customer.pk).update(credit_limit=100_00)
    drafts = [make_order(owner, "60.00", customer=customer) for _ in range(4)]
    return list(at_once(*[partial(confirm_order.confirm, owner.company, one.pk, by=owner) for one in drafts]))


def test_one_of_four_orders_gets_what_is_left_of_the_limit(owner: User) -> None:
    answers = _confirmed_at_once(owner)
    assert sum(isinstance(answer, OverLimit) for answer in answers) == 3
    assert sum(isinstance(answer, Invoice) for answer in answers) == 1


def test_control_without_the_locks_several_pass(owner: User) -> None:
    """If this fails, the test above proves nothing."""
    for _ in range(20):
        with without_locks():
            answers = _confirmed_at_once(owner)
        if sum(not isinstance(answer, Exception) for answer in answers) > 1:
            return
    raise AssertionError("Without the locks one order passed still")


def test_rounds_and_a_press_at_once_release_an_order_once_and_mail_it_once(owner: User) -> None:
    customer = make_customer(owner.company, automatic_invoices=True, credit_limit=10_00)
    order = make_order(owner, "60.00", customer=customer)
    hold_order.hold(owner.company, order.pk, Wish(to=["ann@shop.example"]), by=owner)
    Customer.objects.filter(pk=customer.pk).update(credit_limit=100_00)
    confirm = partial(confirm_order.confirm, owner.company, order.pk, by=owner, to=["ann@shop.example"])
    at_once(hold_order.sweep, hold_order.sweep, confirm, hold_order.sweep)
    assert (Invoice.objects.count(), Message.objects.count(), Hold.objects.count()) == (1, 1, 0)
