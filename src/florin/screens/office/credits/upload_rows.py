"""The rows of an upload: what each means, what is wrong with it, and how the good ones are carried on."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.credits import queries, services
from florin.domain.credits.services import CreditDraft
from florin.domain.customers.models import Customer
from florin.domain.staff.models import User
from florin.flows import upload_credits
from florin.flows.upload_credits import CreditRow, Table
from florin.kernel.cards import CardNumber
from florin.kernel.errors import Refusal
from florin.kernel.folding import fold
from florin.kernel.money import Money
from florin.screens.office.credits import credit_form
from florin.screens.office.shared import parsing
from florin.screens.office.shared.parsing import InvalidInput

_OURS = "CR-"
_LASTS = 24 * 60 * 60


@dataclass(slots=True)
class CheckedRow:
    """One row: what it says, as text, whom it means, and why it cannot be written or what is odd about it."""

    line: int
    said: Mapping[str, str]
    customer: Customer | None = None
    draft: CreditDraft | None = None
    problems: list[str] = field(default_factory=list)
    warning: str = ""


def check_rows(company: Company, table: Table) -> list[CheckedRow]:
    """Say of each row what it means, or what is wrong with it (three queries, however many rows)."""
    rows = table.rows
    numbers = [row.said.get("customer", "") for row in rows]
    known = {
        customer.folded: customer
        for customer in Customer.objects.filter(company=company, folded__in={fold(one) for one in numbers})
    }
    given = Counter(row.said.get("number", "") for row in rows)
    taken = services.taken(company, [number for number in given if number])
    checked = [
        _check_row(company, table, row, known.get(fold(number)), given=given, taken=taken)
        for row, number in zip(rows, numbers, strict=True)
    ]
    _warn_of_twins(company, checked)
    return checked


def pack(checked: Sequence[CheckedRow], *, sure: bool, submission: str, by: User) -> str:
    """Write the good rows into a text that only this person can bring back, unchanged, within a day.

    ``sure`` says that none of their long numbers is a card's.
    """
    drafts = [row.draft for row in checked if row.draft is not None]
    rows = [
        (
            str(one.customer_id),
            one.amount.minor,
            one.amount.currency,
            one.given_on.isoformat(),
            one.reason,
            one.number,
        )
        for one in drafts
    ]
    return signing.dumps({"press": submission, "rows": rows, "sure": sure}, salt=_salt(by), compress=True)


def unpack(text: str, *, by: User) -> tuple[str, list[CreditDraft], bool]:
    """Return the press, the rows, and whether the person is sure of them, as ``pack`` wrote them.

    Raises:
        Refusal: if they are older than a day, somebody else's, or were changed.
    """
    try:
        packed = signing.loads(text, salt=_salt(by), max_age=_LASTS)
    except signing.BadSignature:
        raise Refusal(_("This preview is too old, or is not yours. Upload the file again.")) from None
    drafts = [
        CreditDraft(
            customer_id=UUID(customer),
            amount=Money(minor, currency),
            given_on=date.fromisoformat(given_on),
            reason=reason,
            number=number,
        )
        for customer, minor, currency, given_on, reason, number in packed["rows"]
    ]
    return packed["press"], drafts, packed["sure"]


def _check_row(
    company: Company,
    table: Table,
    row: CreditRow,
    customer: Customer | None,
    *,
    given: Mapping[str, int],
    taken: set[str],
) -> CheckedRow:
    checked = CheckedRow(row.line, row.said, customer)
    if row.flaw:
        checked.problems.append(row.flaw)
        return checked
    number = checked.said.get("number", "")
    if customer is None:
        said = checked.said.get("customer", "")
        checked.problems.append(
            _("No customer has the number %(number)s.") % {"number": said[:40]}
            if said
            else _("The customer's number is missing.")
        )
    currency = checked.said.get("currency", "").upper()
    if customer and currency and currency != customer.currency:
        checked.problems.append(_("The customer is kept in %(currency)s.") % {"currency": customer.currency})
    if number and (given[number] > 1 or number in taken):
        checked.problems.append(
            _("There is a credit %(number)s already, or twice here.") % {"number": number}
        )
    if number.upper().startswith(_OURS):
        checked.problems.append(_("Numbers that begin with CR- are given by Florin itself; leave it empty."))
    draft = _read(company, table, row, checked, currency=customer.currency if customer else company.currency)
    checked.draft = None if checked.problems else draft
    return checked


def _read(
    company: Company, table: Table, row: CreditRow, checked: CheckedRow, *, currency: str
) -> CreditDraft | None:
    """Read the cells; each that cannot be meant leaves its sentence with the row."""
    values: dict[str, object] = {}
    readers: dict[str, Callable[[], object]] = {
        "amount": lambda: parsing.exact_amount(
            upload_credits.amount(table, row, currency=currency), currency
        ),
        "date": lambda: credit_form.past(upload_credits.given_on(table, row), company),
        "reason": lambda: credit_form.reason(checked.said.get("reason", "")),
        "number": lambda: parsing.words(checked.said.get("number", ""), longest=20),
    }
    for name, read in readers.items():
        try:
            values[name] = read()
        except (InvalidInput, Refusal) as problem:
            checked.problems.append(str(problem.__cause__ if _is_card(problem) else problem))
    amount, given_on = values.get("amount"), values.get("date")
    if checked.customer is None or not isinstance(amount, Money) or not isinstance(given_on, date):
        return None
    return CreditDraft(
        customer_id=checked.customer.pk,
        amount=amount,
        given_on=given_on,
        reason=str(values.get("reason", "")),
        number=str(values.get("number", "")),
    )


def _is_card(problem: Exception) -> bool:
    """Whether a tick would stand beside the sentence; a file has one for all its rows."""
    return isinstance(problem.__cause__, CardNumber)


def _warn_of_twins(company: Company, checked: Sequence[CheckedRow]) -> None:
    """Say of which rows there is a credit already that is just like them: a file is easily uploaded twice."""
    twins = queries.like(company, [row.draft for row in checked if row.draft is not None])
    for row in checked:
        twin = twins.get(services.likeness(row.draft)) if row.draft else None
        if twin:
            row.warning = _("%(number)s is just like it.") % {"number": twin}


def _salt(by: User) -> str:
    return f"credits-upload:{by.pk}"
