"""Forms of a second factor that a person answers: codes are slowed down as passwords are, and count once."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from florin.domain.security import services as security
from florin.domain.staff import second_factor, tries
from florin.domain.staff.models import User
from florin.kernel import cards
from florin.kernel.cards import CardNumber
from florin.screens.people import known, waiting

# What a passkey's answer may be that no browser sends.
_NONSENSE = (TypeError, ValueError, KeyError, AttributeError)


class _SlowedDown(forms.Form):
    """A code that is looked at unless there were too many wrong ones, and that is good once."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Look whether the code is right."""
        counted = tries.of_code(self.user.email, browser=known.browser(context.request, self.user.email))
        if wait := tries.begin(counted):
            _note(security.Kind.SIGN_IN_SLOWED, self.user)
            raise waiting.too_early_code(wait)
        try:
            code: str = super().clean_code()  # type: ignore[misc]  # the library's form beside this one has it
            if not second_factor.use_once(self.authenticator):
                raise get_adapter().validation_error("incorrect_code")
        except ValidationError:
            _note(security.Kind.SIGN_IN_FAILED, self.user)
            raise
        tries.succeeded(counted)
        return code


class CodeForm(_SlowedDown, AuthenticateForm):
    """A code to sign in with."""


class CodeAgainForm(_SlowedDown, ReauthenticateForm):
    """A code that proves once more who somebody is."""


class _Sensible(forms.Form):
    """A passkey's answer; one that makes no sense is a wrong one."""

    def clean_credential(self) -> Any:
        """Look whether the passkey is the person's."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # the library's form beside this one has it
        except _NONSENSE as problem:
            raise get_adapter().validation_error("incorrect_code") from problem


class PasskeyForm(_Sensible, AuthenticateWebAuthnForm):
    """A passkey after the password."""


class PasskeyAgainForm(_Sensible, ReauthenticateWebAuthnForm):
    """A passkey that proves once more who somebody is."""


class PasskeySignInForm(_Sensible, LoginWebAuthnForm):
    """A passkey instead of the password."""


class AddPasskeyForm(AddWebAuthnForm):
    """A new passkey, and what its owner calls it."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Such as the device it is on."),
    )

    def clean_name(self) -> str:
        """Refuse a card number, as everywhere (R23)."""
        try:
            cards.refuse(self.cleaned_data["name"])
        except CardNumber as problem:
            raise ValidationError(str(problem)) from problem
        return super().clean_name()

    def clean(self) -> dict[str, Any]:
        """Look whether it is a passkey that was made for us."""
        try:
            return super().clean()
        except _NONSENSE as problem:
            raise get_adapter().validation_error("incorrect_code") from problem


def _note(kind: security.Kind, person: User) -> None:
    security.note(kind, company_id=person.company_id, who=person.email, what="code")
