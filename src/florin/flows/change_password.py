"""Passwords: a forgotten one is chosen anew by a link in a mail, and every change is told by mail.

asked for -> job -> is there such a person? -> mail with a link -> new password, once
"""

from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from florin.contracts.emails import PasswordChanged, PasswordReset
from florin.domain.outbox import services as outbox
from florin.domain.outbox.services import NewMessage
from florin.domain.security import services as security
from florin.domain.staff import sessions, tries
from florin.domain.staff.models import User
from florin.edges.mail import notifications
from florin.edges.mail.rendering import RenderedEmail
from florin.kernel import clients, clock
from florin.kernel.errors import Refusal
from florin.kernel.jobs import Job, later


class LinkDead(Refusal):
    """The link in the mail has done its work, or is more than an hour old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whence:
    """From where somebody acts, as the mail and the list of sessions tell it."""

    address: str
    browser: str


def ask(address: str) -> None:
    """Have a link mailed to an address if it is somebody's.

    Whether it is, the worker finds out: here the same happens for everybody, and takes the same time.
    """
    later(Job.MAIL_RESET_LINK, address=address.strip().lower(), asked=uuid4().hex, place=clients.current())


def mail_link(address: str, *, asked: str, place: str = "") -> None:
    """Queue the mail with the link; safe to repeat. Nothing for an address that is nobody's.

    ``place`` is the client's address that asked, for the security log.

    Of many requests for the same person only some are mailed: the link of the last mail still works.
    """
    person = User.objects.filter(email=address, is_active=True).first()
    with clients.asking(place):
        _note(security.Kind.RESET_ASKED, person)
    if person is None or tries.begin(tries.of_reset_link(address)):
        return
    with transaction.atomic(durable=True):
        _enqueue(person, PasswordReset(person=person.pk), event=f"password-reset:{asked}")


@transaction.atomic(durable=True)
def reset(person: User, *, key: str, password: str, whence: Whence) -> None:
    """Set the password of whoever holds the mailed key; of two at once one does. All sessions end.

    Raises:
        LinkDead: if the key has been used, is too old, or the person has been switched off.
    """
    hashed = make_password(password)  # before the lock: it takes its time
    locked = User.objects.select_for_update().get(pk=person.pk)
    if not locked.is_active or not default_token_generator.check_token(locked, key):
        raise LinkDead(_("This link no longer works. It may have been used already, or be too old."))
    sessions.end_all(locked)
    _save(locked, hashed, whence)
    _note(security.Kind.PASSWORD_RESET, locked)


@transaction.atomic(durable=True)
def change(person: User, *, password: str, whence: Whence, here: str | None) -> User:
    """Set the password of somebody who has just told the old one, and return them as they are now.

    All their sessions end except the one with the key ``here``.
    """
    hashed = make_password(password)
    locked = User.objects.select_for_update().get(pk=person.pk)
    sessions.end_all(locked, but=here)
    _save(locked, hashed, whence)
    _note(security.Kind.PASSWORD_CHANGED, locked)
    return locked


def take_away(person: User, *, by: str) -> None:
    """Let a password open nothing any more, and mail a link to a new one; in the caller's transaction.

    Raises:
        Refusal: if the person is deactivated: no link would work.
    """
    if not person.is_active:
        raise Refusal(_("%(name)s is deactivated. Activate them first.") % {"name": person.name})
    person.set_unusable_password()
    person.save(update_fields=["password"])
    _enqueue(person, PasswordReset(person=person.pk), event=f"password-reset:{uuid4().hex}")
    security.note(security.Kind.RESET_ASKED, company_id=person.company_id, who=person.email, by=by)


def render(email: PasswordReset | PasswordChanged) -> RenderedEmail:
    """Render one of the emails about passwords; the link is made when it leaves, and stored nowhere."""
    person = User.objects.select_related("company").get(pk=email.person)
    letterhead, language = person.company.letterhead, person.language
    match email:
        case PasswordReset():
            return notifications.password_reset(email, letterhead, language=language, url=address_of(person))
        case PasswordChanged():
            return notifications.password_changed(
                email,
                letterhead,
                time_zone=person.company.time_zone,
                language=language,
                url=f"{settings.PUBLIC_URL}{reverse('account_reset_password')}",
            )


def address_of(person: User) -> str:
    """Return the address where this person chooses a new password: once, and within an hour."""
    key = default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": person.pk.hex, "key": key})
    return f"{settings.PUBLIC_URL}{path}"


def _save(person: User, hashed: str, whence: Whence) -> None:
    person.password = hashed
    person.save(update_fields=["password"])
    email = PasswordChanged(person=person.pk, at=clock.now(), address=whence.address, browser=whence.browser)
    _enqueue(person, email, event=f"password-changed:{uuid4().hex}")


def _note(kind: security.Kind, person: User | None) -> None:
    if person is None:
        security.note(kind)
    else:
        security.note(kind, company_id=person.company_id, who=person.email)


def _enqueue(person: User, email: PasswordReset | PasswordChanged, *, event: str) -> None:
    outbox.enqueue(
        NewMessage(
            company_id=person.company_id,
            event=event,
            email=email,
            language=person.language,
            recipients=[person.email],
            subjects=[person.pk],
        )
    )
