"""Sending the statements of many customers: a mailing run, and each customer's item by itself (R5).

choose -> run with an item for each customer -> each item: draw up, write down, link, outbox
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from florin.domain.companies import mail_texts
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.ledger import aging
from florin.domain.mailing_runs import services as mailing_runs
from florin.domain.mailing_runs.lifecycle import RunItemState
from florin.domain.mailing_runs.models import MailingRun, RunItem
from florin.domain.mailing_runs.services import NewItem, NewRun, Outcome
from florin.domain.staff.models import User
from florin.domain.statements.instructions import Instructions
from florin.flows import queue_mailing_run, send_documents, send_statement
from florin.flows.send_statement import Parcel
from florin.kernel.errors import Refusal
from florin.kernel.money import Money

MOST_CUSTOMERS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRecipient:
    """One customer on the review: to whom, what is owed today, and why nothing can be sent, if so."""

    customer: Customer
    totals: Sequence[Money]
    recipients: tuple[str, ...]
    reason: str


def review(company: Company, customers: Iterable[UUID]) -> list[StatementRecipient]:
    """Say what sending statements to these customers would do, in two queries however many there are.

    Keys that are not the company's customers are passed over.
    """
    chosen = Customer.objects.filter(company=company, pk__in=list(customers)).order_by("name", "pk")
    owed: dict[UUID, list[Money]] = {}
    for row in aging.by_customer(company):
        owed.setdefault(row.customer_id, []).append(Money(row.aging.total, row.currency))
    return [_recipient(customer, owed.get(customer.pk, [])) for customer in chosen]


def start(
    company: Company,
    customers: Sequence[UUID],
    instructions: Instructions,
    *,
    submission: str,
    by: User,
) -> MailingRun:
    """Store a run and ask for its items to be worked; the same submission makes one run.

    Raises:
        Refusal: if nobody or too many were chosen, or the note cannot be sent; nothing is made or sent then.
    """
    instructions = replace(instructions, note=mail_texts.read(instructions.note))
    known = mailing_runs.find_submitted(company, MailingRun.Kind.STATEMENTS, submission)
    new = NewRun(
        company=company,
        kind=MailingRun.Kind.STATEMENTS,
        submission=submission,
        instructions=instructions.to_json(),
        by=by.name,
        language=translation.get_language() or "en",
    )
    return known or _start(new, customers)


def queue_mails(item: RunItem) -> Outcome:
    """Make the customer's statements and queue their mails, as sending one by hand does.

    Runs in the transaction that has claimed the item.
    """
    run = item.run
    instructions = Instructions.from_json(run.instructions)
    parcel = Parcel(
        submission=str(item.pk),
        recipients=tuple(item.recipients),
        with_link=instructions.with_link,
        by=run.made_by,
        note=instructions.note,
    )
    sent = send_statement.make(run.company, item.customer_id, instructions.period, parcel)
    return Outcome(RunItemState.SENT, events=[sending.event for sending in sent.sendings])


@transaction.atomic(durable=True)
def _start(new: NewRun, customers: Sequence[UUID]) -> MailingRun:
    if len(customers) > MOST_CUSTOMERS:
        raise Refusal(
            _("At most 5,000 statements go out at once. Choose fewer, and send the rest afterwards.")
        )
    reviewed = review(new.company, customers)
    if not reviewed:
        raise Refusal(_("Choose at least one customer first."))
    items = [
        NewItem(customer_id=each.customer.pk, recipients=each.recipients, reason=each.reason)
        for each in reviewed
    ]
    return queue_mailing_run.queue(new, items)


def _recipient(customer: Customer, totals: Sequence[Money]) -> StatementRecipient:
    recipients: tuple[str, ...] = ()
    reason = ""
    try:
        recipients = send_documents.addresses(customer.statement_emails or customer.invoice_emails)
    except Refusal:
        reason = _("There is no e-mail address to send to. Add one to the customer.")
    return StatementRecipient(customer=customer, totals=totals, recipients=recipients, reason=reason)
