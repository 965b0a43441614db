"""Sending an invoice by mail, with a payment link when it may have one.

check addresses -> ask the rule -> mint a link -> outbox -> timeline (the mail itself leaves later)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from florin.contracts.demands import Demand
from florin.contracts.emails import InvoiceEmail
from florin.domain.activity import services as activity
from florin.domain.attempts import asking
from florin.domain.companies import mail_texts
from florin.domain.companies.models import Company
from florin.domain.invoices import services as invoices
from florin.domain.invoices.models import Invoice
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.links.rules import Answer
from florin.domain.orders.models import Order
from florin.domain.outbox import services as outbox
from florin.domain.outbox.models import Message
from florin.domain.outbox.services import NewMessage
from florin.flows import apply_credit
from florin.kernel.addresses import several
from florin.kernel.errors import Refusal

_MOST_RECIPIENTS = 20


@dataclass(frozen=True, slots=True)
class Sent:
    """What was queued: to whom, with which link, and why without one if the tick was set."""

    recipients: tuple[str, ...]
    link: Link | None
    why_no_link: str


def addresses(typed: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses in their normal form, each once; each text may hold several, as they are pasted.

    Raises:
        Refusal: naming the first one that cannot be an address; or if there are none, or too many.
    """
    good: dict[str, None] = {}
    for text in typed:
        for address in several(text):
            good[address] = None
            if len(good) > _MOST_RECIPIENTS:
                raise Refusal(_("A document goes to at most 20 addresses at once."))
    if not good:
        raise Refusal(_("Give at least one e-mail address."))
    return tuple(good)


def send_locked(
    order: Order, to: Sequence[str], *, with_link: bool, event: str, by: str, note: str = ""
) -> Sent:
    """Queue a locked order's invoice to every address, with one new link for all of them (R3, R16).

    In the caller's transaction, which sees to it that this happens once per ``event``. The mail begins with
    the ``note``.

    Raises:
        Refusal: if the order has no invoice, or none any more.
    """
    if order.state != Order.State.CONFIRMED:
        raise Refusal(_("A void order has no invoice to send."))
    invoice = invoices.of_order(order)
    asked = settle_if_covered(invoice, by=by)
    answer = asking.for_manual_invoice(invoice, asked) if with_link else Answer(offered=False)
    link = queue(invoice, asked, answer, to=to, event=event, by=by, note=note)
    return Sent(tuple(to), link, answer.reason)


def note_details(note: str) -> dict[str, str]:
    """Return what the timeline keeps of a note that a sender wrote, if one did."""
    return {"note": note} if note else {}


def event_of(order_id: UUID, submission: str) -> str:
    """Name what a press of Send brings about, so that it happens once."""
    return f"send:{uuid5(order_id, submission)}"


def is_queued(company: Company, event: str) -> bool:
    """Whether the mails of an event are queued already, or sent."""
    return Message.objects.filter(company=company, event=event).exists()


def settle_if_covered(invoice: Invoice, *, by: str) -> Demand:
    """Return what an invoice asks for now; if open credits cover it, they have paid it when this returns.

    In the caller's transaction, so that the mail that says so leaves with it or not at all.
    """
    asked = asking.of_invoice(invoice)
    if not asked.covered:
        return asked
    return apply_credit.cover(invoice.company, invoice.customer, invoice.currency, [invoice.item_id], by=by)


def queue(
    invoice: Invoice,
    asked: Demand,
    answer: Answer,
    *,
    to: Sequence[str],
    event: str,
    by: str,
    note: str = "",
) -> Link | None:
    """Queue an invoice's mail in the caller's transaction, with one new link if ``answer`` offers one.

    It says what is ``asked`` for. The caller sees to it that this happens once per ``event``.
    """
    language = invoice.customer.reads(invoice.company)
    revision = invoices.current_revision(invoice.pk)
    link = links.mint([revision], recipients=to, by=by) if answer.offered else None
    subjects = [invoice.order_id, invoice.customer_id, invoice.pk, *([link.pk] if link else [])]
    outbox.enqueue(
        NewMessage(
            company_id=invoice.company_id,
            event=event,
            email=InvoiceEmail(
                revision=revision.pk,
                link=link.pk if link else None,
                balance=asked.balance,
                paying=asked.paying,
                credits=asked.credits,
                intro=mail_texts.intro(invoice.company_id, mail_texts.Kind.INVOICE, language=language),
                note=note,
            ),
            language=language,
            recipients=to,
            subjects=subjects,
        )
    )
    activity.note(
        invoice.company_id,
        activity.Kind.QUEUED,
        subjects=subjects,
        actor=by,
        to=", ".join(to),
        number=invoice.number,
        link=int(link is not None),
        **note_details(note),
    )
    return link
