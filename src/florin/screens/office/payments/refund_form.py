"""The refund form: where the money is taken from, what was typed, and what it brings about (R21)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from florin.domain.refunds.queries import Room, Source
from florin.domain.refunds.services import Wish
from florin.kernel import formats
from florin.kernel.money import Money
from florin.screens.office.shared import parsing
from florin.screens.office.shared.fields import ShareField, TextField
from florin.screens.office.shared.forms import FormRow, OfficeForm

_AMOUNT = "amount-"


@dataclass(slots=True, kw_only=True)
class PlaceRow(FormRow):
    """One place from which money can be taken, and how much was typed to be taken from it."""

    source: Source

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
        """How much is to be taken; nothing while it cannot be read."""
        return self.readable("amount") or Money.zero(self.source.item.currency)

    @property
    def after(self) -> Money:
        """What is owed on the invoice then, or what is open of the credit."""
        balance = self.source.item.balance + self.taken.minor
        return Money(abs(balance), self.source.item.currency)


class RefundForm(OfficeForm):
    """The form as a whole: why, and a row for each place; ``problem`` says what is wrong with all of it."""

    reason = TextField(
        label=gettext_lazy("Reason"),
        longest=200,
        help_text=gettext_lazy("The payer reads it in the mail."),
    )

    def __init__(self, data: QueryDict | None = None, *, room: Room) -> None:
        """Make the form with everything that is left, or as it was sent with a sentence where it is wrong."""
        super().__init__(data, company=room.payment.company)
        self.room = room
        self.rows = [_refund_place(source) for source in room.sources]
        for row in self.rows:
            proposed = Money(room.proposal.get(row.source.item.pk, 0), room.payment.currency)
            row.texts["amount"] = parsing.written(proposed) if data is None else data.get(row.name, "")
            row.clean()
        if data is not None and _names_with_amounts(data) - {row.name for row in self.rows}:
            self.problem = _(
                "Some of this money has moved since you opened the form. Look at the amounts again."
            )

    @property
    def total(self) -> Money:
        """What is to be sent back, as far as it can be read."""
        return sum((row.taken for row in self.rows), start=Money.zero(self.room.payment.currency))

    @property
    def is_too_much(self) -> bool:
        """Whether more is to be sent back than is left."""
        return self.total > self.room.money

    @property
    def needs_another_look(self) -> bool:
        """Whether something is wrong."""
        return bool(self.problem or self.errors or any(row.errors for row in self.rows))

    @property
    def chosen(self) -> Sequence[PlaceRow]:
        """The rows from which something is to be taken."""
        return [row for row in self.rows if row.taken]

    def wish(self) -> Wish:
        """Return what is meant, once nothing needs another look; whether it can be, the flow decides."""
        amounts = {row.source.item.pk: row.taken.minor for row in self.chosen}
        return Wish(amounts=amounts, reason=self.cleaned_data["reason"], submission=self.submission_key)


def _refund_place(source: Source) -> PlaceRow:
    available = Money(source.available, source.item.currency)
    shown = formats.money(available, get_language() or "en")
    too_much = _("Only %(amount)s can be taken from here.") % {"amount": shown}
    return PlaceRow({"amount": ShareField(most=available, too_much=too_much)}, {}, source=source)


def _names_with_amounts(data: QueryDict) -> set[str]:
    return {name for name, text in data.items() if name.startswith(_AMOUNT) and str(text).strip(" 0.,")}
