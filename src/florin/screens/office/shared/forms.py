"""What every form of the office does: it knows its company, and shows what was typed as it was typed."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from florin.domain.companies.models import Company
from florin.kernel.errors import Refusal
from florin.screens.office.shared.fields import AmountField, CustomerField, ParsedField
from florin.screens.office.shared.submissions import new_submission, submission_key


class OfficeForm(forms.Form):
    """A form; sent, it holds ``data``, and nothing of it is believed before ``is_valid``.

    Amounts are in ``currency``, without one in the company's. ``seen`` is the mark of what the form shows,
    by which somebody else's change is noticed. ``submission_key`` counts one press of its button once.
    ``problem`` is what is wrong with the whole.
    """

    problem: Refusal | str = ""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        company: Company,
        currency: str | None = None,
        initial: Mapping[str, Any] | None = None,
        seen: str = "",
    ) -> None:
        """Make the form as it was sent, or a new one that shows ``initial``."""
        super().__init__(data, initial=dict(initial or {}), auto_id="%s")
        self.company = company
        self.seen = seen if data is None else data.get("seen", "")
        self.submission_key = new_submission() if data is None else submission_key(data)
        for each in self.fields.values():
            if isinstance(each, CustomerField):
                each.company = company
        self.use_currency(company.currency if currency is None else currency)

    def use_currency(self, currency: str) -> None:
        """Read amounts in this currency from now on; none while it is not known."""
        for each in self.fields.values():
            if isinstance(each, AmountField):
                each.currency = currency

    @property
    def error_count(self) -> int:
        """How many fields need another look."""
        return len(self.errors)

    @property
    def status(self) -> int:
        """The status of an answer that shows it."""
        if isinstance(self.problem, Refusal):
            return self.problem.status
        return 422 if self.problem or self.errors else 200

    def value(self, name: str) -> str:
        """Return what a field shows: what was typed into it, or what it began with."""
        shown = self[name].value()
        return "" if shown is None else str(shown)

    def readable(self, name: str) -> Any:
        """Return what a field means, or nothing while it cannot be read; no error is noted."""
        with suppress(ValidationError):
            return self.fields[name].clean(self.value(name))
        return None


@dataclass(slots=True)
class FormRow:
    """One row of a table of inputs: what was typed into it, read by fields as those of a form are.

    ``errors`` holds a sentence for each text that cannot be meant. A form of its own for each of two thousand
    lines would take seconds.
    """

    fields: Mapping[str, ParsedField]
    texts: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def clean(self) -> dict[str, Any] | None:
        """Return what each text means, or nothing with a sentence for each that cannot be meant."""
        meant = {}
        for name, each in self.fields.items():
            try:
                meant[name] = each.clean(self.texts.get(name, ""))
            except ValidationError as problem:
                self.errors[name] = problem.messages[0]
        return None if self.errors else meant

    def readable(self, name: str) -> Any:
        """Return what a text means, or nothing while it cannot be read; no error is noted."""
        with suppress(ValidationError):
            return self.fields[name].clean(self.texts.get(name, ""))
        return None
