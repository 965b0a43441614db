"""The processor's account of our money in the books: every line of it, once."""

import pytest
from django.db import transaction

from factories import make_invoice
from factories.clearing_account import in_the_books
from factories.database import tampered
from factories.ledger import usd
from factories.movements import make_movement, merchant_account, paid, paid_out, payout_report, take_in
from florin.contracts.processor import MovementKind
from florin.domain.ledger.models import Account, Entry
from florin.domain.payouts import checking, queries, services
from florin.domain.payouts.models import Movement, Payout
from florin.domain.staff.models import User


def test_a_movement_that_comes_twice_is_kept_and_booked_once(owner: User) -> None:
    fee = make_movement(MovementKind.FEE, -500)
    assert len(take_in(owner.company, fee)) == 1
    assert take_in(owner.company, fee) == []

    assert Entry.objects.filter(kind=Entry.Kind.ADJUSTMENT).count() == 1
    assert in_the_books(owner.company) == {"USD": -500}
    assert in_the_books(owner.company, Account.FEES) == {"USD": 500}


def test_a_movement_of_a_payment_of_ours_is_not_booked_again(owner: User) -> None:
    payment = paid(owner)
    assert Movement.objects.get().payment == payment
    assert in_the_books(owner.company) == {"USD": 9_685}


def test_money_that_we_know_nothing_of_is_an_adjustment_and_its_fee_a_fee(owner: User) -> None:
    take_in(owner.company, make_movement(MovementKind.PAYMENT, 2_000, 83, payment="pi_elsewhere"))

    assert in_the_books(owner.company) == {"USD": 1_917}
    assert in_the_books(owner.company, Account.ADJUSTMENTS) == {"USD": -2_000}
    assert in_the_books(owner.company, Account.FEES) == {"USD": 83}


def test_a_payout_moves_money_to_the_bank_and_one_that_failed_back(owner: User) -> None:
    paid(owner)
    payout = paid_out(owner.company, *Movement.objects.all())
    assert in_the_books(owner.company, Account.BANK) == {"USD": 9_685}

    take_in(owner.company, make_movement(MovementKind.PAYOUT_FAILED, 9_685, source=payout.reference))
    assert in_the_books(owner.company, Account.BANK) == {}
    assert set(Entry.objects.filter(source=f"payout:{payout.pk}").values_list("kind", flat=True)) == {
        Entry.Kind.PAYOUT,
        Entry.Kind.PAYOUT_FAILED,
    }


def test_a_payout_adds_up_when_all_its_parts_are_known(owner: User) -> None:
    paid(owner)
    known = list(Movement.objects.all())
    payout = paid_out(owner.company, *known)
    assert services.adds_up(payout)

    payout.movements.update(payout=None)
    account = merchant_account(owner.company)
    assert services.not_itemised(account, since=payout.made_at) == [payout]


def test_a_payouts_own_movement_is_no_part_of_it(owner: User) -> None:
    """Some processors list it among the parts."""
    paid(owner)
    (part,) = Movement.objects.all()
    payout = paid_out(owner.company, part)
    own = Movement.objects.get(kind=MovementKind.PAYOUT.value)
    as_told = [make_movement(MovementKind.OTHER, 1), make_movement(MovementKind.OTHER, 1)]
    Movement.objects.filter(pk=part.pk).update(reference=as_told[0].reference, payout=None)
    Movement.objects.filter(pk=own.pk).update(reference=as_told[1].reference)
    with transaction.atomic():
        assert services.itemise(payout, as_told)


def test_sums_keep_gross_and_fees_apart_and_lose_nothing(owner: User) -> None:
    paid(owner)
    take_in(owner.company, make_movement(MovementKind.FEE, -500), make_movement(MovementKind.OTHER, 70))
    sums = queries.sums(Movement.objects.all())["USD"]

    assert (sums.payments, sums.fees, sums.other) == (usd(10_000), usd(-815), usd(70))
    assert sums.total.minor == sum(Movement.objects.values_list("net", flat=True))


def test_a_payments_money_is_traced_to_its_invoice(owner: User) -> None:
    invoice = make_invoice(owner, "80.00", "20.00")
    payment = paid(owner, invoice)
    (purpose,) = queries.purposes_of([payment.pk])[payment.pk]
    assert (purpose.number, purpose.order, purpose.amount) == (invoice.number, invoice.order_id, usd(10_000))


def test_a_movement_that_is_not_booked_is_found(owner: User) -> None:
    (movement,) = take_in(owner.company, make_movement(MovementKind.OTHER, 100))
    assert checking.findings() == []
    with tampered("UPDATE payouts_movement SET gross = 99, net = 99"):
        assert [finding.subject for finding in checking.findings()] == [movement.reference]


@pytest.mark.parametrize(("known", "told_late"), [("paid", "in_transit"), ("failed", "paid")])
def test_a_list_that_is_older_than_what_we_know_changes_no_state(
    owner: User, known: str, told_late: str
) -> None:
    paid(owner)
    payout = paid_out(owner.company, *Movement.objects.all(), state=known)
    report = payout_report(payout, state=told_late)

    with transaction.atomic():
        assert services.take_in_payouts(merchant_account(owner.company), [report]) == []

    assert Payout.objects.get().state == known


def test_a_payout_that_was_paid_at_first_may_still_fail(owner: User) -> None:
    paid(owner)
    payout = paid_out(owner.company, *Movement.objects.all(), state="paid")
    report = payout_report(payout, state="failed")

    with transaction.atomic():
        [(_payout, before)] = services.take_in_payouts(merchant_account(owner.company), [report])

    assert (before, Payout.objects.get().state) == ("paid", "failed")


def test_a_state_that_is_told_again_is_no_news(owner: User) -> None:
    paid(owner)
    payout = paid_out(owner.company, *Movement.objects.all(), state="in_transit")
    assert Payout.objects.get().state == payout.state == Payout.State.IN_TRANSIT
    assert Payout.objects.count() == 1
