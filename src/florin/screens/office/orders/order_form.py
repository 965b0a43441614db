"""The order form: its fields, its lines in the order in which they stand, and what all of it comes to."""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.companies.models import Company
from florin.domain.orders.models import Order
from florin.domain.orders.services import MOST_LINES, LineDraft, OrderDraft
from florin.kernel import cards
from florin.kernel.money import Money, line_total
from florin.screens.office.shared.fields import (
    CustomerField,
    DayField,
    ParsedField,
    ProductField,
    QuantityField,
    TextField,
    UnitPriceField,
)
from florin.screens.office.shared.forms import FormRow, OfficeForm
from florin.screens.office.shared.submissions import submission_key

_KEY = re.compile(r"[0-9a-f]{8}")
_LONG = 10
_LINE: Mapping[str, ParsedField] = {
    "code": ProductField(),
    "description": TextField(longest=200, missing=gettext_lazy("Say what it is.")),
    "quantity": QuantityField(),
    "unit": TextField(longest=20),
    "unit_price": UnitPriceField(),
}


def _new_key() -> str:
    return secrets.token_hex(4)


@dataclass(slots=True)
class TypedLine(FormRow):
    """One line as typed; by its ``key`` its buttons and its total find it."""

    key: str = field(default_factory=_new_key)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into it; a unit alone is nothing."""
        return not any(text for name, text in self.texts.items() if name != "unit")

    def show(self, **values: object) -> None:
        """Show values as the reader would type them."""
        self.texts |= {name: str(_LINE[name].prepare_value(value)) for name, value in values.items()}

    def total(self, currency: str) -> Money | None:
        """Return what the line comes to, as soon as quantity and price are numbers."""
        quantity, unit_price = self.readable("quantity"), self.readable("unit_price")
        try:
            return None if None in {quantity, unit_price} else line_total(quantity, unit_price, currency)
        except ValueError:
            return None


class OrderForm(OfficeForm):
    """An order as typed, in its customer's ``currency`` once the customer is clear.

    ``version`` is that of the order which the form shows.
    """

    customer = CustomerField(label=gettext_lazy("Customer"))
    po_number = TextField(label=gettext_lazy("PO number"), longest=40)
    ship_on = DayField(label=gettext_lazy("Ship date"))
    ship_to = TextField(label=gettext_lazy("Ship to"), longest=400, lines=3)
    note = TextField(label=gettext_lazy("Note"), longest=1000, lines=3)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        company: Company,
        initial: Mapping[str, Any] | None = None,
        lines: Sequence[TypedLine] = (),
    ) -> None:
        """Make the form as it was sent, or one that shows values."""
        super().__init__(data, company=company, initial=initial)
        self.lines = list(lines) or [new_line()]
        self.lines_error = ""
        self.version = 0
        customer = self.readable("customer")  # that there is none is said when the order is saved
        self.currency = customer.currency if customer else company.currency

    @property
    def error_count(self) -> int:
        """How many fields need another look."""
        return len(self.errors) + bool(self.lines_error) + sum(len(line.errors) for line in self.lines)

    @property
    def totals(self) -> Sequence[tuple[TypedLine, Money | None]]:
        """Each line with what it comes to."""
        return [(line, line.total(self.currency)) for line in self.lines]

    @property
    def total(self) -> Money | None:
        """What all lines that can be reckoned come to."""
        try:
            amounts = [total for _line, total in self.totals if total is not None]
            return sum(amounts, start=Money.zero(self.currency))
        except ValueError:
            return None

    def draft(self) -> OrderDraft | None:
        """Return what the order means, or None with a sentence at each field that is wrong."""
        lines = [line.clean() for line in self.lines if not line.is_blank]
        if len(lines) > MOST_LINES:
            self.lines_error = _too_many(len(lines))
        if self.error_count:
            return None
        meant = dict(self.cleaned_data)
        drafts = [LineDraft(**line) for line in lines if line is not None]
        return OrderDraft(customer_id=meant.pop("customer").pk, lines=drafts, **meant)

    def act(self, what: str) -> None:
        """Add, remove or move a line: ``add``, ``remove:<key>``, ``up:<key>``, ``down:<key>``."""
        verb, _colon, key = what.partition(":")
        place = next((place for place, line in enumerate(self.lines) if line.key == key), -1)
        if verb == "add" and len(self.lines) >= MOST_LINES:
            self.lines_error = _too_many(len(self.lines))
        elif verb == "add":
            self.lines.append(new_line())
        elif place >= 0 and verb == "remove":
            del self.lines[place]
        elif place >= 0 and verb in {"up", "down"}:
            other = max(0, place - 1) if verb == "up" else place + 1
            self.lines.insert(other, self.lines.pop(place))
        if not self.lines:
            self.lines.append(new_line())


def new_line() -> TypedLine:
    """Return a line into which nothing was typed."""
    return TypedLine(_LINE, dict.fromkeys(_LINE, ""))


def new_form(company: Company) -> OrderForm:
    """Return the form of a new order."""
    return OrderForm(company=company, lines=[new_line() for _line in range(3)])


def saved_form(company: Company, order: Order) -> OrderForm:
    """Return the form of an order as saved."""
    saved = list(order.lines.all())
    cards.vouch([order.po_number, order.ship_to, order.note])
    cards.vouch(text for line in saved for text in (line.code, line.description, line.unit))
    initial = {name: getattr(order, name) for name in OrderForm.base_fields}
    lines = [new_line() for _line in saved]
    for line, values in zip(lines, saved, strict=True):
        line.show(**{name: getattr(values, name) for name in _LINE})
    form = OrderForm(company=company, initial=initial, lines=lines)
    form.version, form.currency = order.version, order.currency
    return form


def sent_form(post: QueryDict, company: Company, *, is_checked: bool = False) -> OrderForm:
    """Return the form as it was sent; unless it is checked, nothing is said of what is wrong with it."""
    lines = list(_read_lines(post))
    if is_checked:
        form = OrderForm(post, company=company, lines=lines)
    else:
        texts = {name: post.get(name, "") for name in OrderForm.base_fields}
        form = OrderForm(company=company, initial=texts, lines=lines)
        form.submission_key = submission_key(post)
    version = post.get("version", "")
    form.version = int(version) if version.isascii() and version.isdigit() and len(version) < _LONG else 0
    return form


def _read_lines(post: QueryDict) -> Iterator[TypedLine]:
    columns = [post.getlist(f"line-{name}") for name in ("key", *_LINE)]
    for key, *texts in zip_longest(*columns, fillvalue=""):
        line = TypedLine(_LINE, dict(zip(_LINE, texts, strict=True)))
        line.key = key if _KEY.fullmatch(key) else line.key
        yield line


def _too_many(count: int) -> str:
    details = {"most": f"{MOST_LINES:,}", "count": f"{count:,}"}
    text = _(
        "An order takes at most %(most)s lines; this one has %(count)s. Put the rest into another order."
    )
    return text % details
