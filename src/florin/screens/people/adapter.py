"""How sign-in behaves: closed to strangers, slow for guesses, and quiet about itself."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from florin.domain.security import services as security
from florin.domain.staff import sessions, tries
from florin.domain.staff.models import User
from florin.kernel import clients
from florin.screens.people import known, waiting, whence
from florin.screens.shared import confirming


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
            _note(security.Kind.SIGN_IN_SLOWED, _account(login))
            raise waiting.too_early(wait)
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            tries.succeeded(counted)
        if user is None or not user.is_active:
            _note(security.Kind.SIGN_IN_FAILED, _account(login))
        return user

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin a session, and note it."""
        super().login(request, user)
        if not get_authentication_records(request, user):
            record_authentication(request, user, method="password")  # it has just been chosen
        told = whence.read(request)
        sessions.begin(request.session, address=told.address, browser=told.browser)
        _note(security.Kind.SIGNED_IN, user)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **details: Any) -> HttpResponse:
        """Lead on; this browser is known from now on."""
        response: HttpResponse = super().post_login(request, user, **details)
        if isinstance(user, User):
            known.remember(request, response, user.email)
        return response

    def logout(self, request: HttpRequest) -> None:
        """End the session, and note it."""
        user = request.user
        super().logout(request)
        _note(security.Kind.SIGNED_OUT, user)

    def is_reauthentication_required(self, *, app: str, **_named: Any) -> bool:  # noqa: ARG002 - as above
        """Ask once more only whoever has not proved lately who they are, by signing in for one."""
        return not confirming.is_recent(self.request)

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Return how somebody can show once more who they are; at the sign-in service too, if they use it."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if settings.SIGN_IN_SERVICE.issuer and SocialAccount.objects.filter(user=user.pk).exists():
            methods.append({"id": "service", "description": "", "url": reverse("sign-in-again")})
        return methods

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Look whether it is the person's password; wrong ones count as at the sign-in page."""
        found = self.authenticate(self.request, email=user.get_username(), password=password)
        return found is not None and found.pk == user.pk

    def add_message(self, *_arguments: Any, **_details: Any) -> None:
        """Say nothing about signing in and out: the page that follows shows it."""


def _account(login: str) -> User | None:
    return User.objects.filter(email=login).first()


def _note(kind: security.Kind, user: object) -> None:
    """Note what somebody did, or a stranger: then nothing that was typed, which may be a password."""
    if isinstance(user, User):
        security.note(kind, company_id=user.company_id, who=user.email)
    else:
        security.note(kind)
