"""The refund form: where the money is taken from, what was typed, and what it brings about (R21)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.domain.refunds.queries import Room, Source
from florin.domain.refunds.services import Wish
from florin.kernel import formats
from florin.kernel.money import Money
from florin.screens.office.shared import amounts, parsing
from florin.screens.office.shared.parsing import InvalidInput
from florin.screens.office.shared.submissions import new_submission, submission_key

_AMOUNT = "amount-"
_LONGEST_REASON = 200


@dataclass(slots=True)
class PlaceRow:
    """One place from which money can be taken, and how much was typed to be taken from it."""

    source: Source
    typed: str = ""
    error: str = ""
    amount: int = 0

    @property
    def name(self) -> str:
        """The name of its field."""
        return f"{_AMOUNT}{self.source.item.pk}"

    @property
    def available(self) -> Money:
        """How much can be taken."""
        return Money(self.source.available, self.source.item.currency)

    @property
    def taken(self) -> Money:
        """How much is to be taken."""
        return Money(self.amount, self.source.item.currency)

    @property
    def after(self) -> Money:
        """What is owed on the invoice then, or what is open of the credit."""
        balance = self.source.item.balance + self.amount
        return Money(abs(balance), self.source.item.currency)

    def read(self) -> None:
        """Take in what was typed; nothing and zero take nothing."""
        try:
            if self.typed.strip(" 0.,"):
                self.amount = amounts.positive_amount(self.typed, self.source.item.currency).minor
        except InvalidInput as problem:
            self.error = str(problem)
        if self.taken > self.available:
            shown = formats.money(self.available, get_language() or "en")
            self.error = _("Only %(amount)s can be taken from here.") % {"amount": shown}
            self.amount = 0


@dataclass(slots=True)
class Sheet:
    """The form as a whole; ``errors`` holds a sentence for each other field that is wrong."""

    room: Room
    rows: Sequence[PlaceRow]
    reason: str = ""
    press: str = field(default_factory=new_submission)
    problem: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> Money:
        """What is to be sent back, as far as it can be read."""
        return Money(sum(row.amount for row in self.rows), self.room.payment.currency)

    @property
    def is_too_much(self) -> bool:
        """Whether more is to be sent back than is left."""
        return self.total > self.room.money

    @property
    def wrong(self) -> bool:
        """Whether something needs another look."""
        return bool(self.problem or self.errors or any(row.error for row in self.rows))

    @property
    def chosen(self) -> Sequence[PlaceRow]:
        """The rows from which something is to be taken."""
        return [row for row in self.rows if row.amount]

    def wish(self) -> Wish:
        """Return what is meant; whether it can be, the flow decides."""
        amounts = {row.source.item.pk: row.amount for row in self.chosen}
        return Wish(amounts=amounts, reason=self.reason, press=self.press)


def proposed(room: Room) -> Sheet:
    """Return the form with everything that is left."""
    rows = [PlaceRow(source) for source in room.sources]
    for row in rows:
        row.amount = room.proposal.get(row.source.item.pk, 0)
        row.typed = parsing.written(row.taken)
    return Sheet(room, rows)


def read(room: Room, post: QueryDict) -> Sheet:
    """Return the form as it was sent, with a sentence wherever something is wrong."""
    rows = [PlaceRow(source) for source in room.sources]
    for row in rows:
        row.typed = post.get(row.name, "")
        row.read()
    sheet = Sheet(room, rows, post.get("reason", ""), submission_key(post))
    try:
        parsing.words(sheet.reason, longest=_LONGEST_REASON)
    except InvalidInput as problem:
        sheet.errors["reason"] = str(problem)
    sent = {name for name, value in post.items() if name.startswith(_AMOUNT) and str(value).strip(" 0.,")}
    if sent - {row.name for row in rows}:
        sheet.problem = _(
            "Some of this money has moved since you opened the form. Look at the amounts again."
        )
    return sheet
