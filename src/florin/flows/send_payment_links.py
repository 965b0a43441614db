"""Sending payment links for many invoices of many customers at once (R6).

review -> mailing run, an item for each customer -> for each item by itself: ask the rule again
-> mint a link per currency -> outbox -> timeline (the mails leave later)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from florin.contracts.demands import Demand
from florin.contracts.documents import InvoiceList, OpenInvoice
from florin.contracts.emails import InvoicesEmail, LinkedInvoices
from florin.domain.activity import services as activity
from florin.domain.attempts import asking, bill
from florin.domain.attempts.asking import Debt
from florin.domain.attempts.deducting import Whose
from florin.domain.companies import mail_texts
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Revision
from florin.domain.links import rules
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.links.rules import Answer
from florin.domain.mailing_runs import services as mailing_runs
from florin.domain.mailing_runs.lifecycle import RunItemState
from florin.domain.mailing_runs.models import MailingRun, RunItem
from florin.domain.mailing_runs.services import NewItem, NewRun, Outcome
from florin.domain.outbox import services as outbox
from florin.domain.outbox.services import NewMessage
from florin.domain.staff.models import User
from florin.flows import queue_mailing_run, send_documents
from florin.kernel.errors import Refusal
from florin.kernel.money import Money

MOST_INVOICES = 5000
_NUMBERS_NAMED = 3
_NUMBERS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSelection:
    """One customer on the review: what would be sent, and what would not, with the reason.

    ``reason`` is a sentence if nothing can be sent at all; ``left_out`` pairs numbers with reasons. The mail
    would make these ``demands``, by currency.
    """

    customer: Customer
    chosen: Sequence[UUID]
    invoices: Sequence[Revision]
    left_out: Sequence[tuple[str, str]]
    reason: str
    demands: Mapping[str, Demand]

    @property
    def not_shown(self) -> int:
        """How many invoices there are beyond the first few that a row has room for."""
        return max(len(self.invoices) - _NUMBERS_SHOWN, 0)

    @property
    def totals(self) -> list[Money]:
        """What the mail would ask for, in each currency."""
        return [Money(demand.payable, currency) for currency, demand in sorted(self.demands.items())]

    @property
    def deducted(self) -> list[Money]:
        """What open credits take off, in each currency where they do."""
        taken = ((demand.deducted, currency) for currency, demand in sorted(self.demands.items()))
        return [Money(minor, currency) for minor, currency in taken if minor]


@dataclass(frozen=True, slots=True)
class _Payables:
    """Why invoices cannot be paid now (by key), and what the others ask for, by customer and currency."""

    why_not: Mapping[UUID, str]
    demands: Mapping[Whose, Demand]


@dataclass(frozen=True, slots=True)
class Review:
    """All customers of a selection by name; ``obstacle`` is a sentence if the company cannot send links."""

    obstacle: str
    rows: Sequence[CustomerSelection]


def review(company: Company, invoices: Sequence[UUID]) -> Review:
    """Say what sending links for these invoices would do, with the same few queries however many there are.

    Keys that are not the company's invoices are passed over.
    """
    of_customer: dict[UUID, list[Revision]] = {}
    for revision in _current(company, invoices):
        of_customer.setdefault(revision.invoice.customer_id, []).append(revision)
    customers = Customer.objects.filter(company=company, pk__in=of_customer).order_by("name", "pk")
    chosen = [revision for some in of_customer.values() for revision in some]
    payables = _read_payables(company, chosen)
    rows = [_selection(company, customer, of_customer[customer.pk], payables) for customer in customers]
    return Review(rules.for_anybody(company).reason, rows)


def start(
    company: Company,
    invoices: Sequence[UUID],
    *,
    addresses: Mapping[UUID, Sequence[str]],
    submission: str,
    by: User,
    note: str = "",
) -> MailingRun:
    """Store a run and ask for its items to be worked; the same submission, from wherever, makes one run.

    Args:
        company: whose invoices.
        invoices: the keys of what was chosen.
        addresses: where each customer's mail goes, by the customer's key; without any, the item is skipped.
        submission: the key of the form's submission.
        by: who sends.
        note: what each of the mails begins with.

    Raises:
        Refusal: if the company cannot send links, the note cannot be sent, or nothing or too much was
            chosen; nothing is sent then.
    """
    return find_submitted(company, submission) or _start(
        company, invoices, addresses, submission=submission, by=by, note=mail_texts.read(note)
    )


def find_submitted(company: Company, submission: str) -> MailingRun | None:
    """Return the run that a submission has made, if it has."""
    return mailing_runs.find_submitted(company, MailingRun.Kind.PAYMENT_LINKS, submission)


@transaction.atomic(durable=True)
def _start(
    company: Company,
    invoices: Sequence[UUID],
    addresses: Mapping[UUID, Sequence[str]],
    *,
    submission: str,
    by: User,
    note: str = "",
) -> MailingRun:
    if len(invoices) > MOST_INVOICES:
        raise Refusal(_("At most 5,000 invoices go out at once. Choose fewer, and send the rest afterwards."))
    reviewed = review(company, invoices)
    if reviewed.obstacle:
        raise Refusal(reviewed.obstacle)
    if not reviewed.rows:
        raise Refusal(_("Choose at least one invoice first."))
    new = NewRun(
        company=company,
        kind=MailingRun.Kind.PAYMENT_LINKS,
        submission=submission,
        by=by.name,
        language=translation.get_language() or "en",
        instructions={"note": note},
    )
    return queue_mailing_run.queue(
        new, [_new_item(row, addresses.get(row.customer.pk, ())) for row in reviewed.rows]
    )


def _new_item(row: CustomerSelection, given: Sequence[str]) -> NewItem:
    """Return the item of a customer; skipped at once if nothing can be sent, or nowhere."""
    recipients: tuple[str, ...] = ()
    reason = row.reason
    if not reason:
        try:
            recipients = send_documents.addresses(given)
        except Refusal as problem:
            reason = (
                str(problem) if any(map(str.strip, given)) else _("There is no e-mail address to send to.")
            )
    return NewItem(
        customer_id=row.customer.pk,
        recipients=recipients,
        invoices=row.chosen,
        reason=reason,
        left_out=row.left_out if row.reason else (),
    )


def queue_mails(item: RunItem) -> Outcome:
    """Queue one mail to each recipient with one link per currency, if the rule still allows it (R6).

    Runs in the transaction that has claimed the item.
    """
    run, company = item.run, item.run.company
    revisions = _current(company, item.invoices)
    row = _selection(company, item.customer, revisions, _read_payables(company, revisions))
    if row.reason:
        return Outcome(RunItemState.SKIPPED, row.reason, row.left_out)
    minted = [_mint(item, revisions, row.demands) for revisions in _by_currency(row.invoices)]
    invoices = [revision.invoice for revision in row.invoices]
    event, language = f"run_item:{item.pk}", item.customer.reads(company)
    note = run.instructions.get("note", "")
    subjects = [run.pk, item.customer_id, *(link.pk for link, _listed in minted)]
    subjects += [key for invoice in invoices for key in (invoice.order_id, invoice.pk)]
    outbox.enqueue(
        NewMessage(
            company_id=company.pk,
            event=event,
            email=InvoicesEmail(
                lists=tuple(LinkedInvoices(link=link.pk, list=listed) for link, listed in minted),
                intro=mail_texts.intro(company.pk, mail_texts.Kind.LINKS, language=language),
                note=note,
            ),
            language=language,
            recipients=item.recipients,
            subjects=subjects,
        )
    )
    activity.note(
        company.pk,
        activity.Kind.QUEUED,
        subjects=subjects,
        actor=run.made_by,
        to=", ".join(item.recipients),
        number=_name_first([invoice.number for invoice in invoices]),
        link=1,
        **send_documents.note_details(note),
    )
    return Outcome(RunItemState.SENT, left_out=row.left_out, events=[event])


def _mint(
    item: RunItem, revisions: Sequence[Revision], demands: Mapping[str, Demand]
) -> tuple[Link, InvoiceList]:
    """Make the link to these invoices of one currency, and freeze the table that its mail shows."""
    customer, company = item.customer, item.run.company
    link = links.mint(revisions, recipients=item.recipients, by=item.run.made_by, kind=Link.Kind.BATCH)
    listed = InvoiceList(
        letterhead=company.letterhead,
        customer_number=customer.number,
        customer_name=customer.name,
        currency=link.currency,
        invoices=tuple(_listed(revision) for revision in revisions),
        language=customer.reads(company),
        paying=demands[link.currency].paying,
        credits=demands[link.currency].credits,
    )
    return link, listed


def _listed(revision: Revision) -> OpenInvoice:
    invoice = revision.invoice
    return OpenInvoice(
        number=invoice.number,
        po_number=invoice.order.po_number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        total=revision.total,
        balance=invoice.item.balance,
    )


def _selection(
    company: Company, customer: Customer, revisions: Sequence[Revision], payables: _Payables
) -> CustomerSelection:
    """Say which of a customer's invoices may go out with a link now, and why the others may not."""
    reasons = [
        rules.for_manual_send(company, customer, currency=revision.invoice.currency).reason
        or payables.why_not.get(revision.invoice_id, "")
        for revision in revisions
    ]
    going = [revision for revision, reason in zip(revisions, reasons, strict=True) if not reason]
    currencies = {revision.invoice.currency for revision in going}
    row = CustomerSelection(
        customer=customer,
        chosen=[revision.invoice_id for revision in revisions],
        invoices=going,
        left_out=[
            (revision.invoice.number, reason)
            for revision, reason in zip(revisions, reasons, strict=True)
            if reason
        ],
        reason="",
        demands={currency: payables.demands[customer.pk, currency] for currency in currencies},
    )
    if row.invoices:
        return row
    several = _("None of the chosen invoices can be paid now.")
    return replace(row, reason=reasons[0] if len(set(reasons)) == 1 else several)


def _read_payables(company: Company, revisions: Sequence[Revision]) -> _Payables:
    """See why invoices cannot be paid now, each by itself or all of a customer's, and what is asked (R12)."""
    held = bill.reserved([revision.invoice.item_id for revision in revisions])
    reasons = {revision.invoice_id: _settled(revision, held) for revision in revisions}
    left = [revision.invoice for revision in revisions if not reasons[revision.invoice_id]]
    owed: dict[Whose, dict[UUID, Debt]] = {}
    for invoice in left:
        debt = Debt(invoice.item.balance, held.get(invoice.item_id, 0))
        owed.setdefault((invoice.customer_id, invoice.currency), {})[invoice.item_id] = debt
    demands = asking.less_credits(company, owed)
    barred = {
        whose: asking.within(Answer(offered=True), company, whose[1], demand).reason
        for whose, demand in demands.items()
    }
    whys = {invoice.pk: barred[invoice.customer_id, invoice.currency] for invoice in left}
    return _Payables(reasons | whys, demands)


def _settled(revision: Revision, held: Mapping[UUID, int]) -> str:
    invoice = revision.invoice
    if invoice.void:
        return _("A void invoice cannot be paid.")
    if invoice.item.balance <= 0:
        return _("This is paid; nothing is owed on it any more.")
    if invoice.item.balance <= held.get(invoice.item_id, 0):
        return _("This is being paid right now.")
    return ""


def _current(company: Company, invoices: Sequence[UUID]) -> list[Revision]:
    """Return what the company's invoices among the keys say now, the earliest due first, in one query."""
    return list(
        Revision.objects.filter(invoice__company=company, invoice__in=invoices, number=F("invoice__revision"))
        .select_related("invoice__item", "invoice__order")
        .only("total", *_OF_AN_INVOICE)
        .order_by("invoice__due_on", "invoice__number")
    )


_OF_AN_INVOICE = [
    f"invoice__{name}"
    for name in (
        *("company_id", "customer_id", "order__po_number", "item__balance", "number", "currency"),
        *("issued_on", "due_on", "void"),
    )
]


def _by_currency(revisions: Sequence[Revision]) -> list[list[Revision]]:
    groups: dict[str, list[Revision]] = {}
    for revision in revisions:
        groups.setdefault(revision.invoice.currency, []).append(revision)
    return [groups[currency] for currency in sorted(groups)]


def _name_first(numbers: Sequence[str]) -> str:
    """Name the first few: "INV-1, INV-2, INV-3, +9"."""
    rest = len(numbers) - _NUMBERS_NAMED
    return ", ".join([*numbers[:_NUMBERS_NAMED], *([f"+{rest}"] if rest > 0 else [])])
