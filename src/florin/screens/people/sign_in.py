"""The sign-in page."""

from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.http import HttpResponse

from florin.screens.people import waiting


class SignIn(LoginView):
    """Signs people in."""

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Say why one has to sign in, if a session has just ended by itself, and how else one can."""
        known = {"ended": "ended" in self.request.GET, "service": settings.SIGN_IN_SERVICE.issuer}
        return {**super().get_context_data(**named), **known}

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again, to whoever came too early with the time to come back."""
        return waiting.marked(super().form_invalid(form), form)
