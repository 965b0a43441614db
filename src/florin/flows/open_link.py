"""Somebody looks at a payment link's page."""

from django.db import transaction

from florin.domain.activity import services as activity
from florin.domain.attempts import bill
from florin.domain.links import services as links


@transaction.atomic(durable=True)
def opened(token: str) -> None:
    """Record that a person, not a scanner, has the page before them; the first time only (promise 5).

    Raises:
        NotFound: if no link has this token.
    """
    link = links.find(token)
    if not links.note_opened(link):
        return
    lines = bill.draw_up(link).lines
    documents = [key for line in lines for key in (line.invoice_id, line.order_id)]
    activity.note(
        link.company_id,
        activity.Kind.LINK_OPENED,
        subjects=[link.pk, link.customer_id, *documents],
        actor=link.customer.name,
    )
