"""Setup > Company > Email texts: what mails begin with, for each kind and language."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.companies import mail_texts
from florin.domain.companies.mail_texts import Key, Kind
from florin.domain.companies.models import Company
from florin.domain.staff.rights import Right
from florin.flows import change_company
from florin.kernel import cards
from florin.kernel.errors import Refusal
from florin.screens.office.setup.company_form import frames_ours
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, asks, page
from florin.screens.office.shared.fields import TextField
from florin.screens.office.shared.forms import OfficeForm

_WORDS: dict[Kind, Promise] = {
    Kind.INVOICE: gettext_lazy("Invoice"),
    Kind.LINKS: gettext_lazy("Payment links for several invoices"),
    Kind.STATEMENT: gettext_lazy("Statement"),
    Kind.RECEIPT: gettext_lazy("Receipt"),
}
_UNPROCESSABLE = 422


class TextsForm(OfficeForm):
    """The texts as typed, a field for each kind and language."""

    def __init__(self, data: QueryDict | None = None, *, company: Company) -> None:
        """Make the form with the texts as saved, or as it was sent."""
        texts = mail_texts.texts_of(company)
        cards.vouch(texts.values())
        initial = {field_name(key): text for key, text in texts.items()}
        super().__init__(data, company=company, initial=initial, seen=mail_texts.mark(texts))
        languages = dict(settings.LANGUAGES)
        for key in texts:
            field = TextField(label=languages[key[1]], longest=mail_texts.LONGEST, lines=4)
            field.widget.attrs["lang"] = key[1]
            self.fields[field_name(key)] = field

    def texts(self) -> dict[Key, str]:
        """Return what was meant, once the form is valid."""
        return {key: self.cleaned_data[field_name(key)] for key in mail_texts.every_key()}

    @property
    def groups(self) -> list[tuple[Promise, list[object]]]:
        """Each kind of mail with its fields, a language each."""
        return [
            (words, [self[field_name((kind, language))] for language, _words in settings.LANGUAGES])
            for kind, words in _WORDS.items()
        ]


def field_name(key: Key) -> str:
    """Return what the field of a kind and language is called."""
    return f"{key[0].value}_{key[1]}"


@frames_ours
@asks(Right.SETUP)
def texts(request: StaffRequest) -> HttpResponse:
    """Show and change what mails begin with; those that are on their way keep what they have."""
    company = request.user.company
    form = TextsForm(request.POST if request.method == "POST" else None, company=company)
    if not form.is_bound:
        return _show(request, form)
    if not form.is_valid():
        return _show(request, form, status=_UNPROCESSABLE)
    try:
        change_company.change_mail_texts(company, form.texts(), seen=form.seen, by=request.user)
    except Refusal as problem:
        form.seen = mail_texts.mark(mail_texts.texts_of(company))
        return _show(request, form, problem=problem, status=problem.status)
    messages.success(request, _("The texts are saved. Mails that are on their way keep what they have."))
    return redirect("office:company-texts")


def _show(
    request: StaffRequest, form: TextsForm, *, problem: Refusal | None = None, status: int = 200
) -> HttpResponse:
    company = request.user.company
    entries = timeline.timeline(company.pk, company.pk)
    context = {"form": form, "problem": problem, "entries": entries, "languages": settings.LANGUAGES}
    return page(request, "setup/company_texts.html", context, status=status)
