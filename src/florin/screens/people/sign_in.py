"""The sign-in page: a browser that has signed somebody in is known from then on."""

from typing import Any

from allauth.account.views import LoginView
from django.http import HttpResponse

from florin.domain.staff import sessions
from florin.screens.people import known, waiting, whence


class SignIn(LoginView):
    """Signs people in."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, and know this browser from now on."""
        response: HttpResponse = super().form_valid(form)
        if self.request.user.is_authenticated:
            told = whence.read(self.request)
            sessions.begin(self.request.session, address=told.address, browser=told.browser)
            known.remember(self.request, response, form.cleaned_data["login"])
        return response

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Say why one has to sign in, if a session has just ended by itself."""
        return {**super().get_context_data(**named), "ended": "ended" in self.request.GET}

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again, to whoever came too early with the time to come back."""
        return waiting.marked(super().form_invalid(form), form)
