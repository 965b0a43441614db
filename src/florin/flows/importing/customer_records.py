"""Customers from a file: each row read by the rules of the form, compared with who is here, and made once."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import partial

from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.customers import importing as customers
from florin.domain.customers import rules
from florin.domain.customers.models import Customer
from florin.domain.customers.services import CustomerDraft, draft_of_new, field_texts
from florin.domain.import_runs import services as import_runs
from florin.domain.import_runs.models import ImportRun, MadeRecord
from florin.flows import send_documents
from florin.flows.importing.record_fields import KINDS
from florin.flows.importing.records import Reader, Record
from florin.flows.importing.row_reading import RowReading
from florin.kernel.directions import plain
from florin.kernel.errors import Refusal
from florin.kernel.folding import fold

_LABELLED = re.compile(r"(Phone|Mobile|Fax|Other|Pager):\s*", re.IGNORECASE)
_NET = re.compile(r"(?:net|n)?\s*(\d{1,3})\s*(?:days?|días?|dias?)?", re.IGNORECASE)
_AT_ONCE = ("due on receipt", "upon receipt", "on receipt", "cod", "c.o.d.", "prepaid", "cash", "contado")
_FROM_ISSUE = (
    "",
    "days after",
    "days after invoice date",
    "daysafterbilldate",
    "days after the invoice date",
)
_LANGUAGES = {"en": "en", "english": "en", "es": "es", "español": "es", "spanish": "es"}


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer as a row says it; ``given`` are the fields that it says something about."""

    draft: CustomerDraft
    given: frozenset[str]

    @property
    def key(self) -> str:
        """What tells it from others: the number, else the name."""
        return f"number {fold(self.draft.number)}" if self.draft.number else f"name {fold(self.draft.name)}"

    @property
    def title(self) -> str:
        """What people call it."""
        return self.draft.number or self.draft.name


class CustomerImporter:
    """Takes rows of a file for customers of a company."""

    def __init__(self, company: Company, reader: Reader) -> None:
        self._company, self._reader = company, reader
        self._by_number: dict[str, Customer] = {}
        self._by_name: dict[str, list[Customer]] = {}

    def prepare(self, records: Sequence[Record]) -> None:
        """Look up who of some rows is here already."""
        numbers = set()
        for record in records:
            with suppress(Refusal):
                numbers.add(self._reader.number(record, "number"))
        names = {plain(self._reader.text(record, "name")) for record in records}
        self._by_number = customers.known(self._company, numbers)
        self._by_name = customers.named(self._company, names)

    def read(self, record: Record) -> CustomerRow:
        """Return what a row says.

        Raises:
            Refusal: with all that is wrong with it.
        """
        row = RowReading(self._reader, record)
        new = draft_of_new(self._company)
        currency = row.read("currency", rules.currency, nothing=new.currency)
        phone, other_phones = _phones(self._reader.text(record, "phone"))
        note = [*self._reader.lines(record, "note"), *other_phones]
        limit = row.attempt(
            "credit_limit",
            lambda: self._reader.amount(record, "credit_limit", currency=currency),
            nothing=None,
        )
        draft = CustomerDraft(
            number=row.attempt("number", lambda: self._text(record, "number"), nothing=""),
            name=row.read("name", lambda text: plain(rules.text("name", text)), nothing=""),
            bill_to=row.attempt("bill_to", lambda: self._address(record, "bill"), nothing=""),
            ship_to=row.attempt("ship_to", lambda: self._address(record, "ship"), nothing=""),
            phone=row.attempt("phone", lambda: rules.text("phone", phone), nothing=""),
            tax_id=row.read("tax_id", partial(rules.text, "tax_id"), nothing=""),
            note=row.attempt("note", lambda: rules.text("note", "\n".join(note)), nothing=""),
            invoice_emails=row.attempt(
                "invoice_emails", lambda: self._emails(record, "invoice_emails"), nothing=()
            ),
            statement_emails=row.attempt(
                "statement_emails", lambda: self._emails(record, "statement_emails"), nothing=()
            ),
            terms_days=row.attempt("terms", lambda: self._terms(record, new.terms_days), nothing=0),
            credit_limit=row.attempt(
                "credit_limit", lambda: None if limit is None else rules.credit_limit(limit), nothing=None
            ),
            currency=currency,
            language=row.read("language", _language, nothing=new.language),
            links_enabled=new.links_enabled,
            automatic_invoices=new.automatic_invoices,
        )
        row.demand(holds=bool(plain(self._reader.text(record, "name"))), sentence=_("Give a name."))
        row.finish()
        return CustomerRow(draft, _given(self._reader, record))

    def is_here(self, row: CustomerRow) -> bool:
        """Whether the customer is here already and says the same.

        Raises:
            Refusal: if it says something else, or nobody can tell which of several is meant.
        """
        found = self._find(row)
        if found is None:
            return False
        said, new = field_texts(found), field_texts(customers.unsaved(self._company, row.draft))
        labels = KINDS[ImportRun.Kind.CUSTOMERS].by_name
        differs = [
            str(labels["terms" if name == "terms_days" else name].label)
            for name in sorted(row.given)
            if said[name] != new[name]
        ]
        if differs:
            raise Refusal(
                _("Customer %(customer)s is here already and differs: %(fields)s.")
                % {"customer": found.number, "fields": ", ".join(differs)}
            )
        return True

    def count(self, rows: Sequence[tuple[Record, CustomerRow]]) -> dict[str, int]:
        """Return how many of what some rows would make."""
        return {"customers": len(rows)}

    def write(self, run: ImportRun, rows: Sequence[tuple[Record, CustomerRow]]) -> None:
        """Make new customers in the caller's transaction."""
        made = customers.create_many(self._company, [row.draft for _record, row in rows])
        import_runs.note_made(run, MadeRecord.Kind.CUSTOMER, [customer.pk for customer in made])
        activity.note_many(
            self._company.pk,
            activity.Kind.CUSTOMER_CHANGED,
            [([customer.pk], {"number": customer.number, "created": 1}) for customer in made],
            actor=run.made_by,
        )

    def _find(self, row: CustomerRow) -> Customer | None:
        if row.draft.number:
            return self._by_number.get(fold(row.draft.number))
        named = self._by_name.get(fold(row.draft.name), [])
        if len(named) > 1:
            raise Refusal(_("Several customers have this name. Give the number of the one that is meant."))
        return named[0] if named else None

    def _text(self, record: Record, name: str) -> str:
        return rules.text(name, self._reader.number(record, name))

    def _address(self, record: Record, prefix: str) -> str:
        """Put an address together from its lines, and from city, state, ZIP code and country."""
        field = f"{prefix}_to"
        city, state, code, country = (
            self._reader.text(record, f"{prefix}_{part}") for part in ("city", "state", "zip", "country")
        )
        region = " ".join(filter(None, [state, code]))
        parts = [*self._reader.lines(record, field), ", ".join(filter(None, [city, region])), country]
        return rules.text(field, "\n".join(filter(None, parts)))

    def _emails(self, record: Record, name: str) -> tuple[str, ...]:
        lines = self._reader.lines(record, name)
        return send_documents.addresses(lines) if lines else ()

    def _terms(self, record: Record, usual: int) -> int:
        """Return days until an invoice is due: 30, Net 30, or at once for such as Due on receipt."""
        text = self._reader.number(record, "terms")
        rule = self._reader.text(record, "terms_rule").casefold()
        if not text:
            return usual
        if rule not in _FROM_ISSUE:
            raise Refusal(
                _("Terms like “%(text)s” cannot be kept; give a number of days.") % {"text": rule[:40]}
            )
        if text.casefold() in _AT_ONCE:
            return 0
        found = _NET.fullmatch(text)
        if found is None:
            raise Refusal(
                _("Terms like “%(text)s” cannot be kept; give a number of days.") % {"text": text[:40]}
            )
        return rules.terms_days(found[1])


def _given(reader: Reader, record: Record) -> frozenset[str]:
    """Return the fields of a customer that a row says something about, but for the number."""
    said = set()
    for name in record.values:
        if reader.text(record, name):
            said.add(f"{name.split('_')[0]}_to" if _is_part(name) else name)
    if said & {"terms", "terms_rule"}:
        said.add("terms_days")
    return frozenset(said & {field.name for field in fields(CustomerDraft)} - {"number"})


def _is_part(name: str) -> bool:
    prefix, _line, part = name.partition("_")
    return prefix in {"bill", "ship"} and part in {"city", "state", "zip", "country"}


def _phones(text: str) -> tuple[str, list[str]]:
    """Return the first number of a list such as "Phone:(305) 555-0100 Mobile:…", and lines for the others."""
    pieces = _LABELLED.split(text)
    pairs = [(label, number.strip()) for label, number in zip(pieces[1::2], pieces[2::2], strict=True)]
    if not pairs or pieces[0].strip():
        return text, []
    first = next((pair for pair in pairs if pair[0].casefold() == "phone"), pairs[0])
    return first[1], [f"{label}: {number}" for label, number in pairs if (label, number) != first]


def _language(text: str) -> str:
    language = _LANGUAGES.get(text.strip().casefold())
    if language is None:
        raise Refusal(_("Write English or Español."))
    return language
