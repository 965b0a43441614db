"""Accepting an invitation: its link leads here, where name and password are chosen."""

from allauth.account.adapter import get_adapter
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from florin.domain.staff import invitations
from florin.domain.staff.invitations import InvitationDead
from florin.domain.staff.models import Invitation
from florin.flows import invite_person
from florin.kernel.errors import Refusal
from florin.screens.people import known
from florin.screens.people.names import NameForm


class AcceptForm(NameForm):
    """One's name, and a password twice."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=256,
        strip=False,
        help_text=gettext_lazy("At least 12 characters, and not easy to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("Password again"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """Look whether both are the same."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise ValidationError(gettext_lazy("The two passwords are not the same."))
        return again


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for name and password, make the person, and sign them in."""
    try:
        invited = invitations.find(token)
    except InvitationDead as problem:
        return _show(request, None, {"problem": problem}, status=410)
    with translation.override(invited.language):
        form = AcceptForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return _show(request, invited, {"form": form}, status=422 if form.is_bound else 200)
        given = form.cleaned_data
        try:
            person = invite_person.accept(token, name=given["name"], password=given["password"])
        except InvitationDead as problem:
            return _show(request, None, {"problem": problem}, status=410)
        except (ValidationError, Refusal) as problem:
            messages = problem.messages if isinstance(problem, ValidationError) else [str(problem)]
            form.add_error("password" if isinstance(problem, ValidationError) else None, messages)
            return _show(request, invited, {"form": form}, status=422)
    get_adapter().login(request, person)
    response = redirect("office:home")
    known.remember(request, response, person.email)
    return response


def _show(
    request: HttpRequest, invited: Invitation | None, context: dict[str, object], *, status: int
) -> HttpResponse:
    response = render(request, "people/invitation.html", {"invited": invited, **context}, status=status)
    response["Referrer-Policy"] = "no-referrer"  # the address is a key
    return response
