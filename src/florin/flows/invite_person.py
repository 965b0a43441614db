"""A person is invited by mail and moves in.

address and roles -> invitation -> mail with a link -> name and password, once within 72 hours -> person
"""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from florin.contracts.emails import InvitationEmail
from florin.domain.companies.models import Company
from florin.domain.outbox import services as outbox
from florin.domain.outbox.services import NewMessage
from florin.domain.security import services as security
from florin.domain.staff import invitations
from florin.domain.staff.models import Invitation, User
from florin.edges.mail import notifications
from florin.edges.mail.rendering import RenderedEmail
from florin.kernel import clock
from florin.kernel.database import find
from florin.kernel.errors import Refusal

OPERATOR = "operator"
"""Who did it, in the log, if it was done at a shell."""


@transaction.atomic(durable=True)
def invite(
    company: Company, address: str, roles: Iterable[str], *, language: str, by: User | None
) -> Invitation:
    """Invite a user by mail; an earlier invitation of the same address is dead from then on.

    Raises:
        Refusal: if it is no address, there is no role, or somebody signs in with this address already.
    """
    inviter = by.name if by else ""
    made = invitations.make(company, address, roles, language=language, inviter=inviter)
    outbox.enqueue(
        NewMessage(
            company_id=company.pk,
            event=event(made.pk),
            email=InvitationEmail(invitation=made.pk),
            language=language,
            recipients=[made.email],
            subjects=[made.pk],
        )
    )
    _note(security.Kind.PERSON_INVITED, made, by=by, roles=", ".join(made.roles))
    return made


def find_open(company: Company, key: UUID) -> Invitation:
    """Return an invitation that was neither accepted nor withdrawn.

    Raises:
        NotFound: if the company has none with this key.
    """
    return find(invitations.open_ones(company.pk), pk=key)


@transaction.atomic(durable=True)
def withdraw(company: Company, key: UUID, *, by: User) -> Invitation:
    """Let an invitation be dead; twice is once, and one that was accepted stays as it is.

    Raises:
        NotFound: if the company has no such invitation.
    """
    found = find(Invitation.objects.filter(company=company).select_for_update(), pk=key)
    if found.ended_at is None:
        found.ended_at = clock.now()
        found.save(update_fields=["ended_at"])
        _note(security.Kind.INVITATION_WITHDRAWN, found, by=by)
    return found


def accept(token: str, *, name: str, password: str) -> User:
    """Make the person of an invitation, once; of two who hold the same link one does.

    Raises:
        InvitationDead: if it was accepted, withdrawn or replaced, or is too old.
        Refusal: if somebody signs in with this address meanwhile.
        ValidationError: if the password is too easy.
    """
    invited = invitations.find(token)
    validate_password(password, User(email=invited.email, name=name, company=invited.company))
    hashed = make_password(password)  # before the lock: it takes its time
    try:
        return _move_in(token, name=name, hashed=hashed)
    except IntegrityError as problem:
        raise Refusal(
            _("There is already a user with this address. Ask for another invitation.")
        ) from problem


def address_of(invitation: Invitation) -> str:
    """Return the address that the mailed link leads to; whoever has it moves in."""
    path = reverse("invitation", args=[invitations.token(invitation.pk)])
    return f"{settings.PUBLIC_URL}{path}"


def event(invitation_id: UUID) -> str:
    """Return what the outbox calls the mail of an invitation."""
    return f"invitation:{invitation_id}"


def render(email: InvitationEmail) -> RenderedEmail:
    """Render the mail; its link is made when it leaves, and stored nowhere."""
    invited = Invitation.objects.select_related("company").get(pk=email.invitation)
    return notifications.invitation(
        invited.company.letterhead,
        inviter=invited.inviter,
        language=invited.language,
        url=address_of(invited),
    )


@transaction.atomic(durable=True)
def _move_in(token: str, *, name: str, hashed: str) -> User:
    invited = invitations.end(token)
    person = User.objects.create(
        email=invited.email,
        name=name,
        password=hashed,
        company=invited.company,
        roles=invited.roles,
        language=invited.language,
    )
    security.note(
        security.Kind.PERSON_ADDED,
        company_id=person.company_id,
        who=person.email,
        fields="roles",
        roles_after=", ".join(person.roles),
        by=invited.inviter,
    )
    return person


def _note(kind: security.Kind, invited: Invitation, *, by: User | None, **about: str) -> None:
    actor = by.email if by else OPERATOR
    security.note(kind, company_id=invited.company_id, who=invited.email, by=actor, **about)
