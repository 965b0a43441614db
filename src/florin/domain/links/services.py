"""Making, finding and revoking links."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from florin.domain.invoices.models import Revision
from florin.domain.links.models import Debt, Link
from florin.kernel import clock, tokens
from florin.kernel.database import new_key
from florin.kernel.errors import NotFound


def mint(
    revisions: Sequence[Revision],
    *,
    recipients: Sequence[str],
    by: str,
    kind: Link.Kind = Link.Kind.INVOICE,
) -> Link:
    """Make a new link to the invoices of these revisions, all of one customer and currency (R16)."""
    invoice = revisions[0].invoice
    key = new_key()
    link = Link.objects.create(
        pk=key,
        company_id=invoice.company_id,
        customer_id=invoice.customer_id,
        kind=kind,
        fingerprint=tokens.fingerprint(tokens.derive(settings.LINK_SECRETS[0], key)),
        currency=invoice.currency,
        recipients=list(recipients),
        made_at=clock.now(),
        made_by=by,
    )
    Debt.objects.bulk_create(
        Debt(link=link, invoice=revision.invoice, revision=revision, position=position)
        for position, revision in enumerate(revisions, start=1)
    )
    return link


def token_of(link: UUID) -> str:
    """Return the token that opens a link; it is derived, never read from the database.

    While former secret keys are set, one statement tells which of them the link was minted with.
    """
    now, *former = [tokens.derive(secret, link) for secret in settings.LINK_SECRETS]
    if not former:
        return now
    minted = Link.objects.filter(pk=link).values_list("fingerprint", flat=True).first()
    return next((token for token in former if tokens.fingerprint(token) == minted), now)


def address_of(link: UUID, *, base: str = "") -> str:
    """Return the public URL of a link, as it stands in mails and PDFs; ``base`` is where we were once."""
    return f"{base or settings.PUBLIC_URL}/pay/{token_of(link)}"


def find(token: str) -> Link:
    """Return the link that a token opens.

    Raises:
        NotFound: if the token is malformed, unknown or revoked; a stranger cannot tell which.
    """
    fingerprint = tokens.fingerprint(token)
    link = (
        Link.objects.select_related("company__account", "customer")
        .filter(fingerprint=fingerprint, revoked_at__isnull=True)
        .first()
    )
    if link is None:
        raise NotFound("There is no such payment link.")
    return link


def revoke(link: Link) -> bool:
    """Make one link open nothing any more (X9); false if it was revoked before."""
    return bool(Link.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=clock.now()))


def note_started(link: Link) -> None:
    """Record that Pay was pressed; the first time only."""
    Link.objects.filter(pk=link.pk, started_at__isnull=True).update(started_at=clock.now())


def lock(link: Link) -> None:
    """Keep others who want to lock it from the link until the transaction ends."""
    Link.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=link.pk)


def note_opened(link: Link) -> bool:
    """Record that a person has looked at the link's page; true the first time only."""
    return bool(Link.objects.filter(pk=link.pk, opened_at__isnull=True).update(opened_at=clock.now()))
