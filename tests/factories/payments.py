"""Payments that the test processor has really taken, and how things stand after something befell them."""

from uuid import uuid4

from django.db.models import Sum

from factories import make_link
from florin.domain.attempts import bill
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account, Item, Line
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.flows import settle_payment, start_checkout
from testing.bank import Bank

ORDINARY_ACCOUNT = "000123456789"


def click_pay(link: Link, method: Method | None = None) -> Attempt:
    """Press Pay on a freshly opened page, by card unless it is off; the bank must be running."""
    token = links.token_of(link.pk)
    nonce = uuid4().hex
    start_checkout.start(token, seen=bill.draw_up(links.find(token)).payable, nonce=nonce, method=method)
    return Attempt.objects.get(link=link, nonce=nonce)


def paid_by_card(owner: User, bank: Bank, invoice: Invoice) -> Payment:
    """An invoice paid by card through a link of its own."""
    attempt = click_pay(make_link(owner, invoice), Method.CARD)
    bank.pay(attempt)
    return _settled(attempt)


def paid_by_bank(owner: User, bank: Bank, invoice: Invoice, account: str = ORDINARY_ACCOUNT) -> Payment:
    """An invoice paid from a bank account through a link of its own; the debit has cleared."""
    attempt = click_pay(make_link(owner, invoice), Method.ACH)
    payer = {"email": "payer@shop.example", "name": "Pat Payer"}
    bank.order(f"sessions/{attempt.reference}/pay", bank={"account": account}, **payer)
    settle_payment.settle(attempt.pk)
    bank.order(f"payment_intents/{_intent(attempt)}/clear")
    return _settled(attempt)


def balance(item: Item) -> int:
    """What is owed on an item, in minor units."""
    return Item.objects.get(pk=item.pk).balance


def stands_at(account: Account) -> int:
    """What stands at an account of the books, in minor units."""
    return Line.objects.filter(account=account).aggregate(sum=Sum("amount"))["sum"] or 0


def recipients(kind: Message.Kind) -> list[str]:
    """Whom mails of a kind go to."""
    return sorted(Message.objects.filter(kind=kind).values_list("recipient", flat=True))


def _intent(attempt: Attempt) -> str:
    return registry.get(attempt.gateway, attempt.account).look_up(attempt.reference).payment


def _settled(attempt: Attempt) -> Payment:
    settle_payment.settle(attempt.pk)
    return Payment.objects.select_related("company", "customer").get(attempt=attempt)
