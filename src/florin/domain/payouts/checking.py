"""Comparing the processor's account of our money with the books, payment by payment and as a whole.

What differs and cannot be mended for certain is kept as a ``Difference`` for a person, and closes by itself
when it no longer holds.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum

from florin.contracts.processor import Itemised, MovementKind
from florin.domain.attempts.lifecycle import FINAL
from florin.domain.attempts.methods import ONLINE
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.disputes.models import Dispute
from florin.domain.ledger import checking
from florin.domain.ledger.checking import Finding
from florin.domain.ledger.models import Account, Line
from florin.domain.payments.models import Payment, Return
from florin.domain.payouts.comparing import ComparedPayment, Found, text
from florin.domain.payouts.models import Difference, Movement, Payout
from florin.domain.refunds.models import Refund
from florin.kernel import clock

Kind = Difference.Kind
BY_ITSELF = "reconciliation"
# Longer than a bank debit needs from its submission to the processor's last word.
_DEBITS_TAKE = timedelta(days=14)
_CHECKS = {
    "what the processor moved apart from our payments is booked": """
        SELECT movement.reference, movement.net || ' is not ' || coalesce(sum(line.amount), 0)
        FROM payouts_movement movement
        LEFT JOIN ledger_entry entry ON entry.key = 'movement:' || movement.id
        LEFT JOIN ledger_line line ON line.entry_id = entry.id AND line.account = 'processor'
        WHERE movement.payment_id IS NULL AND NOT movement.is_pending
        GROUP BY movement.id HAVING movement.net <> coalesce(sum(line.amount), 0)
    """,
    "what the processor moved for our payments is booked there alone": """
        SELECT movement.reference, entry.key FROM payouts_movement movement
        JOIN ledger_entry entry ON entry.key = 'movement:' || movement.id
        WHERE (movement.payment_id IS NOT NULL AND movement.presented IS NULL) OR movement.is_pending
    """,
    "what the processor converted is booked in both currencies": """
        SELECT movement.reference, movement.net || ' for ' || movement.presented
        FROM payouts_movement movement
        LEFT JOIN ledger_entry entry ON entry.key = 'movement:' || movement.id
        LEFT JOIN ledger_line line ON line.entry_id = entry.id AND line.account = 'processor'
        WHERE movement.payment_id IS NOT NULL AND movement.presented IS NOT NULL
        GROUP BY movement.id
        HAVING movement.net <> coalesce(sum(line.amount) FILTER (WHERE line.currency = movement.currency), 0)
            OR movement.presented
               <> -coalesce(sum(line.amount) FILTER (WHERE line.currency = movement.presented_currency), 0)
    """,
    "a debit that is a payment is under way no more": """
        SELECT movement.reference, payment.number FROM payouts_movement movement
        JOIN payments_payment payment ON payment.attempt_id = movement.attempt_id
        WHERE movement.is_pending
    """,
}


@contextmanager
def still_picture() -> Iterator[None]:
    """See the tables as they are at one instant, however long the reading takes; nothing is written."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def findings() -> list[Finding]:
    """Return every movement that is not booked as it must be."""
    return checking.run(_CHECKS)


def in_question(company: Company, *, since: datetime) -> list[UUID]:
    """Return the payments that a comparison looks at: those that moved since, or differed before."""
    recent = Payment.objects.filter(company=company, received_at__gte=since, method__in=ONLINE)
    keys = {
        *recent.values_list("pk", flat=True),
        *_open(company).filter(payment__isnull=False).values_list("payment", flat=True),
        *Movement.objects.filter(company=company, at__gte=since, payment__isnull=False).values_list(
            "payment", flat=True
        ),
        *Refund.objects.filter(company=company, requested_at__gte=since).values_list("payment", flat=True),
        *Dispute.objects.filter(company=company, opened_at__gte=since).values_list("payment", flat=True),
        *Return.objects.filter(payment__company=company, returned_at__gte=since).values_list(
            "payment", flat=True
        ),
    }
    online = Payment.objects.filter(pk__in=keys, method__in=ONLINE).values_list("pk", flat=True)
    return sorted(online)


def about_movements(company: Company, *, since: datetime) -> list[Found]:
    """Return money that the processor moved and we know nothing of."""
    named = list(_open(company).values_list("subject", flat=True))
    first = Attempt.objects.filter(company=company).order_by("pk").first()
    loose = Movement.objects.filter(
        Q(at__gte=since) | Q(reference__in=named),
        company=company,
        payment__isnull=True,
        attempt__isnull=True,
        kind__in=[MovementKind.PAYMENT.value, MovementKind.OTHER.value],
        # What was in the account before Florin came is no difference of ours; processors tell whole seconds.
        at__gte=(first.started_at if first else clock.now()).replace(microsecond=0),
    )
    return [
        Found(
            Kind.UNKNOWN_PAYMENT if row.kind == MovementKind.PAYMENT else Kind.OTHER,
            row.reference,
            theirs=text(row.gross, row.currency),
        )
        for row in loose
    ]


def about_debits(company: Company) -> list[Found]:
    """Return debits that ended here weeks ago and which the processor still counts as under way."""
    pending = Movement.objects.filter(company=company, is_pending=True, at__lt=clock.now() - _DEBITS_TAKE)
    return [
        Found(Kind.STATE, row.about, ours=row.attempt.state, theirs=text(row.gross, row.currency))
        for row in pending.select_related("attempt")
        if row.attempt and row.attempt.state in FINAL
    ]


def about_payouts(company: Company, *, since: datetime) -> list[Found]:
    """Return payouts that are not the sum of their parts, of those whose parts the processor tells."""
    named = list(_open(company).filter(kind=Kind.PAYOUT).values_list("subject", flat=True))
    rows = Payout.objects.filter(
        Q(made_at__gte=since) | Q(reference__in=named), company=company, itemised=Itemised.YES
    )
    summed = rows.annotate(parts=Sum("movements__net"))
    return [
        Found(
            Kind.PAYOUT,
            row.reference,
            ours=text(int(row.parts), row.currency),
            theirs=text(row.amount, row.currency),
        )
        for row in summed
        if row.parts is not None and row.parts != row.amount
    ]


def about_the_whole(company: Company, rows: Sequence[ComparedPayment]) -> list[Found]:
    """Prove that books and processor come to the same, but for what single payments explain.

    What is left is told as what the one side has more than the other.
    """
    ours, theirs = sums(company)
    explained: Counter[str] = Counter()
    for row in rows:
        for about, currency in {*row.reported, *row.booked}:
            explained[currency] += row.gap(about, currency)
    found = []
    for currency in sorted({*ours, *theirs}):
        gap = ours[currency] - theirs[currency] - explained[currency]
        if gap:
            ours_more, theirs_more = (text(gap, currency), "") if gap > 0 else ("", text(-gap, currency))
            subject = f"{Account.PROCESSOR.label} {currency}"
            found.append(Found(Kind.AMOUNT, subject, ours=ours_more, theirs=theirs_more))
    return found


def sums(company: Company) -> tuple[Counter[str], Counter[str]]:
    """Return what we have at the processor, and what the movements that we know of come to.

    The first is what the books say, and the debits under way, which are in no books yet.
    """
    booked = Line.objects.filter(entry__company=company, account=Account.PROCESSOR).values_list("currency")
    currencies = Movement.objects.filter(company=company).values_list("currency")
    ours = Counter({currency: int(total) for currency, total in booked.annotate(Sum("amount"))})
    for currency, total in currencies.filter(is_pending=True).annotate(Sum("net")):
        ours[currency] += int(total)
    return ours, Counter({currency: int(total) for currency, total in currencies.annotate(Sum("net"))})


def about_balances(ours: Counter[str], moved: Counter[str], theirs: Counter[str]) -> list[Found]:
    """Return where the processor's balance is neither what the books have nor what its movements come to.

    Where only the books differ, what it moved explains the balance, and the rest of a comparison tells why
    they do. All are minor units by currency.
    """
    return [
        Found(
            Kind.BALANCE,
            currency,
            ours=text(ours[currency], currency),
            theirs=text(theirs[currency], currency),
        )
        for currency in sorted({*ours, *moved, *theirs})
        if theirs[currency] not in {ours[currency], moved[currency]}
    ]


def still_open(company: Company, kind: Difference.Kind) -> list[Found]:
    """Return the open differences of a kind as they were found, for a run that could not look again."""
    return [
        Found(kind, row.subject, row.ours, row.theirs, row.payment)
        for row in _open(company).filter(kind=kind)
    ]


def still_unread(company: Company, *, read: Collection[str]) -> list[Found]:
    """Return what could not be looked at before and was not since, though lists may not reach it any more.

    A line of the processor's account is done with once we have it, a payout once it adds up or is one whose
    parts are never told; ``read`` names what else this run could look at.
    """
    before = still_open(company, Kind.UNREAD)
    named = {"company": company, "reference__in": [one.subject for one in before]}
    payouts = Payout.objects.filter(**named).annotate(parts=Sum("movements__net"))
    done = {
        *read,
        *Movement.objects.filter(**named).values_list("reference", flat=True),
        *(row.reference for row in payouts if row.itemised == Itemised.NEVER or row.parts == row.amount),
    }
    return [one for one in before if one.subject not in done]


def note(company: Company, found: Collection[Found]) -> int:
    """Keep what differs, close what no longer does, and return how many are open; the company is locked.

    What a person has settled stays settled while it is the same.
    """
    now = clock.now()
    known = {(row.kind, row.subject): row for row in _open(company)}
    settled = set(
        Difference.objects.filter(company=company, subject__in=[one.subject for one in found])
        .exclude(settled_by=BY_ITSELF)
        .exclude(settled_at=None)
        .values_list("kind", "subject", "ours", "theirs")
    )
    for one in {(one.kind, one.subject): one for one in found}.values():
        row = known.pop((one.kind.value, one.subject), None)
        if row is None and (one.kind.value, one.subject, one.ours, one.theirs) in settled:
            continue
        row = row or Difference(company=company, found_at=now, payment=one.payment)
        row.kind, row.subject, row.ours, row.theirs = one.kind, one.subject, one.ours, one.theirs
        row.save()
    gone = Difference.objects.filter(pk__in=[row.pk for row in known.values()])
    gone.update(settled_at=now, settled_by=BY_ITSELF)
    return _open(company).count()


def _open(company: Company) -> QuerySet[Difference]:
    return Difference.objects.filter(company=company, settled_at__isnull=True)
