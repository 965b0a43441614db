"""A person's second factor: an authenticator app, passkeys and recovery codes, by django-allauth's views."""

from typing import TYPE_CHECKING, Any, cast

from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy

from florin.domain.staff import second_factor
from florin.flows import change_second_factor
from florin.screens.people import waiting, whence

if TYPE_CHECKING:
    from florin.domain.staff.models import User


class Overview(IndexView):
    """Shows what somebody has, and whether their company asks for it."""

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Add whether one is required, and whether there is one."""
        person = cast("User", self.request.user)
        known = {"required": second_factor.is_required(person), "missing": second_factor.is_missing(person)}
        return {**super().get_context_data(**named), **known}


class Authenticate(AuthenticateView):
    """Asks for the second factor of whoever has told the password."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Ask again, whoever came too early with the time to come back."""
        return waiting.marked(super().form_invalid(form), form)

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Add what the person can answer with."""
        person = self.stage.login.user
        kinds = set(Authenticator.objects.filter(user_id=person.pk).values_list("type", flat=True))
        return {**super().get_context_data(**named), "kinds": kinds}


class _Noted:
    """A change that its person is told of by mail, and the company's Admins in the security log."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Make the change, and tell of it, both or neither."""
        person = cast("User", self.request.user)
        with transaction.atomic():
            change_second_factor.note(person, whence=whence.read(self.request), by=person.email)
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # the library's view has it
        return response


class AddApp(_Noted, ActivateTOTPView):
    """Adds an authenticator app."""


class RemoveApp(_Noted, DeactivateTOTPView):
    """Removes it, unless the company asks for a second factor and there is no other."""


class NewCodes(_Noted, GenerateRecoveryCodesView):
    """Makes new recovery codes; the old ones are dead."""


class AddPasskey(_Noted, AddWebAuthnView):
    """Adds a passkey."""


class RemovePasskey(_Noted, RemoveWebAuthnView):
    """Removes a passkey, unless the company asks for a second factor and there is no other."""

    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Add whether it must stay."""
        must_stay = second_factor.is_needed(self.object, cast("User", self.request.user))
        context: dict[str, Any] = super().get_context_data(**named)  # type: ignore[no-untyped-call]  # the library's
        return {**context, "must_stay": must_stay}

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it if it may go."""
        if second_factor.is_needed(self.get_object(), cast("User", self.request.user)):
            return redirect(self.request.path)
        return super().form_valid(form)
