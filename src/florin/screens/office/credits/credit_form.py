"""The form of a credit: what was typed, kept as typed, and what it means once every field is right."""

from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.credits import services as credits_
from florin.domain.credits.models import Credit
from florin.domain.credits.services import CreditDraft
from florin.domain.customers.models import Customer
from florin.kernel import cards, clock
from florin.kernel.money import Money
from florin.screens.office.shared import amounts, customer_field, parsing
from florin.screens.office.shared.parsing import InvalidInput
from florin.screens.office.shared.submissions import new_submission, submission_key

LONGEST_REASON = 200


@dataclass(slots=True)
class TypedCredit:
    """A credit as typed; ``errors`` holds a sentence per field."""

    customer: str = ""
    amount: str = ""
    given_on: str = ""
    reason: str = ""
    seen: str = ""
    press: str = field(default_factory=new_submission)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def wrong(self) -> int:
        """How many fields need another look."""
        return len(self.errors)

    def draft(self, company: Company) -> CreditDraft | None:
        """Return what was meant, or None with a sentence at each field that is wrong."""
        customer = self._customer(company)
        amount = self._amount(customer.currency if customer else company.currency)
        given_on = self._given_on(company)
        reason = self._reason()
        if customer is None or amount is None or given_on is None or self.errors:
            return None
        return CreditDraft(customer_id=customer.pk, amount=amount, given_on=given_on, reason=reason)

    def _customer(self, company: Company) -> Customer | None:
        try:
            return customer_field.find_customer(company, self.customer)
        except InvalidInput as problem:
            self.errors["customer"] = str(problem)
            return None

    def _amount(self, currency: str) -> Money | None:
        try:
            return amounts.positive_amount(self.amount, currency)
        except InvalidInput as problem:
            self.errors["amount"] = str(problem)
            return None

    def _given_on(self, company: Company) -> date | None:
        try:
            return given_on(self.given_on, company)
        except InvalidInput as problem:
            self.errors["given_on"] = str(problem)
            return None

    def _reason(self) -> str:
        try:
            return reason(self.reason)
        except InvalidInput as problem:
            self.errors["reason"] = str(problem)
            return ""


def given_on(text: str, company: Company) -> date:
    """Read the day of a credit; nothing typed is today.

    Raises:
        InvalidInput: if there is no such day, or it is yet to come.
    """
    return past(parsing.day(text), company)


def past(day: date | None, company: Company) -> date:
    """Return the day of a credit, which without one is today.

    Raises:
        InvalidInput: if it is yet to come, or too long ago to be right.
    """
    today = clock.today(company.time_zone)
    read = day or today
    if read.year < parsing.FIRST_YEAR:
        raise InvalidInput(_("This date is too far away to be right."))
    if read > today:
        raise InvalidInput(_("This day is yet to come."))
    return read


def reason(text: str) -> str:
    """Read what a credit is for.

    Raises:
        InvalidInput: if nothing is said, or too much.
    """
    if not text.strip():
        raise InvalidInput(_("Say what it is for."))
    return parsing.words(text, longest=LONGEST_REASON)


def blank(company: Company, customer: Customer | None) -> TypedCredit:
    """Return the form of a new credit, for a customer if one is known."""
    return TypedCredit(
        customer=customer_field.label(customer) if customer else "",
        given_on=clock.today(company.time_zone).isoformat(),
    )


def read(post: QueryDict) -> TypedCredit:
    """Return the form as it was sent; nothing of it is believed yet."""
    names = ("customer", "amount", "given_on", "reason", "seen")
    customer, amount_, given, why, seen = (post.get(name, "").replace("\x00", "") for name in names)
    return TypedCredit(customer, amount_, given, why, seen=seen, press=submission_key(post))


def of(credit: Credit) -> TypedCredit:
    """Return the form of a credit as saved."""
    cards.vouch([credit.reason])
    return TypedCredit(
        customer=customer_field.label(credit.customer),
        amount=parsing.written(Money(credit.amount, credit.currency)),
        given_on=credit.given_on.isoformat(),
        reason=credit.reason,
        seen=credits_.mark(credit),
    )
