"""The customer form: what was typed, kept as typed, and what it means once every field is right."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from babel.numbers import is_currency
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.customers import services as customers
from florin.domain.customers.models import Customer
from florin.domain.customers.services import CustomerDraft
from florin.flows import send_documents
from florin.kernel import cards
from florin.kernel.errors import Refusal
from florin.kernel.money import Money, exponent
from florin.screens.office.shared import parsing
from florin.screens.office.shared.parsing import InvalidInput

_MOST_DAYS = 365
_TEXTS = ("number", "name", "bill_to", "ship_to", "phone", "tax_id", "note", "terms_days", "credit_limit")
_NAMES = (*_TEXTS, "invoice_emails", "statement_emails", "currency", "language")
_SWITCHES = ("links_enabled", "automatic_invoices")


@dataclass(slots=True)
class TypedCustomer:
    """A customer as typed; ``errors`` holds a sentence per field, ``saved`` what others saved meanwhile."""

    number: str = ""
    name: str = ""
    bill_to: str = ""
    ship_to: str = ""
    phone: str = ""
    tax_id: str = ""
    note: str = ""
    invoice_emails: str = ""
    statement_emails: str = ""
    terms_days: str = ""
    credit_limit: str = ""
    currency: str = ""
    language: str = "en"
    links_enabled: bool = True
    automatic_invoices: bool = True
    seen: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    saved: dict[str, str] = field(default_factory=dict)

    @property
    def wrong(self) -> int:
        """How many fields need another look."""
        return len(self.errors)

    def draft(self) -> CustomerDraft | None:
        """Return what was meant, or None with a sentence at each field that is wrong."""
        read = self._read
        currency = str(read("currency", self._currency) or "")
        draft = {
            "number": read("number", lambda: parsing.words(self.number, longest=20)),
            "name": read("name", self._name),
            "bill_to": read("bill_to", lambda: parsing.words(self.bill_to, longest=400)),
            "ship_to": read("ship_to", lambda: parsing.words(self.ship_to, longest=400)),
            "phone": read("phone", lambda: parsing.words(self.phone, longest=40)),
            "tax_id": read("tax_id", lambda: parsing.words(self.tax_id, longest=40)),
            "note": read("note", lambda: parsing.words(self.note, longest=1000)),
            "invoice_emails": read("invoice_emails", lambda: _addresses(self.invoice_emails)),
            "statement_emails": read("statement_emails", lambda: _addresses(self.statement_emails)),
            "terms_days": read("terms_days", self._terms_days),
            "credit_limit": read("credit_limit", lambda: self._credit_limit(currency)),
            "language": read("language", self._language),
        }
        if self.errors:
            return None
        return CustomerDraft(
            **draft,  # type: ignore[arg-type]  # each value as its reader gave it
            currency=currency,
            links_enabled=self.links_enabled,
            automatic_invoices=self.automatic_invoices,
        )

    def compare(self, customer: Customer) -> None:
        """Note what is saved now wherever it is not what is typed here, and take it as seen."""
        self.seen = customers.mark(customer)
        now = of(customer)
        self.saved = {
            name: getattr(now, name) or "-"
            for name in _NAMES
            if getattr(now, name) != getattr(self, name).strip()
        }

    def _read(self, name: str, reader: Callable[[], object]) -> object:
        try:
            return reader()
        except (InvalidInput, Refusal) as problem:
            self.errors[name] = str(problem)
            return None

    def _name(self) -> str:
        if not self.name.strip():
            raise InvalidInput(_("Give a name."))
        return parsing.words(self.name, longest=120)

    def _currency(self) -> str:
        code = self.currency.strip().upper()
        if not code.isascii() or not is_currency(code):
            raise InvalidInput(_("This is not a currency; write it like USD."))
        return code

    def _terms_days(self) -> int:
        text = self.terms_days.strip()
        if (
            not (text.isascii() and text.isdigit())
            or len(text) > len(str(_MOST_DAYS))
            or int(text) > _MOST_DAYS
        ):
            raise InvalidInput(_("Give a number of days from 0 to 365."))
        return int(text)

    def _credit_limit(self, currency: str) -> int | None:
        if not self.credit_limit.strip() or not currency:
            return None
        amount = parsing.decimal(self.credit_limit, whole=12, places=exponent(currency))
        if amount < Decimal(0):
            raise InvalidInput(_("A credit limit cannot be negative."))
        return int(amount.scaleb(exponent(currency)))

    def _language(self) -> str:
        if self.language not in dict(settings.LANGUAGES):
            raise InvalidInput(_("Choose a language."))
        return self.language


def blank(company: Company) -> TypedCustomer:
    """Return the form of a new customer, on the company's terms."""
    return TypedCustomer(terms_days=str(company.terms_days), currency=company.currency)


def read(post: QueryDict) -> TypedCustomer:
    """Return the form as it was sent; nothing of it is believed yet."""
    texts = {name: post.get(name, "") for name in (*_NAMES, "seen")}
    switches = {name: name in post for name in _SWITCHES}
    return TypedCustomer(**texts, **switches)  # type: ignore[arg-type]  # texts and switches by their names


def of(customer: Customer) -> TypedCustomer:
    """Return the form of a customer as saved."""
    cards.vouch(customers.field_texts(customer).values())
    limit = customer.credit_limit
    return TypedCustomer(
        number=customer.number,
        name=customer.name,
        bill_to=customer.bill_to,
        ship_to=customer.ship_to,
        phone=customer.phone,
        tax_id=customer.tax_id,
        note=customer.note,
        invoice_emails="\n".join(customer.invoice_emails),
        statement_emails="\n".join(customer.statement_emails),
        terms_days=str(customer.terms_days),
        credit_limit="" if limit is None else parsing.as_typed(Money(limit, customer.currency).decimal),
        currency=customer.currency,
        language=customer.language,
        links_enabled=customer.links_enabled,
        automatic_invoices=customer.automatic_invoices,
        seen=customers.mark(customer),
    )


def _addresses(text: str) -> tuple[str, ...]:
    return send_documents.addresses([text]) if text.strip() else ()
