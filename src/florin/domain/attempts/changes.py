"""What changed on a bill's invoices since they were mailed (R19), line by line, from the stored revisions."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q

from florin.contracts.documents import DocumentLine, InvoiceDocument
from florin.domain.attempts.bill import Bill
from florin.domain.invoices.models import Revision
from florin.domain.links.models import Debt
from florin.kernel import clock
from florin.kernel.money import Money

_MOST_TOLD = 12  # of more changed invoices the bill's table says only what the totals were and are


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line that is not as it was: without ``old`` it was added, without ``new`` taken away."""

    old: DocumentLine | None
    new: DocumentLine | None

    @property
    def name(self) -> str:
        """What the line is for, as it reads now."""
        line = self.new or self.old
        return line.description or line.code if line else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How one invoice differs from what was mailed, and since which day in the company's time zone."""

    invoice_id: UUID
    number: str
    revision: int
    made_on: date
    old_total: Money
    new_total: Money
    currency: str
    lines: Sequence[LineChange]


def since_mail(bill: Bill) -> list[Change]:
    """Compare what was mailed with what the invoices say now; asks nothing if no invoice has changed."""
    changed = [line.invoice_id for line in bill.lines if line.changed and not line.void][:_MOST_TOLD]
    if not changed:
        return []
    mailed = Debt.objects.filter(link=bill.link).values("revision")
    wanted = Q(pk__in=mailed) | Q(number=F("invoice__revision"))
    pairs: dict[UUID, list[Revision]] = {key: [] for key in changed}
    for revision in Revision.objects.filter(wanted, invoice__in=changed).order_by("number"):
        pairs[revision.invoice_id].append(revision)
    zone = bill.link.company.time_zone
    return [_change(revisions[0], revisions[-1], zone) for revisions in pairs.values()]


def differences(old: InvoiceDocument, new: InvoiceDocument) -> list[LineChange]:
    """Pair the lines of two revisions of an invoice and return the pairs that differ, in the new one's order.

    Lines that are alike in all they say are the same line, wherever they stand. Of the rest, those with the
    same code are one line that changed, then those with the same description; what is left was added or,
    at the end, taken away.
    """
    gone, come = _without_twins(old.lines, new.lines)
    found: dict[int, DocumentLine] = {}
    for name in (_code_and_text, _code, _text):
        _pair(gone, come, found, name)
    return [
        *(LineChange(found.get(place), line) for place, line in enumerate(come)),
        *(LineChange(line, None) for line in gone),
    ]


def _change(old: Revision, new: Revision, zone: str) -> Change:
    before, after = old.document, new.document
    return Change(
        invoice_id=new.invoice_id,
        number=after.number,
        revision=new.number,
        made_on=clock.local(new.made_at, zone),
        old_total=Money(old.total, before.currency),
        new_total=Money(new.total, after.currency),
        currency=after.currency,
        lines=differences(before, after),
    )


def _without_twins(
    old: Sequence[DocumentLine], new: Sequence[DocumentLine]
) -> tuple[list[DocumentLine], list[DocumentLine]]:
    """Return what only the old and only the new document has; of equal lines, as many as both have go."""
    return _beyond(old, Counter(new)), _beyond(new, Counter(old))


def _beyond(lines: Sequence[DocumentLine], there: Counter[DocumentLine]) -> list[DocumentLine]:
    left = []
    for line in lines:
        if there[line]:
            there[line] -= 1
        else:
            left.append(line)
    return left


def _pair(
    gone: list[DocumentLine],
    come: Sequence[DocumentLine],
    found: dict[int, DocumentLine],
    name: Callable[[DocumentLine], tuple[str, ...] | str | None],
) -> None:
    """Take from ``gone`` the first old line of the same name for each new line that has none yet."""
    for place, line in enumerate(come):
        if place in found or not name(line):
            continue
        old = next((each for each in gone if name(each) == name(line)), None)
        if old is not None:
            gone.remove(old)
            found[place] = old


def _code_and_text(line: DocumentLine) -> tuple[str, ...] | str | None:
    return (line.code, line.description) if line.code and line.description else None


def _code(line: DocumentLine) -> tuple[str, ...] | str | None:
    return line.code


def _text(line: DocumentLine) -> tuple[str, ...] | str | None:
    return line.description
