"""Invoices and credits of another program by their balances: a row each, and only the balance is owed.

An open invoice becomes an invoice with one line, "Balance brought forward". One that was paid in part gets
two: its total, and what was paid before; they come to what is still owed. One that was paid comes to nothing
and is there to be looked up. What was paid elsewhere is no payment here: docs/adr/0022 says why.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.credits import importing as credits_
from florin.domain.credits.importing import OldCredit
from florin.domain.credits.models import Credit
from florin.domain.customers import importing as customers
from florin.domain.customers import rules
from florin.domain.customers.models import Customer
from florin.domain.import_runs.models import ImportRun
from florin.domain.invoices import importing as invoices
from florin.domain.invoices.importing import OldInvoice
from florin.domain.orders import importing as orders
from florin.domain.orders.importing import OldOrder, Written
from florin.domain.orders.models import Order
from florin.domain.orders.services import LineDraft
from florin.flows import expire_sessions
from florin.flows.importing import limits
from florin.flows.importing.limits import Sorted
from florin.flows.importing.records import Reader, Record
from florin.flows.importing.row_reading import RowReading
from florin.kernel import amounts, texts
from florin.kernel.errors import Refusal
from florin.kernel.folding import fold
from florin.kernel.money import Money

_LONGEST_NUMBER = 18  # an order's number is its invoice's with "W-" before it
_STAYS_OUT = ("draft", "submitted", "voided", "void", "deleted", "borrador", "anulada")
_CREDITS = ("credit", "payment", "deposit", "nota de crédito")


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """An invoice or a credit as a row says it; amounts are not negative, and in the customer's currency."""

    credit: bool
    customer: Customer
    number: str
    issued_on: date
    due_on: date | None
    po_number: str
    total: Money
    balance: Money
    reason: str

    @property
    def key(self) -> str:
        """What tells it from others."""
        return f"{self.credit} {self.number}"

    @property
    def title(self) -> str:
        """What people call it."""
        return self.number


class BalanceImporter:
    """Takes rows of a file for invoices and credits of a company."""

    def __init__(self, company: Company, reader: Reader, *, over_limit: str) -> None:
        self._company, self._reader, self._over_limit = company, reader, over_limit
        self._ambiguous = _differing(reader)
        self._by_number: dict[str, Customer] = {}
        self._by_name: dict[str, list[Customer]] = {}
        self._invoices: dict[str, invoices.Known] = {}
        self._credits: dict[str, credits_.Known] = {}
        self._limits = limits.Limits()
        self._passed = Sorted()

    def prepare(self, records: Sequence[Record]) -> None:
        """Look up whose some rows are, and what of them is here already."""
        names, numbers = set(), []
        for record in records:
            with suppress(Refusal):
                names.add(self._reader.number(record, "customer"))
                numbers.append(self._reader.number(record, "number"))
        self._by_number = customers.known(self._company, names)
        self._by_name = customers.named(self._company, names)
        self._limits.load(
            [*self._by_number.values(), *(one for some in self._by_name.values() for one in some)]
        )
        self._invoices = invoices.known(self._company, numbers)
        self._credits = credits_.known(self._company, numbers)
        self._passed = Sorted()

    def read(self, record: Record) -> BalanceRow:
        """Return what a row says.

        Raises:
            Refusal: with all that is wrong with it.
        """
        row = RowReading(self._reader, record)
        customer = row.attempt("customer", lambda: self._customer(record), nothing=None)
        number = row.attempt("number", lambda: self._number(record), nothing="")
        issued_on = row.attempt("issued_on", lambda: self._issued_on(record), nothing=None)
        due_on = row.attempt("due_on", lambda: self._reader.day(record, "due_on"), nothing=None)
        po_number = row.read("po_number", _po_number, nothing="")
        reason = row.read("reason", _reason, nothing="")
        currency = row.read("currency", rules.currency, nothing="")
        row.demand(
            holds=self._reader.text(record, "status").casefold() not in _STAYS_OUT,
            sentence=_("It is a draft, or void."),
        )
        row.demand(
            holds=not (issued_on and due_on and due_on < issued_on),
            sentence=_("It is due before its own date."),
        )
        row.demand(
            holds=f"{self._reader.text(record, 'type')} {number}" not in self._ambiguous or not number,
            sentence=_("Several rows have this number, and they do not say the same."),
        )
        if customer is None or issued_on is None:
            row.finish()
            raise Refusal(_("The row has no customer, or no date."))
        row.demand(
            holds=currency in {"", customer.currency},
            sentence=_("The customer is kept in %(currency)s.") % {"currency": customer.currency},
        )
        zero = Money(0, customer.currency)
        credit, total, balance = row.attempt(
            "balance", lambda: self._amounts(record, customer), nothing=(False, zero, zero)
        )
        row.finish()
        return BalanceRow(
            credit=credit,
            customer=customer,
            number=number,
            issued_on=issued_on,
            due_on=due_on,
            po_number=po_number,
            total=total,
            balance=balance,
            reason=reason or (_("Credit brought forward") if credit else ""),
        )

    def is_here(self, row: BalanceRow) -> bool:
        """Whether it is here already, of the same customer and over the same balance.

        Raises:
            Refusal: if it is here otherwise, or passes the customer's credit limit.
        """
        old = self._credits.get(row.number) if row.credit else self._invoices.get(row.number)
        if old is None:
            self._check_limit(row)
            return False
        if (fold(old.customer), old.total) == (row.customer.folded, row.balance.minor):
            return True
        raise Refusal(
            _("%(number)s is here already, of customer %(customer)s over %(amount)s.")
            % {
                "number": row.number,
                "customer": old.customer,
                "amount": Money(old.total, row.customer.currency).decimal,
            }
        )

    def count(self, rows: Sequence[tuple[Record, BalanceRow]]) -> dict[str, int]:
        """Return how many open invoices, paid ones and credits some rows would make."""
        billed = [row for _record, row in rows if not row.credit]
        return {
            "invoices": sum(bool(row.balance) for row in billed),
            "paid": sum(not row.balance for row in billed),
            "credits": len(rows) - len(billed),
        }

    def write(self, run: ImportRun, rows: Sequence[tuple[Record, BalanceRow]]) -> None:
        """Make invoices and credits in the caller's transaction."""
        billed = [(record, row) for record, row in rows if not row.credit]
        written = orders.write_many(
            self._company, [_order(row, submission=f"{run.key}:{record.line}") for record, row in billed]
        )
        invoices.issue_many(
            self._company,
            [_invoice(one, row) for one, (_record, row) in zip(written, billed, strict=True)],
            by=run.made_by,
        )
        limits.note(self._company, written, self._passed, reason=self._over_limit, actor=run.made_by)
        given = credits_.give_many(
            self._company,
            [_credit(row, submission=f"{run.key}:{record.line}") for record, row in rows if row.credit],
            by=run.made_by,
        )
        expire_sessions.expire_wanting(credit.item_id for credit in given if credit.item_id)
        self._limits = limits.Limits()  # what was booked counts from now on by itself

    def _customer(self, record: Record) -> Customer:
        """Return the customer whose number, or else whose name, a row gives."""
        text = self._reader.number(record, "customer")
        if not text:
            raise Refusal(_("The row names no customer."))
        found = self._by_number.get(fold(text))
        named = [found] if found else self._by_name.get(fold(text), [])
        if len(named) > 1:
            raise Refusal(_("Several customers have this name. Give the number of the one that is meant."))
        if not named:
            raise Refusal(
                _("No customer has the number or the name “%(text)s”. Import customers first.")
                % {"text": text[:60]}
            )
        return named[0]

    def _number(self, record: Record) -> str:
        number = self._reader.number(record, "number")
        if not number:
            raise Refusal(_("The row has no number. Give it one, and load it again."))
        texts.check(number, longest=_LONGEST_NUMBER)
        return number

    def _issued_on(self, record: Record) -> date:
        day = self._reader.day(record, "issued_on")
        if day is None:
            raise Refusal(_("The row has no date."))
        return day

    def _amounts(self, record: Record, customer: Customer) -> tuple[bool, Money, Money]:
        """Return whether a row is a credit, what it was over, and what is open on it; both not negative."""
        currency = customer.currency
        balance = self._reader.amount(record, "balance", currency=currency)
        total = self._reader.amount(record, "total", currency=currency)
        if balance is None and total is None:
            raise Refusal(_("The amount is missing."))
        balance = total if balance is None else balance
        total = balance if total is None else total
        assert balance is not None  # noqa: S101 - one of them was given
        assert total is not None  # noqa: S101 - likewise
        credit = self._reader.kind is ImportRun.Kind.CREDITS
        if not credit and (balance.minor < 0 or (balance.minor == 0 and total.minor < 0)):
            credit, balance, total = True, -balance, -total
        elif self._reader.text(record, "type").casefold().startswith(_CREDITS):
            credit = True
        if credit and balance.minor <= 0:
            raise Refusal(_("Nothing is open on this credit."))
        if not total and not balance:
            raise Refusal(_("The invoice is over nothing."))
        if balance > total:
            raise Refusal(_("More is open than the invoice was over."))
        for amount in (balance, total):
            amounts.check(amount.decimal, whole=amounts.PRICE_DIGITS, places=amounts.PRICE_PLACES)
        return credit, total, balance

    def _check_limit(self, row: BalanceRow) -> None:
        over = self._limits.over(row.customer, -row.balance if row.credit else row.balance)
        if over and not self._over_limit:
            raise Refusal(
                _("It passes the customer's credit limit by %(amount)s. Give a reason to let it pass.")
                % {"amount": over.decimal}
            )
        if over:
            self._passed.over[row.number] = over
        self._limits.add(row.customer, -row.balance if row.credit else row.balance)


def _differing(reader: Reader) -> set[str]:
    """Return the types and numbers of rows that do not say the same: nobody knows which of them is right."""
    said: dict[str, tuple[tuple[str, ...], ...]] = {}
    differing = set()
    for record in reader.records():
        number = f"{reader.text(record, 'type')} {reader.text(record, 'number')}"
        values = tuple(tuple(map(str, cells)) for _name, cells in sorted(record.values.items()))
        if not record.own and said.setdefault(number, values) != values:
            differing.add(number)
    return differing


def _order(row: BalanceRow, *, submission: str) -> OldOrder:
    with translation.override(row.customer.language):
        lines = _lines(row)
    return OldOrder(
        customer=row.customer,
        number=f"W-{row.number}",
        submission=submission,
        ordered_on=row.issued_on,
        ship_to="",
        po_number=row.po_number,
        lines=lines,
        products={},
    )


def _lines(row: BalanceRow) -> list[LineDraft]:
    paid = row.total - row.balance
    if not paid:
        return [_line(_("Balance brought forward"), Decimal(1), row.total)]
    return [
        _line(_("Total of the invoice"), Decimal(1), row.total),
        _line(_("Paid before it was brought forward"), Decimal(-1), paid),
    ]


def _line(description: str, quantity: Decimal, amount: Money) -> LineDraft:
    return LineDraft(
        code="", description=description, quantity=quantity, unit="each", unit_price=amount.decimal
    )


def _invoice(written: Written, row: BalanceRow) -> OldInvoice:
    return OldInvoice(written, row.number, datetime.combine(row.issued_on, time()), due_on=row.due_on)


def _credit(row: BalanceRow, *, submission: str) -> OldCredit:
    return OldCredit(
        customer=row.customer,
        number=row.number,
        given_on=row.issued_on,
        amount=row.balance.minor,
        reason=row.reason,
        submission=submission,
    )


def _po_number(text: str) -> str:
    texts.check_field(Order, "po_number", text)
    return text


def _reason(text: str) -> str:
    texts.check_field(Credit, "reason", text)
    return text
