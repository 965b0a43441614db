"""Proving once more who one is, by password, code or passkey; then what was sent goes on."""

from typing import Any

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.webauthn.internal.flows import reauthenticate as reauthenticate_by_passkey
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from florin.screens.people import waiting
from florin.screens.shared import confirming


class ByPassword(ReauthenticateView):
    """Asks for the password."""

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ARG002 - the library's signature
        """Note the proof, and go on."""
        reauthenticate_by_password(self.request)
        return resume(self.request, self.request.POST.get("next", ""))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Ask again, whoever came too early with the time to come back."""
        return waiting.marked(super().form_invalid(form), form)


class ByCode(ReauthenticateByCodeView):
    """Asks for a code of the authenticator app, or a recovery code."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Note the proof, and go on."""
        form.save()
        return resume(self.request, self.request.POST.get("next", ""))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Ask again, whoever came too early with the time to come back."""
        return waiting.marked(super().form_invalid(form), form)


class ByPasskey(ReauthenticateWebAuthnView):
    """Asks for a passkey."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Note the proof, and go on."""
        reauthenticate_by_passkey(self.request, form.cleaned_data["credential"])
        return resume(self.request, self.request.POST.get("next", ""))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Ask again, and say that it was not the right one."""
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Keep the form that was sent, with what is wrong."""
        return {**super().get_context_data(**named), **named}


def resume(request: HttpRequest, to: str) -> HttpResponse:
    """Let the browser send again what waited to go to this address, or show the page that was wanted."""
    if not url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        return redirect("office:home")
    sent = confirming.fetch_waiting(request, to)
    if sent is None:
        return redirect(to)
    fields = [(name, value) for name, values in sent.lists() for value in values]
    return render(request, "people/go_on.html", {"to": to, "fields": fields})
