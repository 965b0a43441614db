"""A refund that the balance does not cover waits, is booked, and comes back if it fails (R21)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings

from factories import make_invoice
from factories.clearing_account import at_the_bank, in_the_books, own_account
from factories.payments import paid_by_card
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Payment
from florin.domain.payouts import comparing
from florin.domain.payouts.models import Movement
from florin.domain.refunds.models import Refund
from florin.domain.refunds.services import Wish
from florin.domain.staff.models import User
from florin.flows import reconcile, refund_payment
from florin.kernel import clock
from office import signed_in
from testing.bank import Bank

WAITS = "It waits until the balance at the processor covers it."


@pytest.fixture(autouse=True)
def account(owner: User, bank: Bank) -> str:
    """An account whose bank account covers nothing that the balance lacks."""
    reference = own_account(owner.company, bank)
    bank.order("balance", account=reference, covers_refunds=False)
    return reference


@pytest.fixture
def invoice(owner: User) -> Invoice:
    return make_invoice(owner, "100.00")


@pytest.fixture
def payment(owner: User, bank: Bank, invoice: Invoice) -> Payment:
    return paid_by_card(owner, bank, invoice)


def send_back(owner: User, payment: Payment, invoice: Invoice) -> Refund:
    wish = Wish(amounts={invoice.item_id: 5_000}, reason="Wilted on arrival", submission=uuid4().hex)
    return refund_payment.refund(owner.company, payment.pk, wish, by=owner)


def after_refresh(refund: Refund) -> Refund:
    Refund.objects.update(check_at=clock.now() - timedelta(seconds=1))
    refund_payment.poll()
    return Refund.objects.get(pk=refund.pk)


def differences(owner: User) -> int:
    return reconcile.run(owner.company, by="a test").different


def test_it_is_shown_as_waiting_and_booked_as_the_processor_does(
    owner: User, bank: Bank, payment: Payment, invoice: Invoice
) -> None:
    made = send_back(owner, payment, invoice)
    assert (made.state, made.awaits_balance) == ("pending", True)
    assert Item.objects.get(pk=invoice.item_id).balance == 5_000
    assert differences(owner) == 0
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank)

    client = signed_in(owner)
    for page in ("/office/payments/refunds/", f"/office/payments/{payment.pk}/"):
        assert WAITS in client.get(page).content.decode()
    assert "Refund waits for money" in client.get("/office/").content.decode()


def test_payer_and_company_read_that_it_waits(owner: User, payment: Payment, invoice: Invoice) -> None:
    send_back(owner, payment, invoice)
    told = Message.objects.filter(kind__in=["refund_initiated", "refund_notice"])
    assert [message.snapshot["waits"] for message in told] == [True, True]


def test_whoever_refunds_reads_that_it_waits(owner: User, payment: Payment, invoice: Invoice) -> None:
    typed = {f"amount-{invoice.item_id}": "50.00", "reason": "Wilted", "press": uuid4().hex}
    answer = signed_in(owner).post(f"/office/payments/{payment.pk}/refund/", typed, follow=True)
    assert "leaves as soon as the balance" in answer.text


def test_it_goes_out_when_the_balance_covers_it(
    owner: User, bank: Bank, payment: Payment, invoice: Invoice
) -> None:
    made = send_back(owner, payment, invoice)
    bank.order("balance", account=payment.account, covers_refunds=True)

    assert (after_refresh(made).state, after_refresh(made).awaits_balance) == ("succeeded", False)
    assert differences(owner) == 0
    assert "Refund waits for money" not in signed_in(owner).get("/office/").content.decode()


def test_if_it_fails_the_money_is_where_it_was(
    owner: User, bank: Bank, payment: Payment, invoice: Invoice
) -> None:
    made = send_back(owner, payment, invoice)
    bank.order(f"refunds/{made.reference}/fail")
    failed = after_refresh(made)

    assert (failed.state, failed.failure, failed.awaits_balance) == ("failed", "low_balance", False)
    assert Item.objects.get(pk=invoice.item_id).balance == 0
    assert differences(owner) == 0
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {"USD": 9_685}
    page = signed_in(owner).get("/office/payments/refunds/").content.decode()
    assert "The balance at the processor was too low" in page


@pytest.mark.parametrize(("state", "kinds"), [("pending", []), ("succeeded", ["refund"])])
def test_one_that_has_moved_nothing_yet_is_no_difference(  # noqa: PLR0917 - the cases
    owner: User, payment: Payment, invoice: Invoice, state: str, kinds: list[str]
) -> None:
    """If a processor books it only when it goes out."""
    send_back(owner, payment, invoice)
    assert differences(owner) == 0
    Movement.objects.filter(kind="refund").delete()
    Refund.objects.update(state=state)

    rows = comparing.draw_up([payment.pk])
    found = comparing.compare_payments(rows, calm=clock.now() + timedelta(minutes=1), fees=settings.FEES)
    assert [one.kind for one in found] == kinds
