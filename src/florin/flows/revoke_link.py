"""Staff take one link back: whoever holds it finds nothing any more (X9).

find -> revoked, once -> open sessions end -> timeline
"""

from uuid import UUID

from django.db import transaction

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.flows import expire_sessions
from florin.kernel.database import find


@transaction.atomic(durable=True)
def revoke(company: Company, link_id: UUID, *, by: User) -> Link:
    """Revoke a link for good; pressed twice, it is revoked once.

    Raises:
        NotFound: if the company has no such link.
    """
    link = find(Link.objects.filter(company=company), pk=link_id)
    if links.revoke(link):
        expire_sessions.expire(link=link)
        documents = [key for pair in invoices_of(link) for key in pair]
        activity.note(
            company.pk,
            activity.Kind.LINK_REVOKED,
            subjects=[link.pk, link.customer_id, *documents],
            actor=by.name,
            to=", ".join(link.recipients),
        )
    return link


def invoices_of(link: Link) -> list[tuple[UUID, UUID]]:
    """Return the keys of the order and the invoice of each debt of the link, in its order."""
    return list(link.debts.order_by("position").values_list("invoice__order_id", "invoice_id"))
