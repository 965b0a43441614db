"""Reading links: how far the latest one of each invoice has come."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef

from florin.domain.activity.models import Activity
from florin.domain.links.models import Debt, Link
from florin.kernel import tokens

Kind = Activity.Kind
_OF_MAILS = [Kind.SENT, Kind.DELIVERED, Kind.BOUNCED]


class Stage(StrEnum):
    """How far an invoice's latest link has come; what a person did outweighs what became of the mail."""

    NONE = "none"
    QUEUED = "queued"
    SENT = "sent"
    BOUNCED = "bounced"
    OPENED = "opened"
    STARTED = "started"
    REVOKED = "revoked"


def stages(invoices: Sequence[UUID]) -> dict[UUID, Stage]:
    """Return the stage of each invoice's latest link, in two queries; an invoice without one is left out."""
    latest = (
        Debt.objects.filter(invoice__in=invoices)
        .order_by("invoice", "-link")
        .distinct("invoice")
        .select_related("link")
        .only("invoice_id", "link__opened_at", "link__started_at", "link__revoked_at", "link__made_at")
    )
    links = {debt.invoice_id: debt.link for debt in latest}
    mails = _mails([link for link in links.values() if _by_people(link) is None])
    return {
        invoice: _by_people(link) or _by_mail(mails.get(link.pk, set())) for invoice, link in links.items()
    }


def sent() -> Exists:
    """Return the condition that an item's invoice has been sent with a link, for a list of items."""
    return Exists(Debt.objects.filter(invoice__item=OuterRef("pk")))


def _by_people(link: Link) -> Stage | None:
    if link.revoked_at:
        return Stage.REVOKED
    if link.started_at:
        return Stage.STARTED
    return Stage.OPENED if link.opened_at else None


def _by_mail(kinds: set[str]) -> Stage:
    """Return what became of a link's mails: one that was refused needs somebody to look."""
    if Kind.BOUNCED in kinds:
        return Stage.BOUNCED
    return Stage.SENT if kinds & {Kind.SENT, Kind.DELIVERED} else Stage.QUEUED


def _mails(links: Sequence[Link]) -> dict[UUID, set[str]]:
    """Return what the timeline tells of each link's mails; it finds them by the link, the outbox cannot."""
    keys = {link.pk for link in links}
    kinds: dict[UUID, set[str]] = {}
    if not keys:
        return kinds
    news = Activity.objects.filter(subjects__overlap=list(keys), kind__in=_OF_MAILS)
    for subjects, kind in news.values_list("subjects", "kind"):
        for key in keys.intersection(subjects):
            kinds.setdefault(key, set()).add(kind)
    return kinds


def is_made_with(keys: Iterable[str]) -> bool | None:
    """Whether the latest link was minted with one of these secret keys; nothing if there is no link.

    With none of them no address of a link can be written again.
    """
    latest = Link.objects.order_by("-pk").values_list("pk", "fingerprint").first()
    if latest is None:
        return None
    link, fingerprint = latest
    made = (tokens.derive(tokens.link_secret(key), link) for key in keys)
    return any(tokens.fingerprint(token) == bytes(fingerprint) for token in made)
