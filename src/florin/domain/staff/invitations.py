"""Invitations: whoever reads the mail becomes a person of the company, once and within 72 hours (A1)."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.staff import people
from florin.domain.staff.models import Invitation, User
from florin.kernel import addresses, clock
from florin.kernel.errors import Refusal

LASTS = timedelta(hours=72)
_signer = Signer(salt="an invitation")


class InvitationDead(Refusal):
    """The invitation has been accepted, withdrawn or replaced, or is older than 72 hours."""


def open_ones(company_id: UUID) -> QuerySet[Invitation]:
    """Return the invitations that were neither accepted nor withdrawn, dead ones too, by address."""
    return Invitation.objects.filter(company=company_id, ended_at__isnull=True).order_by("email")


def make(company: Company, address: str, roles: Iterable[str], *, language: str, inviter: str) -> Invitation:
    """Make an invitation, in the caller's transaction; an earlier one of the same address dies.

    Raises:
        Refusal: if it is no address, there is no role, or somebody signs in with this address already.
    """
    email, chosen = addresses.read(address).lower(), people.read_roles(roles)
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if person := User.objects.filter(email=email).first():
        raise Refusal(_taken(person, company))
    now = clock.now()
    open_ones(company.pk).filter(email=email).update(ended_at=now)
    return Invitation.objects.create(
        company=company,
        email=email,
        roles=chosen,
        language=language,
        inviter=inviter,
        made_at=now,
        ends_at=now + LASTS,
    )


def token(invitation_id: UUID) -> str:
    """Return what the mailed link ends in: signed, so that nobody makes one, and stored nowhere."""
    return _signer.sign(invitation_id.hex)


def find(signed: str) -> Invitation:
    """Return the invitation of a mailed link.

    Raises:
        InvitationDead: if it was accepted, withdrawn or replaced, is too old, or was never made.
    """
    return _alive(Invitation.objects.select_related("company").filter(pk__in=_read(signed)).first())


def end(signed: str) -> Invitation:
    """Use an invitation up, in the caller's transaction; of two at once one does.

    Raises:
        InvitationDead: as ``find``.
    """
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("company")
    found = _alive(rows.filter(pk__in=_read(signed)).first())
    found.ended_at = clock.now()
    found.save(update_fields=["ended_at"])
    return found


def _read(signed: str) -> list[UUID]:
    """Return the key that was signed, or none."""
    try:
        return [UUID(_signer.unsign(signed))]
    except (BadSignature, ValueError):
        return []


def _alive(found: Invitation | None) -> Invitation:
    if found is None or found.ended_at is not None or found.ends_at <= clock.now():
        raise InvitationDead(
            _("This invitation no longer works. It may have been used already, replaced, or be too old.")
        )
    return found


def _taken(person: User, company: Company) -> str:
    if person.company_id != company.pk:
        return _("This address belongs to a user of another company. Invite a different address.")
    if not person.is_active:
        return _("%(name)s is a user here, deactivated. Activate them instead.") % {"name": person.name}
    return _("%(name)s is a user here already.") % {"name": person.name}
