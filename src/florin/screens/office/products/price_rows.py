"""The rows of a price list as the preview shows them, and as they come back from it unchanged."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.core import signing
from django.utils.translation import gettext as _

from florin.domain.catalogue import services as catalogue
from florin.domain.catalogue.models import Product
from florin.domain.catalogue.services import PriceRow, ProductDraft
from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from florin.flows import upload_price_list
from florin.flows.upload_price_list import ListedRow, PriceList
from florin.kernel.cards import CardNumber
from florin.kernel.errors import Refusal
from florin.kernel.folding import fold
from florin.screens.office.shared import parsing
from florin.screens.office.shared.parsing import InvalidInput

_LASTS = timedelta(days=1)
_LONGEST = {"code": 40, "description": 200, "unit": 20}
_PLACES, _WHOLE = 4, 10


@dataclass(slots=True)
class CheckedRow:
    """A row with what it would do, or what is wrong with it."""

    listed: ListedRow
    product: Product | None = None
    row: PriceRow | None = None
    draft: ProductDraft | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """``wrong``, ``new``, ``changed`` or ``same``."""
        if self.draft is None:
            return "wrong"
        if self.product is None:
            return "new"
        said = (self.product.description, self.product.unit, self.product.unit_price)
        wanted = (self.draft.description, self.draft.unit, self.draft.unit_price)
        return "same" if said == wanted else "changed"


def check_rows(company: Company, prices: PriceList) -> list[CheckedRow]:
    """Compare each row with the company's products, in one query."""
    codes = [listed.said.get("code", "") for listed in prices.rows]
    known = upload_price_list.marks(company, codes)
    given = Counter(fold(code) for code in codes)
    checked = []
    for listed, code in zip(prices.rows, codes, strict=True):
        one = CheckedRow(listed, known.get(fold(code)))
        checked.append(one)
        if listed.flaw:
            one.problems.append(listed.flaw)
            continue
        if not code:
            one.problems.append(_("The code is missing."))
        elif given[fold(code)] > 1:
            one.problems.append(_("%(code)s stands in the file twice.") % {"code": code[:40]})
        _read(one, prices, currency=company.currency)
    return checked


def pack(checked: Sequence[CheckedRow], *, by: User) -> str:
    """Write what would change into a text that only this person can bring back, unchanged, within a day."""
    going = [one for one in checked if one.outcome in {"new", "changed"} and one.row]
    rows = [
        (
            row.code,
            row.description,
            row.unit,
            str(row.unit_price),
            catalogue.mark(one.product) if one.product else "",
        )
        for one in going
        if (row := one.row)
    ]
    return signing.dumps(rows, salt=_salt(by), compress=True)


def unpack(text: str, *, by: User) -> tuple[list[PriceRow], Mapping[str, str]]:
    """Return the rows, and the marks of the products as they were, by folded code.

    Raises:
        Refusal: if they are older than a day, somebody else's, or were changed.
    """
    try:
        packed = signing.loads(text, salt=_salt(by), max_age=_LASTS)
    except signing.BadSignature:
        raise Refusal(_("This preview is too old, or is not yours. Upload the file again.")) from None
    rows = [
        PriceRow(code=code, description=description, unit=unit, unit_price=Decimal(price))
        for code, description, unit, price, _mark in packed
    ]
    return rows, {fold(code): mark for code, *_rest, mark in packed if mark}


def _read(one: CheckedRow, prices: PriceList, *, currency: str) -> None:
    """Read the cells; each that cannot be meant leaves its sentence with the row."""
    values: dict[str, str] = {}
    for name, longest in _LONGEST.items():
        try:
            values[name] = parsing.words(one.listed.said.get(name, ""), longest=longest)
        except InvalidInput as problem:
            cause = problem.__cause__
            one.problems.append(str(cause if isinstance(cause, CardNumber) else problem))
    try:
        price = _fitting(upload_price_list.price(one.listed, prices.sign, currency=currency))
        if one.problems:
            return
        one.row = PriceRow(unit_price=price, **values)
        draft = one.row.draft(one.product)
        catalogue.check(draft)
        one.draft = draft
    except Refusal as problem:
        one.problems.append(str(problem))


def _fitting(price: Decimal) -> Decimal:
    """Let a price pass that can be kept as it is.

    Raises:
        Refusal: if it has more digits than a price.
    """
    if price != price.quantize(Decimal(1).scaleb(-_PLACES)):
        raise Refusal(_("At most %(places)s decimals.") % {"places": _PLACES})
    if price.adjusted() >= _WHOLE:
        raise Refusal(_("This number is too large."))
    return price


def _salt(by: User) -> str:
    return f"price-list:{by.pk}"
