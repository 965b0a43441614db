"""Reading payouts, movements and differences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from florin.contracts.processor import Itemised, MovementKind
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.ledger.models import Entry
from florin.domain.payments.models import Allocation, Payment
from florin.domain.payouts.comparing import amount_in
from florin.domain.payouts.models import Difference, Movement, Payout, Reconciliation
from florin.kernel.database import find
from florin.kernel.money import Money

_OF_PAYMENTS = [MovementKind.PAYMENT.value, MovementKind.PAYMENT_REVERSED.value]
_OF_PAYOUTS = [MovementKind.PAYOUT.value, MovementKind.PAYOUT_FAILED.value]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What some of a payment was for: an invoice, or without ``order`` the open credit that it became."""

    order: UUID | None
    number: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Parts:
    """How many movements a payout consists of, and what they come to."""

    count: int
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What the processor made of a payment, and of what followed it, in the currency of the account.

    ``worth`` is what came in, ``gone`` what refunds, disputes and returns took of it, each at the rate of its
    own moment; ``cost`` is what of all that the processor keeps as its fee.
    """

    payment: UUID
    paid_in: str
    worth: Money
    gone: Money
    cost: Money
    exchange_rate: Decimal | None

    @property
    def net(self) -> Money:
        """What it did to the balance."""
        return self.worth - self.gone - self.cost


@dataclass(frozen=True, slots=True)
class Sums:
    """What movements come to, by what they are about; all signed as they change the balance."""

    payments: Money
    refunds: Money
    disputes: Money
    fees: Money
    kept_back: Money
    other: Money
    payouts: Money

    @classmethod
    def nothing(cls, currency: str) -> Self:
        """Return the sums of no movements."""
        none = Money.zero(currency)
        return cls(none, none, none, none, none, none, none)

    @property
    def total(self) -> Money:
        """What they do to the balance at the processor."""
        moved = self.payments + self.refunds + self.disputes + self.fees
        return moved + self.kept_back + self.other + self.payouts


def with_accounts(slug: str = "") -> list[Company]:
    """Return the companies that have a payments account, or the one of this name if it has."""
    accounts = PaymentsAccount.objects.exclude(state=PaymentsAccount.State.NEW).select_related("company")
    chosen = accounts.filter(company__slug=slug) if slug else accounts
    return [account.company for account in chosen.order_by("company__slug")]


def open_differences(company: Company) -> QuerySet[Difference]:
    """Return what differs and nobody has settled, the latest first."""
    return Difference.objects.filter(company=company, settled_at__isnull=True).order_by("-found_at", "-pk")


def settled_differences(company: Company, most: int) -> list[Difference]:
    """Return what differed once and is settled, the latest first."""
    settled = Difference.objects.filter(company=company, settled_at__isnull=False)
    return list(settled.select_related("payment").order_by("-settled_at")[:most])


def balance_differences(company: Company, *, compared_before: datetime) -> dict[str, Money]:
    """Return by currency what the processor's own balance has more than our books, if nobody has settled it.

    As the last comparison found it; nothing if that one began later than ``compared_before``.
    """
    latest = latest_run(company)
    if latest is None or latest.started_at >= compared_before:
        return {}
    found = open_differences(company).filter(kind=Difference.Kind.BALANCE)
    sides = [(amount_in(row.ours), amount_in(row.theirs)) for row in found]
    return {ours.currency: theirs - ours for ours, theirs in sides if ours and theirs}


def runs(company: Company, most: int) -> list[Reconciliation]:
    """Return the latest comparisons."""
    return list(Reconciliation.objects.filter(company=company).order_by("-started_at")[:most])


def has_compared(company: Company, *, since: datetime) -> bool:
    """Say whether a comparison that began since then has come to its end."""
    ended = Reconciliation.objects.filter(company=company, finished_at__isnull=False)
    return ended.filter(started_at__gte=since).exists()


def payouts(company: Company) -> QuerySet[Payout]:
    """Return payouts; the caller orders them."""
    return Payout.objects.filter(company=company)


def has_moved(company: Company) -> bool:
    """Say whether the processor ever told of a movement: before that there is nothing to compare."""
    return Movement.objects.filter(company=company).exists()


def shares_account(company: Company) -> bool:
    """Say whether others here take payments through the same account, whose payouts are nobody's then."""
    used = PaymentsAccount.objects.exclude(state=PaymentsAccount.State.NEW)
    same = used.filter(gateway=OuterRef("gateway"), reference=OuterRef("reference"))
    others = same.exclude(company=OuterRef("company"))
    return used.filter(Exists(others), company=company).exists()


def not_told(payment: Payment) -> Payout | None:
    """Return a payout since a payment of which the processor tells no parts; the payment may be in it."""
    since = Payout.objects.filter(
        company=payment.company, gateway=payment.gateway, account=payment.account
    ).exclude(itemised=Itemised.YES)
    return since.filter(made_at__gte=payment.received_at).order_by("made_at").first()


def last_payout_at(company: Company) -> datetime | None:
    """Return when the last payout was made."""
    made = Payout.objects.filter(company=company).order_by("-made_at")
    return made.values_list("made_at", flat=True).first()


def parts_of(keys: Iterable[UUID]) -> dict[UUID, Parts]:
    """Return of how many movements payouts consist as far as is known, and what those come to."""
    rows = Movement.objects.filter(payout__in=list(keys)).values_list("payout", "currency")
    counted = rows.annotate(Count("pk"), Sum("net"))
    return {key: Parts(count, Money(int(total), currency)) for key, currency, count, total in counted if key}


def payout(company: Company, pk: UUID) -> Payout:
    """Return a payout of the company.

    Raises:
        NotFound: if there is none, or it is another company's.
    """
    return find(Payout.objects.filter(company=company), pk=pk)


def payouts_called(company: Company, references: Iterable[str]) -> dict[str, Payout]:
    """Return payouts by what the processor calls them; what is none is left out."""
    found = Payout.objects.filter(company=company, reference__in=list(references))
    return {payout.reference: payout for payout in found}


def failed_payouts(company: Company, *, since: date) -> int:
    """Return how many payouts came back from the bank that were to arrive since."""
    return Payout.objects.filter(company=company, arrives_on__gte=since, state=Payout.State.FAILED).count()


def movements(company: Company, *, since: datetime, before: datetime) -> QuerySet[Movement]:
    """Return what moved at the processor from one instant up to another."""
    return Movement.objects.filter(company=company, at__gte=since, at__lt=before)


def with_all(rows: QuerySet[Movement]) -> QuerySet[Movement]:
    """Bring along what movements are about, in the same query."""
    return rows.select_related("payment__customer", "attempt__link__customer", "refund", "dispute", "payout")


def sums(rows: QuerySet[Movement]) -> dict[str, Sums]:
    """Add movements up by currency, in one query; gross and fees apart."""
    kinds = MovementKind
    found = (
        rows.order_by()
        .values("currency")
        .annotate(
            payments=Sum("gross", filter=Q(kind__in=_OF_PAYMENTS), default=0),
            refunds=Sum(
                "gross", filter=Q(kind__in=[kinds.REFUND.value, kinds.REFUND_FAILED.value]), default=0
            ),
            disputes=Sum(
                "gross", filter=Q(kind__in=[kinds.DISPUTE.value, kinds.DISPUTE_WON.value]), default=0
            ),
            charged=Sum("gross", filter=Q(kind=kinds.FEE.value), default=0),
            fee=Sum("fee", default=0),
            kept_back=Sum("gross", filter=Q(kind=kinds.KEPT_BACK.value), default=0),
            other=Sum("gross", filter=Q(kind=kinds.OTHER.value), default=0),
            payouts=Sum("gross", filter=Q(kind__in=_OF_PAYOUTS), default=0),
        )
        .order_by("currency")
    )
    return {row["currency"]: _sums(row) for row in found}


def balances(company: Company, *, before: datetime) -> dict[str, Money]:
    """Return what was at the processor at an instant, in each currency that ever moved until then."""
    rows = Movement.objects.filter(company=company, at__lt=before).values_list("currency")
    return {currency: Money(int(total), currency) for currency, total in rows.annotate(Sum("net"))}


def conversions(payments: Iterable[UUID]) -> dict[UUID, Conversion]:
    """Return what became of payments that the processor converted, in one query, and none for no payments.

    An account that was paid out in several currencies one after the other counts with the payment's.
    """
    rows = (
        Movement.objects.filter(payment__in=list(payments), presented__isnull=False)
        .order_by()
        .values_list("payment", "presented_currency", "currency")
        .annotate(
            worth=Sum("gross", filter=Q(kind__in=_OF_PAYMENTS), default=0),
            gone=Sum("gross", filter=~Q(kind__in=_OF_PAYMENTS), default=0),
            cost=Sum("fee"),
            rate=Max("exchange_rate", filter=Q(kind=MovementKind.PAYMENT.value)),
        )
    )
    return {
        key: Conversion(
            payment=key,
            paid_in=paid_in,
            worth=Money(worth, currency),
            gone=Money(-gone, currency),
            cost=Money(cost, currency),
            exchange_rate=rate,
        )
        for key, paid_in, currency, worth, gone, cost, rate in rows
        if rate is not None
    }


def purposes_of(payments: Iterable[UUID]) -> dict[UUID, list[Purpose]]:
    """Return what payments came in for, to the cent, in one query (X6)."""
    rows = (
        Allocation.objects.filter(payment__in=list(payments), entry__kind=Entry.Kind.PAYMENT)
        .select_related("invoice", "item")
        .order_by("item__due_on", "item__number")
    )
    found: dict[UUID, list[Purpose]] = {}
    for row in rows:
        purpose = Purpose(
            order=row.invoice.order_id if row.invoice else None,
            number=row.item.number,
            amount=Money(row.amount, row.item.currency),
        )
        found.setdefault(row.payment_id, []).append(purpose)
    return found


def latest_run(company: Company) -> Reconciliation | None:
    """Return the last comparison that came to its end."""
    ended = Reconciliation.objects.filter(company=company, finished_at__isnull=False)
    return ended.order_by("-started_at").first()


def _sums(row: dict[str, object]) -> Sums:
    currency = str(row["currency"])

    def money(name: str) -> Money:
        return Money(int(str(row[name])), currency)

    return Sums(
        payments=money("payments"),
        refunds=money("refunds"),
        disputes=money("disputes"),
        fees=money("charged") - money("fee"),
        kept_back=money("kept_back"),
        other=money("other"),
        payouts=money("payouts"),
    )
