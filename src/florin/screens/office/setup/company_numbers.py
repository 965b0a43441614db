"""Setup > Company > Numbers: the prefix and the next number of each series."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.companies import numbering
from florin.domain.companies.models import Company
from florin.domain.companies.numbering import InvalidNumbering
from florin.domain.companies.numbers import Series
from florin.domain.staff.rights import Right
from florin.flows import change_company
from florin.kernel.errors import Conflict, Refusal
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, asks, page
from florin.screens.office.shared.fields import ParsedField
from florin.screens.office.shared.forms import OfficeForm
from florin.screens.office.shared.parsing import InvalidInput

_UNPROCESSABLE = 422
_FIGURES = len(str(numbering.MOST))
_WORDS: dict[Series, Promise] = {
    Series.CUSTOMER: gettext_lazy("Customers"),
    Series.ORDER: gettext_lazy("Orders"),
    Series.INVOICE: gettext_lazy("Invoices"),
    Series.CREDIT: gettext_lazy("Credits"),
    Series.PAYMENT: gettext_lazy("Payments"),
    Series.RECEIPT: gettext_lazy("Receipts"),
    Series.REFUND: gettext_lazy("Refunds"),
    Series.STATEMENT: gettext_lazy("Statements"),
}


class PrefixField(ParsedField):
    """What numbers begin with; nothing for figures alone."""

    nothing = ""

    def read(self, text: str) -> str:
        """Return it in capital letters."""
        return numbering.read_prefix(text)


class NextNumberField(ParsedField):
    """A whole number that documents may have."""

    def __init__(self) -> None:
        """Make a field that must be filled."""
        super().__init__(missing=_NO_NUMBER, mode="numeric")

    def read(self, text: str) -> int:
        """Return the number."""
        text = text.strip()
        if not (text.isascii() and text.isdigit()) or len(text) > _FIGURES or int(text) < 1:
            raise InvalidInput(str(_NO_NUMBER))
        return int(text)


_NO_NUMBER = gettext_lazy("Give a number from 1 to 999,999,999.")


class NumbersForm(OfficeForm):
    """Each series with its prefix and next number as typed; a next number left as it was shown goes on."""

    def __init__(self, data: QueryDict | None = None, *, company: Company) -> None:
        """Make the form with the series as they go on, or as it was sent."""
        self.now = numbering.numberings_of(company)
        initial: dict[str, object] = {}
        for series, each in self.now.items():
            initial |= {f"prefix_{series.value}": each.prefix, f"next_{series.value}": each.next}
        super().__init__(data, company=company, initial=initial, seen=numbering.mark(self.now))
        for series in Series:
            self.fields[f"prefix_{series.value}"] = PrefixField()
            self.fields[f"next_{series.value}"] = NextNumberField()
        sent = data if data is not None else {}
        self.shown = {
            series: sent.get(f"shown_{series.value}") or str(each.next) for series, each in self.now.items()
        }

    def numbers(self) -> dict[Series, tuple[str, int | None]]:
        """Return what was meant, once the form is valid."""
        return {
            series: (self.cleaned_data[f"prefix_{series.value}"], self._next(series)) for series in Series
        }

    def _next(self, series: Series) -> int | None:
        typed: int = self.cleaned_data[f"next_{series.value}"]
        return None if str(typed) == self.shown[series] else typed

    @property
    def rows(self) -> list[tuple[Promise, str, object, object, str]]:
        """What each row of the table shows: its words, two fields, and the next number as it was shown."""
        return [
            (_WORDS[s], s.value, self[f"prefix_{s.value}"], self[f"next_{s.value}"], self.shown[s])
            for s in Series
        ]


@asks(Right.SETUP)
def numbers(request: StaffRequest) -> HttpResponse:
    """Show and change how numbers go on; what has a number keeps it."""
    company = request.user.company
    form = NumbersForm(request.POST if request.method == "POST" else None, company=company)
    if not form.is_bound:
        return _show(request, form)
    if not form.is_valid():
        return _show(request, form, status=_UNPROCESSABLE)
    try:
        change_company.change_numbers(company, form.numbers(), seen=form.seen, by=request.user)
    except InvalidNumbering as problem:
        form.add_error(f"{problem.field}_{problem.series.value}", str(problem))
        return _show(request, form, status=problem.status)
    except Conflict as problem:
        form.seen = numbering.mark(form.now)
        return _show(request, form, problem=problem, status=problem.status)
    messages.success(request, _("The numbers are saved. What has a number keeps it."))
    return redirect("office:company-numbers")


def _show(
    request: StaffRequest, form: NumbersForm, *, problem: Refusal | None = None, status: int = 200
) -> HttpResponse:
    company = request.user.company
    entries = timeline.timeline(company.pk, company.pk)
    context = {"form": form, "problem": problem, "entries": entries}
    return page(request, "setup/company_numbers.html", context, status=status)
