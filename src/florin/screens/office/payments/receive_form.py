"""The form of Receive Payment: what was typed, kept as typed, and what it means for each open invoice."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import TypeVar
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.payments import receiving
from florin.domain.payments.receiving import Debt, Receiving, Share
from florin.kernel import clock
from florin.kernel.money import Money
from florin.screens.office.shared import amounts, customer_field, parsing
from florin.screens.office.shared.parsing import InvalidInput
from florin.screens.office.shared.submissions import new_submission, submission_key

_TEXTS = ("customer", "method", "amount", "on", "reference", "note", "to")
_LONGEST = {"reference": 120, "note": 400}

Read = TypeVar("Read")


@dataclass(slots=True)
class InvoiceRow:
    """One open invoice: what of the money and what discount is typed for it, or comes to it by itself."""

    debt: Debt
    currency: str
    days_late: int
    amount: str = ""
    discount: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> UUID:
        """The item of the invoice."""
        return self.debt.invoice.item_id

    @property
    def applied(self) -> Money:
        """What of the money is applied; nothing while it cannot be read."""
        return _readable(self.amount, self.currency)

    @property
    def discounted(self) -> Money:
        """What is deducted; nothing while it cannot be read."""
        return _readable(self.discount, self.currency)

    @property
    def left(self) -> Money:
        """What is owed on it afterwards; below zero if that is too much."""
        return Money(self.debt.balance, self.currency) - self.applied - self.discounted

    def share(self) -> Share | None:
        """Return what is meant, or None with a sentence at each field that is wrong."""
        read = {}
        for name in ("amount", "discount"):
            try:
                read[name] = amounts.amount(getattr(self, name), self.currency).minor
            except InvalidInput as problem:
                self.errors[name] = str(problem)
        return Share(self.key, **read) if not self.errors else None


@dataclass(slots=True)
class TypedPayment:
    """A payment as typed; ``errors`` holds a sentence per field, ``whose`` the customer once it is clear.

    ``seen`` says that these invoices were shown, applied in this way; ``gone`` counts the amounts that were
    typed for invoices that are not open any more.
    """

    customer: str = ""
    method: str = Method.CHECK
    amount: str = ""
    on: str = ""
    reference: str = ""
    note: str = ""
    to: str = ""
    by_hand: bool = False
    is_prepayment: bool = False
    mail: bool = False
    press: str = field(default_factory=new_submission)
    whose: Customer | None = None
    rows: Sequence[InvoiceRow] = ()
    gone: int = 0
    seen: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """The customer's currency, once there is a customer."""
        return self.whose.currency if self.whose else ""

    @property
    def wrong(self) -> int:
        """How many fields need another look."""
        return len(self.errors) + sum(len(row.errors) for row in self.rows)

    @property
    def received(self) -> Money:
        """What was received; nothing while it cannot be read."""
        return _readable(self.amount, self.currency)

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

    def wanted(self, company: Company) -> Receiving | None:
        """Return what is to be recorded, or None with a sentence at each field that is wrong."""
        read = self._read
        read("customer", lambda: customer_field.find_customer(company, self.customer))
        method = read("method", self._method)
        amount = read("amount", self._amount) if self.whose else None
        on = read("on", lambda: self._on(company))
        reference = read("reference", lambda: parsing.words(self.reference, longest=_LONGEST["reference"]))
        note = read("note", lambda: parsing.words(self.note, longest=_LONGEST["note"]))
        shares = [row.share() for row in self.rows] if self.by_hand else None
        if self.wrong or method is None or amount is None or on is None:
            return None
        return Receiving(
            method=method,
            amount=amount,
            on=on,
            reference=reference or "",
            note=note or "",
            is_prepayment=self.is_prepayment,
            press=self.press,
            shares=None if shares is None else [share for share in shares if share],
        )

    def _read(self, name: str, reader: Callable[[], Read]) -> Read | None:
        try:
            return reader()
        except InvalidInput as problem:
            self.errors[name] = str(problem)
            return None

    def _method(self) -> Method:
        if self.method not in receiving.COUNTER:
            raise InvalidInput(_("Choose how it was paid."))
        return Method(self.method)

    def _amount(self) -> Money:
        amount = amounts.amount(self.amount, self.currency)
        if not amount:
            raise InvalidInput(_("Give the amount that was received."))
        return amount

    def _on(self, company: Company) -> date:
        on = parsing.day(self.on)
        if on is None:
            raise InvalidInput(_("Give the date on which it was received."))
        if on > clock.today(company.time_zone):
            raise InvalidInput(_("This date lies in the future."))
        return on


def blank(company: Company, *, customer: str = "") -> TypedPayment:
    """Return the form of a new payment; with a customer's number, their open invoices too."""
    form = TypedPayment(customer=customer, on=clock.today(company.time_zone).isoformat())
    _look_up(form, company, {}, seen="")
    if form.whose:
        form.customer = customer_field.label(form.whose)
    return form


def read(post: QueryDict, company: Company) -> TypedPayment:
    """Return the form as it was sent, beside the invoices as they are now; nothing of it is believed yet."""
    columns = [post.getlist(f"share-{name}") for name in ("item", "amount", "discount")]
    shares = {item: (amount, discount) for item, amount, discount in zip_longest(*columns, fillvalue="")}
    form = TypedPayment(
        by_hand=post.get("how") == "hand",
        is_prepayment="is_prepayment" in post,
        mail="mail" in post,
        press=submission_key(post),
    )
    for name in _TEXTS:
        setattr(form, name, post.get(name, ""))
    _look_up(form, company, shares, seen=post.get("shown", ""))
    return form


def _look_up(
    form: TypedPayment, company: Company, shares: Mapping[str, tuple[str, str]], *, seen: str
) -> None:
    """Find the customer and their open invoices, and what each of them gets."""
    with suppress(InvalidInput):  # said when it is recorded
        form.whose = customer_field.find_customer(company, form.customer)
    if form.whose is None:
        return
    form.whose.company = company
    today, currency = clock.today(company.time_zone), form.currency
    on = today
    with suppress(InvalidInput):
        on = parsing.day(form.on) or today
    owed = receiving.debts(form.whose, on=on)
    if not seen.startswith(f"{form.whose.pk}:"):
        form.to = "\n".join(form.whose.invoice_emails)
    form.rows = [InvoiceRow(debt, currency, max((today - debt.invoice.due_on).days, 0)) for debt in owed]
    form.seen = seen == form.mark
    if form.by_hand and form.seen:
        for row in form.rows:
            row.amount, row.discount = shares.get(str(row.key), ("", ""))
        open_now = {str(row.key) for row in form.rows}
        form.gone = sum(any(share) for key, share in shares.items() if key not in open_now)
        return
    by_itself = {share.item: share for share in receiving.spread(form.received.minor, owed)}
    for row in form.rows:
        share = by_itself.get(row.key, Share(row.key, 0))
        row.amount = parsing.written(Money(share.amount, currency))
        row.discount = parsing.written(Money(share.discount, currency))


def _readable(text: str, currency: str) -> Money:
    try:
        return amounts.amount(text, currency)
    except InvalidInput:
        return Money.zero(currency)
