"""The customer form: its fields, what it begins with, and what others saved while somebody typed."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.companies.models import Company
from florin.domain.customers import rules
from florin.domain.customers import services as customers
from florin.domain.customers.models import Customer
from florin.domain.customers.services import CustomerDraft
from florin.kernel import cards
from florin.kernel.money import Money
from florin.screens.office.shared import parsing
from florin.screens.office.shared.fields import (
    AddressesField,
    AmountField,
    CurrencyField,
    DaysField,
    OptionField,
    TextField,
)
from florin.screens.office.shared.forms import OfficeForm

_SWITCHES = ("links_enabled", "automatic_invoices")


class CustomerForm(OfficeForm):
    """A customer as typed; ``saved`` is what others saved meanwhile, field by field."""

    name = TextField(
        label=gettext_lazy("Name"), longest=rules.longest("name"), missing=gettext_lazy("Give a name.")
    )
    number = TextField(
        label=gettext_lazy("Number"),
        longest=rules.longest("number"),
        help_text=gettext_lazy("Empty means: the next one in the series."),
    )
    phone = TextField(label=gettext_lazy("Phone"), longest=rules.longest("phone"), mode="tel")
    bill_to = TextField(label=gettext_lazy("Bill to"), longest=rules.longest("bill_to"), lines=3)
    ship_to = TextField(
        label=gettext_lazy("Ship to"),
        longest=rules.longest("ship_to"),
        lines=3,
        help_text=gettext_lazy("Empty means: the same address."),
    )
    invoice_emails = AddressesField(
        label=gettext_lazy("Send invoices to"),
        lines=3,
        help_text=gettext_lazy("One address a line, or with commas between."),
    )
    statement_emails = AddressesField(
        label=gettext_lazy("Send statements to"),
        lines=3,
        help_text=gettext_lazy("One address a line, or with commas between."),
    )
    terms_days = DaysField(label=gettext_lazy("Terms (days)"), missing=DaysField.outside)
    currency = CurrencyField(label=gettext_lazy("Currency"))
    credit_limit = AmountField(
        label=gettext_lazy("Credit limit"),
        help_text=gettext_lazy("Empty means: none."),
        error_messages={"negative": gettext_lazy("A credit limit cannot be negative.")},
    )
    language = OptionField(
        label=gettext_lazy("Language of documents and mails"),
        options=settings.LANGUAGES,
        other=gettext_lazy("Choose a language."),
    )
    tax_id = TextField(label=gettext_lazy("Tax ID"), longest=rules.longest("tax_id"))
    note = TextField(
        label=gettext_lazy("Notes"),
        longest=rules.longest("note"),
        lines=3,
        help_text=gettext_lazy("For your colleagues only; never printed. Never a card number."),
    )
    links_enabled = forms.BooleanField(label=gettext_lazy("Enable payment links"), required=False)
    automatic_invoices = forms.BooleanField(label=gettext_lazy("Send invoices automatically"), required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        company: Company,
        customer: Customer | None = None,
        may_switch: bool = True,
    ) -> None:
        """Make the form of a customer as saved, or of a new one on the company's terms, or as it was sent.

        Who may not move the switches (R9) leaves them as they are.
        """
        if data is not None and customer is not None and not data.get("currency"):
            data = data.copy()
            data["currency"] = customer.currency  # shown, and not to be changed any more
        initial = _saved(customer) if customer else asdict(customers.draft_of_new(company))
        seen = customers.mark(customer) if customer else ""
        super().__init__(data, company=company, currency="", initial=initial, seen=seen)
        self.saved: dict[str, str] = {}
        if customer is not None:
            self.fields["number"].help_text = _("Empty means: as it was.")
        for name in _SWITCHES:
            self.fields[name].disabled = not may_switch

    def clean_currency(self) -> str:
        """Read the credit limit in the currency that was typed."""
        currency: str = self.cleaned_data["currency"]
        self.use_currency(currency)
        return currency

    def draft(self) -> CustomerDraft:
        """Return what was meant, once the form is valid."""
        limit = self.cleaned_data["credit_limit"]
        return CustomerDraft(**{**self.cleaned_data, "credit_limit": None if limit is None else limit.minor})

    def compare(self, customer: Customer) -> None:
        """Note what is saved now wherever it is not what is meant here, and take it as seen."""
        self.seen = customers.mark(customer)
        now = CustomerForm(company=self.company, customer=customer)
        now.use_currency(customer.currency)
        names = [name for name in now.fields if name not in _SWITCHES]
        differs = (name for name in names if now.readable(name) != self.cleaned_data[name])
        self.saved = {name: now.value(name) or "-" for name in differs}


def _saved(customer: Customer) -> dict[str, Any]:
    cards.vouch(customers.field_texts(customer).values())
    limit = customer.credit_limit
    saved = {name: getattr(customer, name) for name in CustomerForm.base_fields}
    shown = "" if limit is None else parsing.as_typed(Money(limit, customer.currency).decimal)
    return {**saved, "credit_limit": shown}
