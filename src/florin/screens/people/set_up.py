"""The first run: the one page of an empty installation, where the first company is opened with its Admin."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from allauth.account.adapter import get_adapter
from babel.numbers import get_currency_name
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from florin.domain.companies import region
from florin.domain.security import services as security
from florin.domain.staff import tries
from florin.domain.staff.models import User
from florin.flows import open_company
from florin.flows import set_up as first_run
from florin.flows.open_company import BadPassword, NewCompany
from florin.kernel import addresses, clients, formats
from florin.kernel.errors import NotFound, Refusal
from florin.screens.people import known, waiting

_UNPROCESSABLE = 422
_CHOOSE = gettext_lazy("Choose one of the list.")


def _currencies() -> list[tuple[str, str]]:
    """Return each currency's code, and its name in the reader's language beside it."""
    locale = formats.locale_of(get_language() or "en")
    return [(code, f"{code} {get_currency_name(code, locale=locale)}") for code in region.currencies()]


def _time_zones() -> Iterator[tuple[str, Any]]:
    """Yield the time zones, those of a continent or an ocean together."""
    yield "", _("Choose a time zone")
    for area, names in groupby(region.time_zones(), key=lambda name: name.partition("/")[0]):
        found = [(name, name.partition("/")[2].replace("_", " ").replace("/", ", ")) for name in names]
        yield (area, found) if found[0][1] else (area, area)


def _text(autocomplete: str, **attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": autocomplete, **attributes})


def _password() -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": "new-password"})


class SetUpForm(forms.Form):
    """The code, the company and its Admin; ``place`` is where they are typed."""

    code = forms.CharField(
        label=gettext_lazy("Set-up code"),
        max_length=80,
        widget=_text("off", spellcheck="false", autocapitalize="characters"),
        help_text=gettext_lazy("“florin serve” printed it when it started. It works once."),
    )
    name = forms.CharField(
        label=gettext_lazy("Company name"),
        max_length=120,
        widget=_text("organization"),
        help_text=gettext_lazy("As your customers know it."),
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        choices=_currencies,
        initial="USD",
        error_messages={"invalid_choice": _CHOOSE},
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: list(_time_zones()),
        help_text=gettext_lazy("Due dates and days late are counted in it."),
        error_messages={"invalid_choice": _CHOOSE},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Each person and each customer may have another."),
        error_messages={"invalid_choice": _CHOOSE},
    )
    admin_name = forms.CharField(label=gettext_lazy("Your name"), max_length=80, widget=_text("name"))
    admin = forms.CharField(
        label=gettext_lazy("Your e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        help_text=gettext_lazy(
            "You sign in with it. Payment confirmations go there, too, until you change that."
        ),
    )
    password1 = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=_password(),
        help_text=password_validators_help_text_html(),
    )
    password2 = forms.CharField(label=gettext_lazy("Password (again)"), strip=False, widget=_password())

    def __init__(self, data: Any = None, *, place: str) -> None:
        """Make the form as it was sent, or a new one."""
        super().__init__(data, initial={"language": (get_language() or "en")[:2]})
        self.place = place

    def clean_code(self) -> str:
        """Look whether the code is right, unless there were too many wrong ones."""
        counted = tries.of_set_up_code(self.place)
        if wait := tries.begin(counted):
            security.note(security.Kind.SIGN_IN_SLOWED, what="set-up-code")
            raise waiting.too_many_codes(wait)
        code: str = self.cleaned_data["code"]
        if not first_run.is_code(code):
            security.note(security.Kind.SIGN_IN_FAILED, what="set-up-code")
            raise ValidationError(
                _("This is not the set-up code. It stands where “florin serve” was started.")
            )
        tries.succeeded(counted)
        return code

    def clean_admin(self) -> str:
        """Take an address to which mail can be sent."""
        try:
            return addresses.read(self.cleaned_data["admin"])
        except Refusal as problem:
            raise ValidationError(str(problem)) from problem

    def clean_password2(self) -> str:
        """Take a password that was typed the same twice."""
        again: str = self.cleaned_data["password2"]
        if again != self.cleaned_data.get("password1", again):
            raise ValidationError(_("The two passwords are not the same."))
        return again

    def new_company(self) -> NewCompany:
        """Return what was typed, once the form is valid."""
        typed = self.cleaned_data
        return NewCompany(
            name=typed["name"],
            email=typed["admin"],
            currency=typed["currency"],
            time_zone=typed["time_zone"],
            language=typed["language"],
            admin=typed["admin"],
            admin_name=typed["admin_name"],
            password=typed["password1"],
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Open the first company for whoever has the code; afterwards nothing is here for anybody."""
    if not first_run.is_due():
        raise Http404
    sent = request.POST if request.method == "POST" else None
    form = SetUpForm(sent, place=clients.place(clients.address(request.META)))
    if form.is_valid():
        try:
            return _welcome(request, open_company.move_in_first(form.new_company()))
        except BadPassword as problem:
            form.add_error("password1", str(problem))
        except NotFound:
            raise
        except Refusal as problem:
            form.add_error(None, str(problem))
    status = _UNPROCESSABLE if form.is_bound else 200
    return waiting.marked(render(request, "people/set_up.html", {"form": form}, status=status), form)


def _welcome(request: HttpRequest, admin: User) -> HttpResponse:
    """Sign the Admin in, as the sign-in page would."""
    response = redirect("office:home")
    get_adapter(request).login(request, admin)
    known.remember(request, response, admin.email)
    return response
