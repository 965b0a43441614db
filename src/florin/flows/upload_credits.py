"""Credits from a file: read, shown row by row with what is wrong, and written as drafts in one go, once.

file -> rows -> (somebody looks at them) -> drafts, submitted if wished, in one transaction -> timeline
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.credits import services as credits_
from florin.domain.credits.lifecycle import CreditState
from florin.domain.credits.models import Credit
from florin.domain.credits.services import CreditDraft
from florin.domain.staff.models import User
from florin.edges import sheets, spreadsheets
from florin.edges.sheets import Sheet
from florin.edges.spreadsheets import Cell
from florin.flows import give_credit
from florin.kernel.errors import Conflict, Refusal

MOST_ROWS = 1000
MOST_BYTES = 1_000_000
_NEEDED = ("customer", "amount", "reason")
_NAMES = {
    "customer": {"customer", "customer number", "customer no", "customer id", "account", "cliente"}
    | {"número de cliente", "numero de cliente", "nº de cliente"},
    "amount": {"amount", "total", "credit amount", "importe", "monto"},
    "currency": {"currency", "moneda"},
    "date": {"date", "credit date", "fecha"},
    "reason": {"reason", "description", "memo", "note", "motivo", "descripción", "descripcion"},
    "number": {"number", "credit number", "credit no", "número", "numero", "número de crédito"},
}
# Ours, in each language; every reader may upload either.
_HEADINGS = {
    "en": ("customer number", "amount", "currency", "date", "reason", "number"),
    "es": ("número de cliente", "importe", "moneda", "fecha", "motivo", "número"),
}
_BETWEEN_WORDS = re.compile(r"[\s_.#:*-]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: where it stands, and what is in each column that we know."""

    line: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows below the headings, and the headings that mean nothing to us."""

    rows: Sequence[Row]
    unused: Sequence[str]


def headings() -> dict[str, str]:
    """Return what we call each column, in the reader's language."""
    language = (get_language() or "en")[:2]
    return dict(zip(_NAMES, _HEADINGS.get(language, _HEADINGS["en"]), strict=True))


def template() -> IO[bytes]:
    """Return a workbook with the headings and nothing below, open; closing it deletes it."""
    return sheets.xlsx_file([Sheet(_("Credits"), list(headings().values()), [])])


def read(data: bytes) -> Table:
    """Read an uploaded XLSX or CSV file; nothing is saved.

    Raises:
        Refusal: if it cannot be read, is too large, or its first row does not name the columns.
    """
    if len(data) > MOST_BYTES:
        raise Refusal(_("The file is larger than 1 MB. Split it, and upload one part after the other."))
    lines = spreadsheets.read(data, most=MOST_ROWS + 1)
    named = [str(cell) for cell in lines[0].cells] if lines else []
    places = _places(named)
    missing = [name for name in _NEEDED if name not in places]
    if missing:
        raise Refusal(
            _("The first row must name the columns customer number, amount and reason. Take the template.")
        )
    if len(lines) == 1:
        raise Refusal(_("There is nothing below the headings."))
    rows = [
        Row(
            line.number,
            {name: line.cells[place] for name, place in places.items() if place < len(line.cells)},
        )
        for line in lines[1:]
    ]
    known = set(places.values())
    return Table(rows, [name for place, name in enumerate(named) if name and place not in known])


def create(
    company: Company, drafts: Sequence[CreditDraft], *, state: CreditState, press: str, by: User
) -> int:
    """Write all credits as drafts, or submitted, all or none; return how many came of this press.

    ``press`` names the press of the button: pressed twice, even at once, they are written once.

    Raises:
        Conflict: if a number was taken, or a customer changed, since the preview; nothing is written then.
    """
    try:
        return _of_press(company, press) or _create(company, drafts, state, press=press, by=by)
    except IntegrityError:
        written = _of_press(company, press)
        if not written:
            raise Conflict(_("One of these numbers was taken just now. Upload the file again.")) from None
        return written


@transaction.atomic(durable=True)
def _create(
    company: Company, drafts: Sequence[CreditDraft], state: CreditState, *, press: str, by: User
) -> int:
    presses = [f"{press}:{place}" for place in range(len(drafts))]
    written = credits_.create_many(company, drafts, by=by.name, presses=presses, state=state)
    kinds = [activity.Kind.CREDIT_CREATED]
    if state == CreditState.SUBMITTED:
        kinds.append(activity.Kind.CREDIT_SUBMITTED)
    for kind in kinds:
        activity.note_many(
            company.pk,
            kind,
            [give_credit.story(credit, reason=credit.reason) for credit in written],
            actor=by.name,
        )
    return len(written)


def _of_press(company: Company, press: str) -> int:
    return Credit.objects.filter(company=company, press__startswith=f"{press}:").count()


def _places(named: Sequence[str]) -> dict[str, int]:
    """Return in which column each thing stands; of two that mean the same the first counts."""
    places: dict[str, int] = {}
    for place, heading in enumerate(named):
        plain = _BETWEEN_WORDS.sub(" ", heading).strip().casefold()
        for name, known in _NAMES.items():
            if plain in known:
                places.setdefault(name, place)
    return places
