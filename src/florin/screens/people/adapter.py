"""How sign-in behaves: closed to strangers, quiet about itself, and calm when mail is away."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext as _

from florin.domain.staff import tries
from florin.kernel import addresses, clients
from florin.kernel.errors import Refusal
from florin.screens.people import known, waiting


class MailAway(Refusal):
    """The mail server does not take mail at the moment."""

    status = 503


class StaffAdapter(DefaultAccountAdapter):
    """Florin's choices; people are added by an Admin, never by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the library's signature
        """Let nobody sign up."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Say where somebody is as everything else here does."""
        return clients.address(request.META)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Look whether the password is right, unless there were too many wrong ones.

        Raises:
            ValidationError: if it is too early for another try; no password was looked at.
        """
        login = str(credentials.get("email", "")).strip().lower()
        place = clients.place(clients.address(request.META))
        counted = tries.of_sign_in(login, place=place, browser=known.browser(request, login))
        if wait := tries.begin(counted):
            raise waiting.too_early(wait)
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            tries.succeeded(counted)
        return user

    def add_message(self, *_arguments: Any, **_details: Any) -> None:
        """Say nothing about signing in and out: the page that follows shows it."""

    def format_email_subject(self, subject: str) -> str:
        """Leave subjects as they are written."""
        return subject

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Build the address in the mail from the configuration; what the browser says is not trusted."""
        address: str = super().get_reset_password_from_key_url(key)
        path = address.split("://", 1)[-1].split("/", 1)[-1]
        return f"{settings.PUBLIC_URL}/{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of the mails about passwords.

        Raises:
            MailAway: if the mail server does not take it.
        """
        try:
            super().send_mail(template_prefix, addresses.on_the_wire(email), context)
        except OSError:  # what a mail server says is one of these too
            raise MailAway(
                _("The mail cannot be sent at the moment. Please try again in a few minutes.")
            ) from None
