"""Making and sending the statements of many customers: a run, and each customer's part by itself.

choose -> run with a part for each customer -> each part: draw up, write down, link, outbox
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.ledger import aging
from florin.domain.staff.models import User
from florin.domain.statements import runs
from florin.domain.statements.composing import Period
from florin.domain.statements.models import Part, Run, Type
from florin.domain.statements.runs import NewPart, NewRun
from florin.flows import send_documents, send_statement
from florin.flows.send_statement import Parcel
from florin.kernel.errors import Refusal
from florin.kernel.jobs import Job, later
from florin.kernel.money import Money

MOST_CUSTOMERS = 5000
_PARTS_A_JOB = 25
_PARTS_A_ROUND = 500

_log = logging.getLogger("florin.flows.send_statements")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One customer on the review: to whom, what is owed today, and why nothing can be sent, if so."""

    customer: Customer
    totals: Sequence[Money]
    recipients: tuple[str, ...]
    reason: str


def review(company: Company, customers: Iterable[UUID]) -> list[Row]:
    """Say what sending statements to these customers would do, in two queries however many there are.

    Keys that are not the company's customers are passed over.
    """
    chosen = Customer.objects.filter(company=company, pk__in=list(customers)).order_by("name", "pk")
    owed: dict[UUID, list[Money]] = {}
    for row in aging.by_customer(company):
        owed.setdefault(row.customer_id, []).append(Money(row.aging.total, row.currency))
    return [_row(customer, owed.get(customer.pk, [])) for customer in chosen]


def start(
    company: Company, customers: Sequence[UUID], asked: Period, *, with_link: bool, press: str, by: User
) -> Run:
    """Store a run and ask for its parts to be worked; the same press makes one run.

    Raises:
        Refusal: if nobody or too many were chosen; nothing is made or sent then.
    """
    return runs.pressed(company, press) or _start(
        NewRun(
            company=company,
            period=asked,
            with_link=with_link,
            press=press,
            by=by.name,
            language=translation.get_language() or "en",
        ),
        customers,
    )


def work(parts: Sequence[UUID]) -> None:
    """Work parts, each in a transaction of its own; what is done already is passed over.

    A part that fails is marked and stops no other. If the database is away, the part
    stays queued, and the next round finds it.
    """
    for key in parts:
        try:
            _work(key)
        except (OperationalError, InterfaceError) as problem:
            _log.warning("Part %s of a run waits for the database: %s", key, type(problem).__name__)
        except Exception:  # noqa: BLE001 - whatever it is, the others still go out
            _log.exception("Part %s of a run failed", key)
            _give_up(key)


def sweep() -> None:
    """Work parts that are still queued: their job was lost, or its worker died."""
    work(runs.left(_PARTS_A_ROUND))


@transaction.atomic(durable=True)
def _start(new: NewRun, customers: Sequence[UUID]) -> Run:
    if len(customers) > MOST_CUSTOMERS:
        raise Refusal(
            _("At most 5,000 statements go out at once. Choose fewer, and send the rest afterwards.")
        )
    rows = review(new.company, customers)
    if not rows:
        raise Refusal(_("Choose at least one customer first."))
    run, queued = runs.open_run(
        new,
        [NewPart(customer_id=row.customer.pk, recipients=row.recipients, reason=row.reason) for row in rows],
    )
    keys = [str(key) for key in queued]
    for begin in range(0, len(keys), _PARTS_A_JOB):
        later(Job.SEND_STATEMENTS, parts=keys[begin : begin + _PARTS_A_JOB])
    return run


def _row(customer: Customer, totals: Sequence[Money]) -> Row:
    recipients: tuple[str, ...] = ()
    reason = ""
    try:
        recipients = send_documents.addresses(customer.statement_emails or customer.invoice_emails)
    except Refusal:
        reason = _("There is no e-mail address to send to. Add one to the customer.")
    return Row(customer=customer, totals=totals, recipients=recipients, reason=reason)


@transaction.atomic(durable=True)
def _work(key: UUID) -> None:
    part = runs.take(key)
    if part is None:
        return
    run = part.run
    asked = Period(Type(run.type), run.begin_on, run.end_on)
    parcel = Parcel(
        press=str(part.pk), recipients=tuple(part.recipients), with_link=run.with_link, by=run.made_by
    )
    send_statement.make(run.company, part.customer_id, asked, parcel)
    runs.settle(part, Part.State.SENT)


@transaction.atomic(durable=True)
def _give_up(key: UUID) -> None:
    part = runs.take(key)
    if part is None:
        return
    with translation.override(part.run.language):
        sorry = _("Something went wrong on our side, and nothing was sent. Send this statement again.")
        runs.settle(part, Part.State.FAILED, sorry)
