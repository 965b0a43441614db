"""The payer of a link that is cooling asks for a new one: by mail, so that only who got the bill has it.

lock -> still cooling? -> not mailed this hour? -> mint a link to the same debts -> outbox -> timeline
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from florin.contracts.emails import AffectedInvoice, FreshLink
from florin.domain.activity import services as activity
from florin.domain.attempts import bill
from florin.domain.attempts.bill import Bill, BillState
from florin.domain.invoices.models import Revision
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.statements import queries as statements
from florin.domain.statements import services as statements_
from florin.flows import notify
from florin.flows.notify import Event
from florin.kernel import clock

_HOUR_SECONDS = 3600
_NUMBERS_TOLD = 3


@transaction.atomic(durable=True)
def ask(token: str, *, place: str) -> bool:
    """Mail a new link to wherever this one was mailed; false if it takes payments, so that nobody needs one.

    At most one in each hour for a link, however often anybody presses: whoever may have it finds it in the
    mailbox. Nothing in the answer tells to whom it goes, or whether it goes again. ``place`` is where the
    payer is (``kernel.clients``).

    Raises:
        NotFound: if no link has this token.
    """
    link = links.find(token)
    links.lock(link)
    now = bill.draw_up(link, place=place)
    if now.state != BillState.COOLING:
        return False
    event = f"link:{link.pk}:{int(clock.now().timestamp()) // _HOUR_SECONDS}"
    if not Message.objects.filter(company=link.company_id, event=event).exists():
        _mail(_mint(link, now, event), now, event)
    return True


def _mint(link: Link, now: Bill, event: str) -> Link:
    """Make the new link; one to a statement stays a statement's."""
    revisions = _current([line.invoice_id for line in now.lines])
    fresh = links.mint(revisions, recipients=link.recipients, by=activity.SYSTEM, kind=Link.Kind(link.kind))
    statement = statements.of_link(link)
    if statement:
        statements_.note_sent(
            statement,
            event=event,
            link=fresh,
            recipients=link.recipients,
            payable=now.payable.minor,
            by=activity.SYSTEM,
        )
    return fresh


def _current(invoices: Sequence[UUID]) -> list[Revision]:
    """Return what the invoices say now, in the order of the bill (R19)."""
    found = Revision.objects.filter(invoice__in=invoices, number=F("invoice__revision"))
    revisions = {revision.invoice_id: revision for revision in found.select_related("invoice")}
    return [revisions[key] for key in invoices]


def _mail(fresh: Link, now: Bill, event: str) -> None:
    documents = [key for line in now.lines for key in (line.invoice_id, line.order_id)]
    subjects = [fresh.pk, fresh.customer_id, now.link.pk, *documents]
    happened = Event(
        key=event,
        company=now.link.company,
        customer=now.link.customer,
        amount=now.payable,
        subjects=subjects,
        link=fresh.pk,
    )
    lines = (
        AffectedInvoice(number=line.number, amount=line.payable.minor, balance=line.balance.minor)
        for line in now.lines
        if line.payable
    )
    email = FreshLink(about=happened.about, lines=tuple(lines))
    notify.payer(happened, email, to=fresh.recipients)
    activity.note(
        fresh.company_id,
        activity.Kind.QUEUED,
        subjects=subjects,
        to=", ".join(fresh.recipients),
        number=_short_list([line.number for line in now.lines]),
        link=1,
    )


def _short_list(numbers: Sequence[str]) -> str:
    """Name the first few: "INV-1, INV-2, INV-3, +9"."""
    rest = len(numbers) - _NUMBERS_TOLD
    return ", ".join([*numbers[:_NUMBERS_TOLD], *([f"+{rest}"] if rest > 0 else [])])
