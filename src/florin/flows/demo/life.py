"""What people do in the demo's last weeks, each act by Florin's ordinary flows, at the clock's moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random  # noqa: TID251 - weeks that are the same again, no secret
from uuid import uuid4

from django.db.models import Sum

from florin.domain.attempts import bill
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.credits.models import Credit
from florin.domain.credits.services import CreditDraft
from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Item
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.orders.holds import Wish as HoldWish
from florin.domain.orders.models import Order
from florin.domain.orders.services import OrderDraft
from florin.domain.payments import allocating
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving
from florin.domain.refunds.services import Wish as RefundWish
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.domain.statements.models import Type
from florin.edges.sandbox_control import SandboxControl
from florin.flows import (
    apply_credit,
    confirm_order,
    give_credit,
    hold_order,
    open_link,
    receive_payment,
    reconcile,
    refund_payment,
    revoke_link,
    send_statement,
    settle_payment,
    start_checkout,
    write_order,
)
from florin.flows.demo.assortment import Market
from florin.flows.demo.drawing import SEED
from florin.flows.demo.year import line
from florin.kernel import clock
from florin.kernel.money import Money

CARD, DISPUTED_CARD = "4242424242424242", "4000000000000259"
BANK, EMPTY_BANK, RETURNED_BANK = "000123456789", "000222222227", "000900000001"
_LINES, _MOST_BUNCHES = 4, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A wholesaler with its customers, staff, and the test processor. Shops go by their names.

    Whatever an act needs of an earlier one it looks up, so that another process can go on.
    """

    company: Company
    market: Market
    staff: Mapping[Role, User]
    control: SandboxControl

    def order(self, shop: str) -> None:
        """Write an order and confirm it: its invoice goes out with a link, or is printed."""
        confirm_order.confirm(self.company, self.draft(shop).pk, by=self._sales)

    def draft(self, shop: str) -> Order:
        """Write an order that nobody has confirmed yet."""
        today = clock.today(self.company.time_zone)
        chance = Random(f"{SEED}:{today}:{shop}")  # noqa: S311
        flowers = chance.sample(self.market.flowers, _LINES)
        draft = OrderDraft(
            customer_id=self._customer(shop).pk,
            ship_on=today + timedelta(days=1),
            po_number=f"{chance.randrange(1000, 9999)}",
            ship_to="",
            note="",
            lines=[
                line(flower, Decimal(chance.randint(2, _MOST_BUNCHES) * (25 if flower.unit == "stem" else 1)))
                for flower in flowers
            ],
        )
        return write_order.create(self.company, draft, by=self._sales)

    def void(self, shop: str) -> None:
        """Write an order that the shop calls off."""
        write_order.void(self.company, self.draft(shop).pk, by=self._sales)

    def hold(self, shop: str) -> None:
        """Let a shop want more than its limit, which is what it owes by now."""
        customer = self._customer(shop)
        owed = Item.objects.filter(customer=customer, balance__gt=0).aggregate(sum=Sum("balance"))["sum"]
        Customer.objects.filter(pk=customer.pk).update(credit_limit=owed or 0)
        wish = HoldWish(to=customer.invoice_emails)
        hold_order.hold(self.company, self.draft(shop).pk, wish, by=self._sales)

    def bounce(self, shop: str) -> None:
        """Order, but the invoice's mail comes back."""
        self.control.refuse_mail(self._customer(shop).invoice_emails[0])
        self.order(shop)

    def open(self, shop: str) -> None:
        """Open the link that was sent last."""
        open_link.opened(links.token_of(self._link(shop).pk))

    def pay_by_card(self, shop: str, card: str = CARD) -> None:
        """Pay what the last link asks for with a card."""
        attempt, who = self._begin_to_pay(shop, Method.CARD)
        self.control.pay_by_card(attempt.reference, card, **who)
        settle_payment.settle(attempt.pk)

    def pay_by_bank(self, shop: str, account: str = BANK) -> None:
        """Pay what the last link asks for from a bank account; it clears days later, if it does."""
        attempt, who = self._begin_to_pay(shop, Method.ACH)
        self.control.pay_by_bank(attempt.reference, account, **who)
        settle_payment.settle(attempt.pk)

    def revoke(self, shop: str) -> None:
        """Take the last link back."""
        revoke_link.revoke(self.company, self._link(shop).pk, by=self._sales)

    def send_statement(self, shop: str) -> None:
        """Mail a statement of what is open, with a link."""
        customer = self._customer(shop)
        today = clock.today(self.company.time_zone)
        asked = send_statement.period(self.company, Type.OPEN_ITEMS, begin_on=None, end_on=today)
        send_statement.send(
            self.company,
            customer.pk,
            asked,
            to=customer.statement_emails,
            with_link=True,
            submission=uuid4().hex,
            by=self.staff[Role.ACCOUNTS_RECEIVABLE],
        )

    def refund_some(self, shop: str, reason: str, *, percent: int) -> None:
        """Send a part of the last payment back."""
        payment = self._payment(shop)
        [part, *_others] = allocating.current_allocations(payment)
        wish = RefundWish(
            amounts={part.item.pk: part.amount * percent // 100}, reason=reason, submission=uuid4().hex
        )
        refund_payment.refund(self.company, payment.pk, wish, by=self.staff[Role.CASHIER])

    def pay_again_by_check(self, shop: str) -> None:
        """Send a check for what was paid by link already: an overpayment."""
        self._receive(shop, Method.CHECK, self._payment(shop).money, reference="4471")

    def pay_ahead(self, shop: str, amount: int) -> None:
        """Wire money for what is yet to be ordered."""
        self._receive(
            shop, Method.WIRE, Money(amount, self.company.currency), reference="FT220914", is_prepayment=True
        )

    def draft_credit(self, shop: str, amount: int, reason: str) -> Credit:
        """Write down what a shop is to get back."""
        draft = CreditDraft(
            customer_id=self._customer(shop).pk,
            amount=Money(amount, self.company.currency),
            given_on=clock.today(self.company.time_zone),
            reason=reason,
        )
        return give_credit.create(self.company, draft, by=self.staff[Role.ACCOUNTS_RECEIVABLE])

    def submit_credit(self, shop: str, amount: int, reason: str) -> Credit:
        """Hand it over for approval."""
        credit = self.draft_credit(shop, amount, reason)
        return give_credit.submit(self.company, credit.pk, by=self.staff[Role.ACCOUNTS_RECEIVABLE])

    def approve_credit(self, shop: str, amount: int, reason: str) -> Credit:
        """Give it."""
        credit = self.submit_credit(shop, amount, reason)
        return give_credit.approve(self.company, credit.pk, by=self.staff[Role.SALES_MANAGER])

    def reject_credit(self, shop: str, amount: int, reason: str, *, why: str) -> None:
        """Do not give it."""
        credit = self.submit_credit(shop, amount, reason)
        give_credit.reject(self.company, credit.pk, reason=why, by=self.staff[Role.SALES_MANAGER])

    def void_credit(self, shop: str, amount: int, reason: str, *, why: str) -> None:
        """Take it back unused."""
        credit = self.approve_credit(shop, amount, reason)
        give_credit.void(self.company, credit.pk, reason=why, by=self.staff[Role.SALES_MANAGER])

    def apply_credit(self, shop: str, amount: int, reason: str) -> None:
        """Give it and use it up on the invoice that is due first."""
        credit = self.approve_credit(shop, amount, reason)
        open_ = Item.objects.filter(customer=credit.customer_id, kind=Item.Kind.INVOICE, balance__gte=amount)
        debt = open_.order_by("due_on", "number").first()
        if debt is not None and credit.item_id is not None:
            apply_credit.apply(
                self.company, credit.item_id, {debt.pk: amount}, submission=uuid4().hex, by=self._sales
            )

    def look_round(self) -> None:
        """Do what the worker does at the least once a day: ask what became of everything, and compare."""
        settle_payment.poll()
        refund_payment.poll()
        reconcile.run(self.company, by=reconcile.SCHEDULE)

    @property
    def _sales(self) -> User:
        return self.staff[Role.SALES]

    def _begin_to_pay(self, shop: str, method: Method) -> tuple[Attempt, dict[str, str]]:
        link, nonce = self._link(shop), uuid4().hex
        token = links.token_of(link.pk)
        seen = bill.draw_up(links.find(token)).payable
        start_checkout.start(token, seen=seen, nonce=nonce, method=method)
        person = next(one.person for one in self.market.shops if one.name == shop)
        return Attempt.objects.get(link=link, nonce=nonce), {"email": link.recipients[0], "name": person}

    def _receive(
        self, shop: str, method: Method, amount: Money, *, reference: str, is_prepayment: bool = False
    ) -> None:
        wanted = Receiving(
            method=method,
            amount=amount,
            on=clock.today(self.company.time_zone),
            reference=reference,
            is_prepayment=is_prepayment,
            submission=uuid4().hex,
            shares=[],  # no invoice gets any of it
        )
        receive_payment.receive(self.company, self._customer(shop).pk, wanted, by=self.staff[Role.CASHIER])

    def _customer(self, shop: str) -> Customer:
        return Customer.objects.get(company=self.company, name=shop)

    def _link(self, shop: str) -> Link:
        return Link.objects.filter(company=self.company, customer__name=shop).latest("made_at")

    def _payment(self, shop: str) -> Payment:
        return Payment.objects.filter(company=self.company, customer__name=shop).latest("received_at")
