"""Setup > Company > Numbers: the prefix of each series, and where it goes on; never back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from florin.domain.companies import numbers
from florin.domain.companies.models import Company, Counter
from florin.domain.companies.numbers import FIRST, Series
from florin.kernel import changes
from florin.kernel.errors import Conflict, Refusal

LONGEST_PREFIX = 8
MOST = 999_999_999
_PREFIX = re.compile(r"([A-Z0-9]+(-[A-Z0-9]+)*)?")


class InvalidNumbering(Refusal):
    """A series cannot be so; ``field`` is "prefix" or "next"."""

    def __init__(self, series: Series, field: str, text: str) -> None:
        super().__init__(text)
        self.series, self.field = series, field


@dataclass(frozen=True, slots=True)
class Numbering:
    """How a series goes on; ``given`` if a number of it was ever given out."""

    prefix: str
    next: int
    given: bool = False

    @property
    def number(self) -> str:
        """The next number as it will read."""
        return f"{numbers.begin(self.prefix)}{self.next}"


def numberings_of(company: Company) -> dict[Series, Numbering]:
    """Return how each of a company's series goes on."""
    found = Counter.objects.filter(company=company)
    known = {each.series: Numbering(each.prefix, each.last + 1, each.given) for each in found}
    return {series: known.get(series.value, Numbering(series.value, FIRST)) for series in Series}


def mark(now: Mapping[Series, Numbering]) -> str:
    """Return a short text that changes with a prefix; numbers go on by themselves all the time."""
    return changes.mark({series.value: each.prefix for series, each in now.items()})


def read_prefix(text: str) -> str:
    """Return a prefix in capital letters.

    Raises:
        Refusal: if it cannot be one.
    """
    prefix = text.strip().upper()
    if len(prefix) > LONGEST_PREFIX or not _PREFIX.fullmatch(prefix):
        raise Refusal(_("A prefix has at most 8 letters A to Z and figures, with hyphens between them."))
    return prefix


def change(company: Company, wanted: Mapping[Series, tuple[str, int | None]], *, seen: str) -> dict[str, str]:
    """Set prefix and next number of each series in the caller's transaction, and return what changed.

    A next number of None goes on where it is. What else asks for a number waits until the transaction ends.

    Raises:
        Conflict: if prefixes are others than ``seen`` says; nothing is overwritten.
        InvalidNumbering: if a prefix is none or another series', a number is taken, or would go back.
    """
    numbers.hold(company.pk)
    now = numberings_of(company)
    if mark(now) != seen:
        raise Conflict(_("Somebody else has changed these settings meanwhile. Look at them, then save."))
    meant = {
        series: Numbering(prefix, now[series].next if next_ is None else next_, now[series].given)
        for series, (prefix, next_) in wanted.items()
    }
    _check(company, now, meant)
    for series, each in meant.items():
        if each != now[series]:
            Counter.objects.filter(company=company, series=series.value).update(
                prefix=each.prefix, last=each.next - 1
            )
    return changes.between(_details(now), _details(meant))


def _check(company: Company, now: Mapping[Series, Numbering], meant: Mapping[Series, Numbering]) -> None:
    prefixes: dict[str, Series] = {}
    for series, each in meant.items():
        try:
            read_prefix(each.prefix)
        except Refusal as problem:
            raise InvalidNumbering(series, "prefix", str(problem)) from problem
        if each.prefix in prefixes:
            raise InvalidNumbering(series, "prefix", _("Another series has this prefix. Choose another one."))
        prefixes[each.prefix] = series
        if each != now[series]:
            _check_next(company, series, now[series], each)


def _check_next(company: Company, series: Series, before: Numbering, meant: Numbering) -> None:
    told = {"next": before.next}
    if before.given and meant.next < before.next:
        raise InvalidNumbering(
            series, "next", _("Numbers never go back: the next one is %(next)s or higher.") % told
        )
    if not 1 <= meant.next <= MOST:
        raise InvalidNumbering(series, "next", _("Give a number from 1 to 999,999,999."))
    highest = numbers.highest(company.pk, series, numbers.begin(meant.prefix))
    if meant.next <= highest:
        taken = f"{numbers.begin(meant.prefix)}{highest}"
        words = _("%(number)s is here already: the next one is %(next)s or higher.")
        raise InvalidNumbering(series, "next", words % {"number": taken, "next": highest + 1})


def _details(numberings: Mapping[Series, Numbering]) -> dict[str, str]:
    return {f"{series.name.lower()}_numbers": each.number for series, each in numberings.items()}
