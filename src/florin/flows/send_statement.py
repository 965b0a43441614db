"""Sending a customer's statement by mail, with a link to what is still open on it if anything is (R5).

check addresses -> draw up from the books -> number, write down -> mint a link -> outbox -> timeline
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from florin.contracts.emails import StatementEmail
from florin.domain.activity import services as activity
from florin.domain.attempts import asking
from florin.domain.companies import mail_texts
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.links import rules
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.links.rules import Answer
from florin.domain.outbox import services as outbox
from florin.domain.outbox.services import NewMessage
from florin.domain.staff.models import User
from florin.domain.statements import queries, services
from florin.domain.statements.composing import Period
from florin.domain.statements.models import Sending, Statement, Type
from florin.domain.statements.services import Draft
from florin.flows import send_documents
from florin.kernel import clock
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Proposal:
    """A statement as it would be sent now: what can be paid of it, and whether it may carry a link."""

    draft: Draft
    payable: int
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """How a statement is sent: in which press of the button, to whom, with a link or not, by whom.

    The mail begins with the ``note``.
    """

    submission: str
    recipients: tuple[str, ...]
    with_link: bool
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was queued: to whom, the statements, and why one has no link if the tick was set."""

    recipients: tuple[str, ...]
    sendings: tuple[Sending, ...]
    why_no_link: str


def period(company: Company, kind: Type, *, begin_on: date | None, end_on: date) -> Period:
    """Return the period of a statement; the open items are those of one day, whatever the first day is.

    Raises:
        Refusal: if it ends after today, begins after its end, or lacks the first day that its type needs.
    """
    if end_on > clock.today(company.time_zone):
        raise Refusal(_("The end date lies in the future. A statement can end today at the latest."))
    if kind == Type.OPEN_ITEMS:
        return Period(kind, None, end_on)
    if begin_on is None:
        raise Refusal(_("Give the first day of the statement."))
    if begin_on > end_on:
        raise Refusal(_("The first day lies after the end date. Change one of them."))
    return Period(kind, begin_on, end_on)


def propose(company: Company, customer: Customer, asked: Period) -> list[Proposal]:
    """Return the statements as they would be sent now, one per currency; nothing is stored."""
    return [_proposal(company, customer, draft) for draft in services.draw_up(customer, asked)]


def offer(company: Company, customer: Customer, *, balance: Money, payable: int) -> Answer:
    """Say whether a statement may carry a link: as all that is sent by hand, if there is something to pay."""
    if balance.minor <= 0:
        return Answer(False, _("Nothing is owed on this statement, so it carries no payment link."))
    if payable <= 0:
        return Answer(
            False,
            _(
                "What this statement asks for has been paid, is being paid or is covered by open credits,"
                " so it carries no payment link."
            ),
        )
    answer = rules.for_manual_send(company, customer, currency=balance.currency)
    return rules.within(answer, company, Money(payable, balance.currency))


@transaction.atomic(durable=True)
def send(
    company: Company,
    customer_id: UUID,
    asked: Period,
    *,
    to: Sequence[str],
    with_link: bool,
    submission: str,
    by: User,
    note: str = "",
) -> Sent:
    """Make a customer's statements, one per currency, and queue each to every address.

    Each has one new link to the invoices that were open on the end date, for what is still open on them.
    ``submission`` names the press of the Send button: pressing it twice makes and sends once.

    Raises:
        NotFound: if the company has no such customer.
        Refusal: if an address or the note is wrong; nothing is made or sent then.
    """
    recipients = send_documents.addresses(to)
    parcel = Parcel(
        submission=submission,
        recipients=recipients,
        with_link=with_link,
        by=by.name,
        note=mail_texts.read(note),
    )
    return make(company, customer_id, asked, parcel)


def make(company: Company, customer_id: UUID, asked: Period, parcel: Parcel) -> Sent:
    """Make and queue a customer's statements as ``send`` does, in the caller's transaction.

    Raises:
        NotFound: if the company has no such customer.
    """
    customer = _locked(company, customer_id)
    event = _event(customer.pk, parcel.submission)
    known = Sending.objects.filter(event__startswith=f"{event}:", statement__company=company)
    if known.exists():
        return Sent(parcel.recipients, tuple(known.select_related("statement").order_by("pk")), "")
    sendings, why_not = [], ""
    for proposal in propose(company, customer, asked):
        statement = services.issue(company, customer, proposal.draft, by=parcel.by)
        activity.note(
            company.pk,
            activity.Kind.STATEMENT_MADE,
            subjects=[customer.pk, statement.pk, *statement.invoices],
            actor=parcel.by,
            number=statement.number,
            **activity.details_of(statement.money),
        )
        payable = proposal.payable if parcel.with_link and proposal.answer.offered else 0
        why_not = why_not or (proposal.answer.reason if parcel.with_link else "")
        sendings.append(_queue(statement, parcel, event=f"{event}:{statement.currency}", payable=payable))
    return Sent(parcel.recipients, tuple(sendings), why_not)


@transaction.atomic(durable=True)
def send_again(
    company: Company,
    statement_id: UUID,
    *,
    to: Sequence[str],
    with_link: bool,
    submission: str,
    by: User,
    note: str = "",
) -> Sent:
    """Queue a statement that was made before, with a new link to the same invoices (R16).

    Raises:
        NotFound: if the company has no such statement.
        Refusal: if an address or the note is wrong; nothing is sent then.
    """
    recipients, note = send_documents.addresses(to), mail_texts.read(note)
    statement = find(queries.of_company(company), pk=statement_id)
    customer = _locked(company, statement.customer_id)
    event = _event(statement.pk, submission)
    known = Sending.objects.filter(event=event, statement=statement)
    if known.exists():
        return Sent(recipients, tuple(known), "")
    payable, answer = payable_now(company, customer, statement)
    parcel = Parcel(submission=submission, recipients=recipients, with_link=with_link, by=by.name, note=note)
    offered = with_link and answer.offered
    sending = _queue(statement, parcel, event=event, payable=payable if offered else 0)
    return Sent(recipients, (sending,), answer.reason if with_link else "")


def payable_now(company: Company, customer: Customer, statement: Statement) -> tuple[int, Answer]:
    """Return what can be paid of a statement now, in minor units, and whether sending it may carry a link."""
    items = queries.items_of(statement)
    payable = asking.payable(company, customer, statement.currency, items)
    return payable, offer(
        company, customer, balance=Money(statement.balance, statement.currency), payable=payable
    )


def _queue(statement: Statement, parcel: Parcel, *, event: str, payable: int) -> Sending:
    """Mint a link if there is something to pay by it, queue one mail per address, and tell the timelines."""
    link, language = _mint(statement, parcel) if payable else None, statement.content["language"]
    sending = services.note_sent(
        statement,
        event=event,
        link=link,
        recipients=parcel.recipients,
        payable=payable,
        by=parcel.by,
    )
    subjects = [statement.customer_id, statement.pk, *statement.invoices, *([link.pk] if link else [])]
    outbox.enqueue(
        NewMessage(
            company_id=statement.company_id,
            event=event,
            email=StatementEmail(
                sending=sending.pk,
                intro=mail_texts.intro(statement.company_id, mail_texts.Kind.STATEMENT, language=language),
                note=parcel.note,
            ),
            language=language,
            recipients=parcel.recipients,
            subjects=subjects,
        )
    )
    activity.note(
        statement.company_id,
        activity.Kind.QUEUED,
        subjects=subjects,
        actor=parcel.by,
        to=", ".join(parcel.recipients),
        number=statement.number,
        link=int(link is not None),
        **send_documents.note_details(parcel.note),
    )
    return sending


def _mint(statement: Statement, parcel: Parcel) -> Link:
    return links.mint(
        services.current_revisions(statement),
        recipients=parcel.recipients,
        by=parcel.by,
        kind=Link.Kind.STATEMENT,
    )


def _proposal(company: Company, customer: Customer, draft: Draft) -> Proposal:
    document = draft.document
    payable = asking.payable(company, customer, document.currency, draft.open_items)
    balance = Money(document.balance, document.currency)
    return Proposal(draft, payable, offer(company, customer, balance=balance, payable=payable))


def _event(subject: UUID, submission: str) -> str:
    """Name the event of a press: the same for the same press on the same thing, and no other company's."""
    return f"statement:{uuid5(subject, submission)}"


def _locked(company: Company, customer_id: UUID) -> Customer:
    """Lock the customer, so that two presses of Send come one after the other; who pays need not wait."""
    customers = Customer.objects.filter(company=company).select_related("company")
    return find(customers.select_for_update(of=("self",), no_key=True), pk=customer_id)
