"""Passwords: asking for a new one by mail, choosing it with the link, and changing one's own."""

from typing import TYPE_CHECKING, Any, cast

from allauth.account.forms import ChangePasswordForm
from allauth.account.views import PasswordChangeView, PasswordResetFromKeyView
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from florin.domain.security import services as security
from florin.domain.staff import tries
from florin.flows import change_password
from florin.flows.change_password import LinkDead
from florin.kernel import clients
from florin.screens.people import known, waiting, whence

if TYPE_CHECKING:
    from florin.domain.staff.models import User


class AskForm(forms.Form):
    """Whose password is forgotten."""

    email = forms.EmailField(max_length=254)


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Have a link mailed; say the same in the same time whether the address is somebody's or not."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        wait = tries.begin(tries.of_asking(clients.place(clients.address(request.META))))
        if not wait:
            change_password.ask(form.cleaned_data["email"])
            return redirect("account_reset_password_done")
        form.add_error(None, waiting.too_many_links(wait))
    return waiting.marked(render(request, "account/password_reset.html", {"form": form}), form)


class ChooseByLink(PasswordResetFromKeyView):
    """Sets the new password of whoever holds the link; their browser is known from then on."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it, once."""
        person, password = cast("User", self.reset_user), form.cleaned_data["password1"]
        try:
            change_password.reset(person, key=self.key, password=password, whence=whence.read(self.request))
        except LinkDead:
            return self.render_to_response(self.get_context_data(token_fail=True))
        response = HttpResponseRedirect(reverse("account_reset_password_from_key_done"))
        known.remember(self.request, response, person.email)
        return response


class ChangeForm(ChangePasswordForm):
    """The old password, and the new one twice."""

    def clean_oldpassword(self) -> str:
        """Look whether the old password is right, unless there were too many wrong ones."""
        person = cast("User", self.user)
        counted = tries.of_old_password(person.email)
        if wait := tries.begin(counted):
            _note(security.Kind.SIGN_IN_SLOWED, person)
            raise waiting.too_early(wait)
        try:
            typed: str = super().clean_oldpassword()
        except forms.ValidationError:
            _note(security.Kind.SIGN_IN_FAILED, person)
            raise
        tries.succeeded(counted)
        return typed


class Change(PasswordChangeView):
    """Changes the password of whoever is signed in; they stay so here, and nowhere else."""

    form_class = ChangeForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it, and stay signed in."""
        person = change_password.change(
            cast("User", self.request.user),
            password=form.cleaned_data["password1"],
            whence=whence.read(self.request),
            here=self.request.session.session_key,
        )
        update_session_auth_hash(self.request, person)
        messages.success(self.request, _("Your password is changed."))
        return HttpResponseRedirect(reverse("office:home"))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again, to whoever came too early with the time to come back."""
        return waiting.marked(super().form_invalid(form), form)


def _note(kind: security.Kind, person: "User") -> None:
    security.note(kind, company_id=person.company_id, who=person.email, what="old-password")
