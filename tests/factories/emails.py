"""Emails that the outbox holds, as their readers get them."""

from florin.contracts import stored_emails
from florin.contracts.emails import Email, InvitationEmail, Notification, PasswordChanged, PasswordReset
from florin.domain.outbox.models import Message
from florin.edges.mail import notifications
from florin.edges.mail.rendering import RenderedEmail
from florin.flows import change_password, invite_person

BUTTON_URL = "https://pay.bloom.example/pay/x"


def stored(message: Message) -> Email:
    return stored_emails.read(message.kind, message.snapshot)


def rendered(message: Message) -> RenderedEmail:
    """A notification or password email as its reader gets it; the former's button opens ``BUTTON_URL``."""
    email = stored(message)
    if isinstance(email, PasswordReset | PasswordChanged):
        return change_password.render(email)
    if isinstance(email, InvitationEmail):
        return invite_person.render(email)
    assert isinstance(email, Notification)
    language = message.snapshot["language"]
    return notifications.notification(email, message.company.letterhead, language=language, url=BUTTON_URL)
