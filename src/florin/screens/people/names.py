"""A person's own name, which they choose themselves."""

from typing import TYPE_CHECKING, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from florin.flows import change_person
from florin.kernel import cards
from florin.kernel.cards import CardNumber

if TYPE_CHECKING:
    from florin.domain.staff.models import User


class NameForm(forms.Form):
    """What somebody is called, where colleagues and timelines name them."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=80,
        help_text=gettext_lazy("The name your colleagues know you by. It appears next to everything you do."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        """Refuse a card number, as everywhere (R23)."""
        name: str = self.cleaned_data["name"]
        try:
            cards.refuse(name)
        except CardNumber as problem:
            raise ValidationError(str(problem)) from problem
        return name


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: HttpRequest) -> HttpResponse:
    """Show and change one's own name."""
    person = cast("User", request.user)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": person.name})
    if not form.is_valid():
        return render(request, "people/name.html", {"form": form}, status=422 if form.is_bound else 200)
    change_person.rename(person, form.cleaned_data["name"])
    messages.success(request, _("Your name is saved."))
    return redirect("office:home")
