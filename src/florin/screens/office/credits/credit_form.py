"""The form of a credit: its fields, what it begins with, and the rules that uploads keep, too."""

from datetime import date

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.companies.models import Company
from florin.domain.credits import services as credits_
from florin.domain.credits.models import Credit
from florin.domain.credits.services import CreditDraft
from florin.domain.customers.models import Customer
from florin.kernel import cards, clock
from florin.kernel.money import Money
from florin.screens.office.shared import parsing
from florin.screens.office.shared.fields import AmountField, CustomerField, DayField, TextField
from florin.screens.office.shared.forms import OfficeForm
from florin.screens.office.shared.parsing import InvalidInput

LONGEST_REASON = 200
_NO_REASON = gettext_lazy("Say what it is for.")


class CreditForm(OfficeForm):
    """A credit as typed, in its customer's currency; without a date it is of today."""

    customer = CustomerField(label=gettext_lazy("Customer"))
    amount = AmountField(
        label=gettext_lazy("Amount"),
        above_zero=True,
        missing=gettext_lazy("Give a number."),
        help_text=gettext_lazy("In the customer's currency."),
    )
    given_on = DayField(label=gettext_lazy("Date"))
    reason = TextField(
        label=gettext_lazy("Reason"),
        longest=LONGEST_REASON,
        missing=_NO_REASON,
        help_text=gettext_lazy("The customer reads it on statements."),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        company: Company,
        credit: Credit | None = None,
        customer: Customer | None = None,
    ) -> None:
        """Make the form of a credit as saved, or of a new one for a customer, or as it was sent."""
        seen = credits_.mark(credit) if credit else ""
        initial = _saved(credit) if credit else {"customer": customer, "given_on": _today(company)}
        super().__init__(data, company=company, initial=initial, seen=seen)

    def clean_customer(self) -> Customer:
        """Read the amount in the customer's currency."""
        customer: Customer = self.cleaned_data["customer"]
        self.use_currency(customer.currency)
        return customer

    def clean_given_on(self) -> date:
        """Refuse a day that is yet to come."""
        try:
            return past(self.cleaned_data["given_on"], self.company)
        except InvalidInput as problem:
            raise ValidationError(str(problem)) from problem

    def draft(self) -> CreditDraft:
        """Return what was meant, once the form is valid."""
        meant = dict(self.cleaned_data)
        return CreditDraft(customer_id=meant.pop("customer").pk, **meant)


def past(day: date | None, company: Company) -> date:
    """Return the day of a credit, which without one is today.

    Raises:
        InvalidInput: if it is yet to come, or too long ago to be right.
    """
    read = day or _today(company)
    if read.year < parsing.FIRST_YEAR:
        raise InvalidInput(_("This date is too far away to be right."))
    if read > _today(company):
        raise InvalidInput(_("This day is yet to come."))
    return read


def reason(text: str) -> str:
    """Read what a credit is for.

    Raises:
        InvalidInput: if nothing is said, or too much.
    """
    if not text.strip():
        raise InvalidInput(str(_NO_REASON))
    return parsing.words(text, longest=LONGEST_REASON)


def _today(company: Company) -> date:
    return clock.today(company.time_zone)


def _saved(credit: Credit) -> dict[str, object]:
    cards.vouch([credit.reason])
    return {
        "customer": credit.customer,
        "amount": Money(credit.amount, credit.currency),
        "given_on": credit.given_on,
        "reason": credit.reason,
    }
