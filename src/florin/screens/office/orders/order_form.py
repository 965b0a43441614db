"""The order form: what was typed, kept as typed, and what it means once every field is right."""

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.orders.models import Order, OrderLine
from florin.domain.orders.services import MOST_LINES, LineDraft, OrderDraft
from florin.kernel import cards
from florin.kernel.money import Money, line_total
from florin.screens.office.shared import parsing
from florin.screens.office.shared.customer_field import find_customer, label
from florin.screens.office.shared.parsing import InvalidInput
from florin.screens.office.shared.submissions import new_submission, submission_key

_KEY = re.compile(r"[0-9a-f]{8}")
_LONG = 10
_PARTS = ("key", "code", "description", "quantity", "unit", "unit_price")


def fresh_key() -> str:
    """Return a name for a new line, by which buttons and totals find it."""
    return secrets.token_hex(4)


@dataclass(slots=True)
class TypedLine:
    """One line as typed."""

    key: str = field(default_factory=fresh_key)
    code: str = ""
    description: str = ""
    quantity: str = ""
    unit: str = ""
    unit_price: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        """Whether nothing was typed into it."""
        return not any((self.code, self.description, self.quantity, self.unit_price))

    def total(self, currency: str) -> Money | None:
        """Return what the line comes to, as soon as quantity and price are numbers."""
        try:
            return line_total(self._quantity(), self._unit_price(), currency)
        except ValueError:
            return None

    def draft(self) -> LineDraft | None:
        """Return what the line means, or None with a sentence at each field that is wrong."""
        values: dict[str, str | Decimal] = {}
        readers: dict[str, Callable[[], str | Decimal]] = {
            "code": lambda: parsing.words(self.code, longest=40),
            "description": self._description,
            "quantity": self._quantity,
            "unit": lambda: parsing.words(self.unit, longest=20),
            "unit_price": self._unit_price,
        }
        for name, read in readers.items():
            with _errors_into(self.errors, name):
                values[name] = read()
        return LineDraft(**values) if not self.errors else None  # type: ignore[arg-type]

    def _description(self) -> str:
        if not self.description.strip():
            raise InvalidInput(_("Say what it is."))
        return parsing.words(self.description, longest=200)

    def _quantity(self) -> Decimal:
        return parsing.decimal(self.quantity, whole=9, places=3)

    def _unit_price(self) -> Decimal:
        return parsing.decimal(self.unit_price, whole=10, places=4)


@dataclass(slots=True)
class TypedOrder:
    """A whole order as typed; ``errors`` holds a sentence per field."""

    customer: str = ""
    ship_on: str = ""
    po_number: str = ""
    ship_to: str = ""
    note: str = ""
    version: int = 0
    press: str = field(default_factory=new_submission)
    lines: list[TypedLine] = field(default_factory=lambda: [TypedLine()])
    errors: dict[str, str] = field(default_factory=dict)
    currency: str = ""

    @property
    def wrong(self) -> int:
        """How many fields need another look."""
        return len(self.errors) + sum(len(line.errors) for line in self.lines)

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

    def draft(self, company: Company) -> OrderDraft | None:
        """Return what the order means, or None with a sentence at each field that is wrong."""
        customer = None
        with _errors_into(self.errors, "customer"):
            customer = find_customer(company, self.customer)
        values = {}
        for name, longest in {"po_number": 40, "ship_to": 400, "note": 1000}.items():
            with _errors_into(self.errors, name):
                values[name] = parsing.words(getattr(self, name), longest=longest)
        ship_on = None
        with _errors_into(self.errors, "ship_on"):
            ship_on = parsing.day(self.ship_on)
        lines = [line.draft() for line in self.lines if not line.blank]
        if len(lines) > MOST_LINES:
            self.errors["lines"] = _too_many(len(lines))
        if customer is None or self.wrong:
            return None
        drafts = [line for line in lines if line is not None]
        return OrderDraft(customer_id=customer.pk, ship_on=ship_on, lines=drafts, **values)

    def act(self, what: str) -> None:
        """Add, remove or move a line: ``add``, ``remove:<key>``, ``up:<key>``, ``down:<key>``."""
        verb, _colon, key = what.partition(":")
        place = next((place for place, line in enumerate(self.lines) if line.key == key), -1)
        if verb == "add" and len(self.lines) >= MOST_LINES:
            self.errors["lines"] = _too_many(len(self.lines))
        elif verb == "add":
            self.lines.append(TypedLine())
        elif place >= 0 and verb == "remove":
            del self.lines[place]
        elif place >= 0 and verb in {"up", "down"}:
            other = max(0, place - 1) if verb == "up" else place + 1
            self.lines.insert(other, self.lines.pop(place))
        if not self.lines:
            self.lines.append(TypedLine())


def blank(company: Company) -> TypedOrder:
    """Return the form of a new order."""
    return TypedOrder(lines=[TypedLine() for _line in range(3)], currency=company.currency)


def read(post: QueryDict, company: Company) -> TypedOrder:
    """Return the form as it was sent; nothing of it is believed yet."""
    columns = [post.getlist(f"line-{part}") for part in _PARTS]
    rows: Iterator[tuple[Any, ...]] = zip_longest(*columns, fillvalue="")
    lines = [TypedLine(**dict(zip(_PARTS, row, strict=True))) for row in rows]
    for line in lines:
        if not _KEY.fullmatch(line.key):
            line.key = fresh_key()
    order = TypedOrder(lines=lines or [TypedLine()], currency=company.currency)
    for name in ("customer", "ship_on", "po_number", "ship_to", "note"):
        setattr(order, name, post.get(name, ""))
    order.press = submission_key(post)
    version = post.get("version", "")
    order.version = int(version) if version.isascii() and version.isdigit() and len(version) < _LONG else 0
    with suppress(InvalidInput):  # said when the order is saved
        order.currency = find_customer(company, order.customer).currency
    return order


def of(order: Order, lines: Sequence[OrderLine], write: Callable[[Decimal], str]) -> TypedOrder:
    """Return the form of an existing order; ``write`` shows a number as the reader would type it."""
    cards.vouch([order.po_number, order.ship_to, order.note])
    cards.vouch(text for line in lines for text in (line.code, line.description, line.unit))
    return TypedOrder(
        customer=label(order.customer),
        ship_on=order.ship_on.isoformat() if order.ship_on else "",
        po_number=order.po_number,
        ship_to=order.ship_to,
        note=order.note,
        version=order.version,
        currency=order.currency,
        lines=[
            TypedLine(
                code=line.code,
                description=line.description,
                quantity=write(line.quantity),
                unit=line.unit,
                unit_price=write(line.unit_price),
            )
            for line in lines
        ]
        or [TypedLine()],
    )


def _too_many(count: int) -> str:
    told = {"most": f"{MOST_LINES:,}", "count": f"{count:,}"}
    text = _(
        "An order takes at most %(most)s lines; this one has %(count)s. Put the rest into another order."
    )
    return text % told


@contextmanager
def _errors_into(errors: dict[str, str], name: str) -> Iterator[None]:
    try:
        yield
    except InvalidInput as problem:
        errors[name] = str(problem)
