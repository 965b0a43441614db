"""Open credits that cover a bill, applied by several at the same instant: once; with a control."""

from functools import partial

from checkout.pages import link_to
from factories import make_customer, make_invoice
from factories.credits import make_credit
from florin.domain.ledger.models import Entry, Item
from florin.domain.links import services as links
from florin.domain.staff.models import User
from florin.flows import apply_credit
from testing.races import at_once, without_locks


def _pressed_at_once(owner: User) -> tuple[Item, list[bool | Exception]]:
    """Two bills of 30.00 and a credit of 50.00: one is covered, and each payer presses twice."""
    customer = make_customer(owner.company)
    credit = make_credit(customer, "50.00")
    tokens = [links.token_of(link_to(make_invoice(owner, "30.00", customer=customer)).pk) for _ in range(2)]
    return credit, at_once(*[partial(apply_credit.settle_covered, token) for token in tokens * 2])


def test_a_credit_that_covers_one_of_two_bills_is_applied_once(owner: User) -> None:
    credit, answers = _pressed_at_once(owner)

    assert sorted(answers, key=str) == [False, False, False, True]
    assert Item.objects.get(pk=credit.pk).balance == -2_000
    assert Entry.objects.filter(kind=Entry.Kind.APPLY).count() == 1


def test_control_without_the_locks_it_is_tried_more_than_once(owner: User) -> None:
    """If this fails, the test above proves nothing."""
    for _ in range(20):
        with without_locks():
            _, answers = _pressed_at_once(owner)
        if sum(answer is not False for answer in answers) > 1:
            return
    raise AssertionError("Without the locks it was still applied once")
