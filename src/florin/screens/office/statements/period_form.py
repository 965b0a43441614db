"""What staff ask of a statement: its type and days, as entered, and what is wrong with them."""

from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from florin.domain.companies.models import Company
from florin.domain.statements.composing import Period
from florin.domain.statements.models import Type
from florin.flows import send_statement
from florin.kernel import clock
from florin.kernel.errors import Refusal
from florin.screens.office.shared import parsing
from florin.screens.office.shared.parsing import InvalidInput


@dataclass(frozen=True, slots=True)
class PeriodForm:
    """The fields as entered; ``period`` is what they mean, or ``problem`` says why they mean nothing."""

    type: Type
    begin_on: str
    end_on: str
    period: Period | None
    problem: str

    @property
    def types(self) -> list[Type]:
        """All types, for the choice."""
        return list(Type)


def read(sent: QueryDict, company: Company, *, begin_on: date | None = None) -> PeriodForm:
    """Read the fields; what is missing is the open items, until today, from ``begin_on``."""
    name = sent.get("type", "")
    kind = Type(name) if name in set(Type) else Type.OPEN_ITEMS
    today = clock.today(company.time_zone)
    first = (begin_on or today.replace(day=1)).isoformat()
    begin, end = sent.get("begin_on", first), sent.get("end_on", today.isoformat())
    try:
        last = parsing.day(end) or today
        period = send_statement.period(company, kind, begin_on=_begin(kind, begin), end_on=last)
    except (InvalidInput, Refusal) as problem:
        return PeriodForm(kind, begin, end, None, str(problem))
    return PeriodForm(kind, begin, end, period, "")


def _begin(kind: Type, text: str) -> date | None:
    """Read the first day, which the open items have none of, whatever stands in the field."""
    return None if kind == Type.OPEN_ITEMS else parsing.day(text)
