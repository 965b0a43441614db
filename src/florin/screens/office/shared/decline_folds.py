"""Telling the cards that were declined at a link as one line, with what else came of the same tries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from florin.domain.activity.models import Activity

Kind = Activity.Kind
TRIES = [Kind.CHECKOUT_STARTED, Kind.CARD_DECLINED]
_OF_A_TRY = {Kind.CHECKOUT_STARTED, Kind.CHECKOUT_FAILED}


@dataclass(frozen=True, slots=True)
class Fold:
    """How many declines one line tells of, and when the first of them was."""

    declines: int
    since: datetime


def fold(happened: Sequence[Activity]) -> tuple[list[Activity], Mapping[UUID, Fold]]:
    """Return what is still shown of a list, the latest first, and by its key what each such line tells of.

    Of several declines at one link the latest stays; that their tries began and ended is left out with them.
    """
    declines: dict[object, list[Activity]] = {}
    for entry in happened:
        if entry.kind == Kind.CARD_DECLINED and entry.about.get("link"):
            declines.setdefault(entry.about["link"], []).append(entry)
    several = [entries for entries in declines.values() if len(entries) > 1]
    folded = {entry.pk for entries in several for entry in entries[1:]}
    tries = {UUID(str(entry.about["attempt"])) for entries in several for entry in entries}
    shown = [
        entry
        for entry in happened
        if entry.pk not in folded and not (entry.kind in _OF_A_TRY and tries.intersection(entry.subjects))
    ]
    return shown, {entries[0].pk: Fold(len(entries), entries[-1].at) for entries in several}
