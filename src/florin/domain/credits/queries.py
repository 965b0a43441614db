"""Finding credits, and everything that is open to a customer's credit."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from florin.domain.companies.models import Company
from florin.domain.credits.lifecycle import CreditState
from florin.domain.credits.models import Credit
from florin.domain.credits.services import CreditDraft
from florin.domain.customers import queries as customers
from florin.domain.ledger.models import Item
from florin.kernel.database import made_at
from florin.kernel.money import Money

# Sums reach no further, so that a list costs the same however long it grows.
MOST_SUMMED = 10_000
_UPLOADS = 5
GIVING = (Item.Kind.CREDIT, Item.Kind.PREPAYMENT, Item.Kind.OVERPAYMENT)


@dataclass(frozen=True, slots=True)
class Total:
    """What the rows of one currency come to; ``count`` of all currencies never exceeds ``MOST_SUMMED``."""

    count: int
    amount: Money


def search(company_id: UUID, *, words: str = "", state: str = "") -> QuerySet[Credit]:
    """Return the company's credits whose number begins so, or whose customer fits; both come along."""
    found = Credit.objects.filter(company_id=company_id).select_related("customer", "item")
    if state:
        found = found.filter(state=state)
    return found.filter(_fitting(company_id, words))


def waiting(company: Company) -> QuerySet[Credit]:
    """Return the credits that wait for approval."""
    return Credit.objects.filter(company=company, state=Credit.State.SUBMITTED)


def open_items(company_id: UUID, *, words: str = "", kind: str = "") -> QuerySet[Item]:
    """Return what is open to customers' credit: credits, pre-payments, overpayments; customers come along."""
    kinds = [kind] if kind in set(GIVING) else GIVING
    found = Item.objects.filter(company_id=company_id, kind__in=kinds).exclude(balance=0)
    return found.select_related("customer").filter(_fitting(company_id, words))


def givers(company: Company) -> QuerySet[Item]:
    """Return all ledger items that can pay invoices, also those that are used up."""
    return Item.objects.filter(company=company, kind__in=GIVING).select_related("customer")


def of_item(item: Item) -> QuerySet[Credit]:
    """Return the credit that an item stands for; a pre-payment or overpayment stands for none."""
    return Credit.objects.filter(item=item)


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that can be undone: its run, who made it and on which day, and how many credits are left."""

    run: str
    by: str
    on: datetime
    left: int


def uploads(company: Company, *, longest: int) -> list[Upload]:
    """Return the latest uploads of which something is left; ``longest`` is how many rows one may have.

    Of every upload the first credit is number 0, so that three look-ups in indexes find them all.
    """
    firsts = Credit.objects.filter(company=company, submission__endswith=":0").order_by("-id")[:_UPLOADS]
    runs = {credit.submission.removesuffix(":0"): credit for credit in firsts}
    submissions = [f"{run}:{place}" for run in runs for place in range(longest)]
    left = Counter(
        submission.partition(":")[0]
        for submission in Credit.objects.filter(company=company, submission__in=submissions)
        .exclude(state=CreditState.VOID)
        .values_list("submission", flat=True)
    )
    return [
        Upload(run, credit.created_by, made_at(credit.pk), left[run])
        for run, credit in runs.items()
        if left[run]
    ]


def like(company: Company, drafts: Sequence[CreditDraft]) -> dict[tuple[UUID, int, date, str], str]:
    """Return the numbers of credits that are just like some of these, by their likeness (one query)."""
    found = Credit.objects.filter(
        company=company,
        customer__in={draft.customer_id for draft in drafts},
        given_on__in={draft.given_on for draft in drafts},
    ).exclude(state=Credit.State.VOID)
    rows = found.values_list("customer_id", "amount", "given_on", "reason", "number")
    return {(customer, amount, on, reason): number for customer, amount, on, reason, number in rows}


def totals(rows: QuerySet[Credit]) -> Sequence[Total]:
    """Add credits up in each currency (one query)."""
    return _totals(rows, "amount", 1)


def open_totals(rows: QuerySet[Item]) -> Sequence[Total]:
    """Add up what is open, as positive amounts, in each currency (one query)."""
    return _totals(rows, "balance", -1)


def open_invoices(credit: Item, *, most: int, number: str = "", also: Collection[UUID] = ()) -> list[Item]:
    """Return the open invoices that a credit could pay and whose numbers begin so, those due longest first.

    Those in ``also`` (keys of items) come along whatever their number, and though nothing is open any more.
    """
    payable = Item.objects.filter(
        company=credit.company_id,
        customer=credit.customer_id,
        currency=credit.currency,
        kind=Item.Kind.INVOICE,
    ).order_by("due_on", "opened_on", "pk")
    found = list(payable.filter(balance__gt=0, number__istartswith=number)[:most])
    missing = set(also) - {item.pk for item in found}
    return [*payable.filter(pk__in=missing), *found] if missing else found


def _totals(rows: QuerySet[Credit] | QuerySet[Item], field: str, sign: int) -> Sequence[Total]:
    some = rows.order_by().values("pk")[:MOST_SUMMED]
    sums = rows.model._default_manager.filter(pk__in=some).order_by("currency").values_list("currency")  # noqa: SLF001
    found = sums.annotate(count=Count("pk"), whole=Sum(field))
    return [Total(count, Money(sign * int(whole), currency)) for currency, count, whole in found]


def _fitting(company_id: UUID, words: str) -> Q:
    words = words.replace("\x00", "").strip()
    if not words:
        return Q()
    keys = customers.search(company_id, words).order_by().values("pk")
    return Q(number__istartswith=words) | Q(customer__in=keys)
