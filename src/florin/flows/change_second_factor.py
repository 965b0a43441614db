"""A second factor comes or goes: its person is told by mail, the company's Admins in the security log."""

from uuid import uuid4

from django.conf import settings
from django.urls import reverse

from florin.contracts.emails import SecondFactorChanged
from florin.domain.outbox import services as outbox
from florin.domain.outbox.services import NewMessage
from florin.domain.security import services as security
from florin.domain.staff.models import User
from florin.edges.mail import notifications
from florin.edges.mail.rendering import RenderedEmail
from florin.flows.change_password import Whence
from florin.kernel import clock


def note(person: User, *, whence: Whence, by: str) -> None:
    """Tell of a change that is made in the caller's transaction; ``by`` is the address of who makes it."""
    security.note_actor(by)
    email = SecondFactorChanged(
        person=person.pk, at=clock.now(), address=whence.address, browser=whence.browser
    )
    outbox.enqueue(
        NewMessage(
            company_id=person.company_id,
            event=f"second-factor:{uuid4().hex}",
            email=email,
            language=person.language,
            recipients=[person.email],
            subjects=[person.pk],
        )
    )


def render(email: SecondFactorChanged) -> RenderedEmail:
    """Render the mail; its button leads to what the person has now."""
    person = User.objects.select_related("company").get(pk=email.person)
    return notifications.second_factor_changed(
        email,
        person.company.letterhead,
        time_zone=person.company.time_zone,
        language=person.language,
        url=f"{settings.PUBLIC_URL}{reverse('mfa_index')}",
    )
