"""The form of Receive Payment: its fields, and what the money that was typed means for each open invoice."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.ledger import aging
from florin.domain.payments import receiving
from florin.domain.payments.receiving import Debt, Receiving, Share
from florin.kernel import clock
from florin.kernel.money import Money
from florin.screens.office.shared import customer_field, parsing
from florin.screens.office.shared.fields import (
    AmountField,
    CustomerField,
    DayField,
    OptionField,
    TextField,
)
from florin.screens.office.shared.forms import FormRow, OfficeForm
from florin.screens.office.shared.parsing import InvalidInput

_NO_AMOUNT = gettext_lazy("Give the amount that was received.")


@dataclass(slots=True, kw_only=True)
class InvoiceRow(FormRow):
    """One open invoice: what of the money and what discount is typed for it, or comes to it by itself."""

    debt: Debt
    currency: str
    today: date

    @property
    def days_late(self) -> int:
        """For how many days it has been due."""
        return aging.days_late(self.debt.invoice.due_on, self.today)

    @property
    def key(self) -> UUID:
        """The item of the invoice."""
        return self.debt.invoice.item_id

    @property
    def applied(self) -> Money:
        """What of the money is applied; nothing while it cannot be read."""
        return self.readable("amount") or Money.zero(self.currency)

    @property
    def discounted(self) -> Money:
        """What is deducted; nothing while it cannot be read."""
        return self.readable("discount") or Money.zero(self.currency)

    @property
    def left(self) -> Money:
        """What is owed on it afterwards; below zero if that is too much."""
        return Money(self.debt.balance, self.currency) - self.applied - self.discounted

    def show(self, share: Share) -> None:
        """Show what the invoice gets as the reader would type it."""
        for name, minor in {"amount": share.amount, "discount": share.discount}.items():
            self.texts[name] = parsing.written(Money(minor, self.currency))

    def share(self) -> Share | None:
        """Return what is meant, or None with a sentence at each field that is wrong."""
        meant = self.clean()
        if meant is None:
            return None
        return Share(self.key, **{name: amount.minor if amount else 0 for name, amount in meant.items()})


class ReceiveForm(OfficeForm):
    """A payment as typed; ``whose`` is the customer, once it is clear.

    ``seen_invoices`` says that these invoices were shown, applied in this way; ``gone`` counts the amounts
    that were typed for invoices that are not open any more.
    """

    customer = CustomerField(label=gettext_lazy("Customer"))
    amount = AmountField(label=gettext_lazy("Amount received"), missing=_NO_AMOUNT)
    on = DayField(
        label=gettext_lazy("Received on"),
        missing=gettext_lazy("Give the date on which it was received."),
    )
    method = OptionField(
        label=gettext_lazy("Method"),
        options=[(method.value, method.label) for method in receiving.COUNTER],
        other=gettext_lazy("Choose how it was paid."),
    )
    reference = TextField(label=gettext_lazy("Reference"), longest=120)
    note = TextField(label=gettext_lazy("Note"), longest=400)
    is_prepayment = forms.BooleanField(label=gettext_lazy("Pre-payment"), required=False)

    def __init__(self, data: QueryDict | None = None, *, company: Company, customer: str = "") -> None:
        """Make the form as it was sent, or a new one for the customer who was named."""
        self.today = clock.today(company.time_zone)
        self.whose = _find_customer(company, customer if data is None else data.get("customer", ""))
        initial = {"customer": self.whose or customer, "on": self.today, "method": Method.CHECK.value}
        super().__init__(data, company=company, currency=self.currency, initial=initial)
        sent = QueryDict() if data is None else data
        self.by_hand, self.mail, self.to = sent.get("how") == "hand", "mail" in sent, sent.get("to", "")
        self.rows: Sequence[InvoiceRow] = ()
        self.gone, self.seen_invoices = 0, sent.get("shown", "") == self.mark
        if self.whose is not None:
            self._show_invoices(self.whose, sent)

    @property
    def currency(self) -> str:
        """The customer's currency, once there is a customer."""
        return self.whose.currency if self.whose else ""

    @property
    def error_count(self) -> int:
        """How many fields need another look."""
        return len(self.errors) + sum(len(row.errors) for row in self.rows)

    @property
    def received(self) -> Money:
        """What was received; nothing while it cannot be read."""
        return self.readable("amount") or Money.zero(self.currency)

    @property
    def applied(self) -> Money:
        """What of it is applied to invoices."""
        return sum((row.applied for row in self.rows), start=Money.zero(self.currency))

    @property
    def discounted(self) -> Money:
        """What is deducted for early payment."""
        return sum((row.discounted for row in self.rows), start=Money.zero(self.currency))

    @property
    def rest(self) -> Money:
        """What becomes open credit; below zero if more is applied than was received."""
        return self.received - self.applied

    @property
    def missing(self) -> Money:
        """How much more is applied than was received."""
        return -self.rest

    @property
    def mark(self) -> str:
        """Whose invoices are shown, and how they are applied: what somebody must have seen to record it."""
        return f"{self.whose.pk if self.whose else ''}:{'hand' if self.by_hand else 'oldest'}"

    @property
    def addresses(self) -> list[str]:
        """Whom to mail the receipt to, as typed."""
        return [self.to] if self.mail else []

    def clean_amount(self) -> Money | None:
        """Refuse nothing, once the customer says in which currency it is."""
        amount: Money | None = self.cleaned_data["amount"]
        if self.currency and not amount:
            raise ValidationError(str(_NO_AMOUNT))
        return amount

    def clean_on(self) -> date:
        """Refuse a day that is yet to come."""
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(_("This date lies in the future."))
        return on

    def draft(self) -> Receiving | None:
        """Return what is to be recorded, or None with a sentence at each field that is wrong."""
        shares = [row.share() for row in self.rows] if self.by_hand else None
        if self.error_count:
            return None
        meant = {name: value for name, value in self.cleaned_data.items() if name != "customer"}
        return Receiving(
            **{**meant, "method": Method(meant["method"])},
            submission=self.submission_key,
            shares=None if shares is None else [share for share in shares if share],
        )

    def _show_invoices(self, customer: Customer, sent: QueryDict) -> None:
        """Show the customer's open invoices, and what each of them gets."""
        customer.company = self.company
        owed = receiving.debts(customer, on=self.readable("on") or self.today)
        if not sent.get("shown", "").startswith(f"{customer.pk}:"):
            self.to = "\n".join(customer.invoice_emails)
        share = AmountField()
        share.currency = self.currency
        fields = {"amount": share, "discount": share}
        self.rows = [
            InvoiceRow(fields, {}, debt=debt, currency=self.currency, today=self.today) for debt in owed
        ]
        if self.by_hand and self.seen_invoices:
            self._take_shares(_read_shares(sent))
            return
        shares = {share.item: share for share in receiving.spread(self.received.minor, owed)}
        for row in self.rows:
            row.show(shares.get(row.key, Share(row.key, 0)))

    def _take_shares(self, shares: Mapping[str, tuple[str, str]]) -> None:
        """Show what was typed for each invoice, and count what was typed for others."""
        for row in self.rows:
            row.texts["amount"], row.texts["discount"] = shares.get(str(row.key), ("", ""))
        open_now = {str(row.key) for row in self.rows}
        self.gone = sum(any(share) for key, share in shares.items() if key not in open_now)


def _find_customer(company: Company, text: str) -> Customer | None:
    """Return the customer who is meant; that it is nobody is said when the payment is recorded."""
    with suppress(InvalidInput):
        return customer_field.find_customer(company, text)
    return None


def _read_shares(sent: QueryDict) -> dict[str, tuple[str, str]]:
    columns = [sent.getlist(f"share-{name}") for name in ("item", "amount", "discount")]
    return {item: (amount, discount) for item, amount, discount in zip_longest(*columns, fillvalue="")}
