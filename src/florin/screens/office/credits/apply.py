"""Applying an open credit to invoices, by hand or the oldest first, and taking it back from one (R12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.domain.attempts import bill, sharing
from florin.domain.credits import queries
from florin.domain.credits.services import Exceeded
from florin.domain.ledger.models import Item
from florin.domain.staff.rights import Right
from florin.flows import apply_credit
from florin.kernel import formats
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from florin.screens.office.credits import detail, steps
from florin.screens.office.credits.detail import Opened
from florin.screens.office.shared import parsing
from florin.screens.office.shared.access import StaffRequest, asks, dialog, done, page
from florin.screens.office.shared.fields import ShareField
from florin.screens.office.shared.forms import FormRow, OfficeForm
from florin.screens.office.shared.parsing import as_key

_UNPROCESSABLE = 422
_MOST_INVOICES = 200
_AMOUNT = "amount-"


@dataclass(slots=True, kw_only=True)
class InvoiceRow(FormRow):
    """One open invoice: what payments under way hold of it, and what was typed to be applied to it."""

    item: Item
    held: Money

    @property
    def free(self) -> int:
        """What nobody else is paying, in minor units."""
        return max(self.item.balance - self.held.minor, 0)

    @property
    def applied(self) -> Money | None:
        """What is to be applied; nothing while it cannot be read."""
        applied: Money | None = self.readable("amount")
        return applied


class ApplyForm(OfficeForm):
    """The open credit, the invoices that it could pay, and what is wrong with the whole."""

    def __init__(
        self, data: QueryDict | None, *, opened: Opened, rows: Sequence[InvoiceRow], words: str
    ) -> None:
        """Make the form with rows as they were typed, for the invoices that ``words`` found."""
        super().__init__(data, company=opened.item.company)
        self.opened, self.rows, self.words = opened, rows, words

    @property
    def total(self) -> Money:
        """What is to be applied, as far as it can be read."""
        amounts = [row.applied for row in self.rows if row.applied is not None]
        return sum(amounts, start=Money.zero(self.opened.item.currency))

    @property
    def left(self) -> Money:
        """What stays open of the credit; below zero if too much is typed."""
        return self.opened.free - self.total

    @property
    def needs_another_look(self) -> bool:
        """Whether something is wrong."""
        return bool(self.problem or any(row.errors for row in self.rows))

    @property
    def in_progress(self) -> bool:
        """Whether somebody is paying one of the invoices at this moment."""
        return any(row.held for row in self.rows)

    @property
    def has_search(self) -> bool:
        """Whether there may be more invoices than are shown."""
        return bool(self.words) or len(self.rows) >= _MOST_INVOICES

    def oldest_first(self) -> None:
        """Fill in what pays the invoices that are due longest, as far as the credit goes."""
        shares, _left = sharing.share(max(self.opened.free.minor, 0), [row.free for row in self.rows])
        for row, share in zip(self.rows, shares, strict=True):
            row.texts["amount"] = parsing.written(Money(share, row.item.currency))

    def read(self) -> dict[UUID, int]:
        """Return what is to be applied to each invoice's item, in minor units."""
        for row in self.rows:
            row.clean()
        if not self.needs_another_look and self.left < Money.zero(self.left.currency):
            shown = formats.money(self.opened.free, get_language() or "en")
            self.problem = _("That is more than the %(free)s that can be applied.") % {"free": shown}
        elif not self.needs_another_look and not self.total:
            self.problem = _("Give an amount above zero for at least one invoice.")
        return {row.item.pk: row.applied.minor for row in self.rows if row.applied}


@asks(Right.CREATE_CREDIT)
def apply(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Apply an open credit; it begins with the oldest first, and one press applies once."""
    item = find(queries.givers(request.user.company), pk=pk)
    form = _read_form(request, item)
    act = request.POST.get("act", "")
    if request.method != "POST" or act == "oldest":
        form.oldest_first()
        return _show(request, form)
    amounts = form.read()
    if act == "reckon":
        return page(request, "credits/applying.html", {"form": form})
    if act == "find":
        form.problem = ""
        return _show(request, form)
    if form.needs_another_look:
        return _show(request, form, status=_UNPROCESSABLE)
    return _apply(request, form, amounts)


@asks(Right.CREATE_CREDIT)
def unapply(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take a credit back from an invoice, with the reason; the invoice is open again."""
    company = request.user.company
    item = find(queries.givers(company), pk=pk)
    asked = request.POST if request.method == "POST" else request.GET
    key = as_key(asked.get("invoice", ""))
    applied = next((one for one in detail.opened(item).applied if one.invoice.pk == key), None)
    form = steps.read_reason(request)
    problem, status = None, _UNPROCESSABLE if form.errors else 200
    if key and form.is_valid():
        reason, submission = form.cleaned_data["reason"], form.submission_key
        try:
            apply_credit.unapply(company, pk, key, reason=reason, submission=submission, by=request.user)
        except Refusal as refusal:
            problem, status = refusal, refusal.status
        else:
            messages.success(request, _("%(number)s is open again.") % {"number": item.number})
            return done(request, "office:open-credit", pk)
    elif applied is None and not (key and form.errors):
        raise Refusal(_("Nothing of %(number)s is applied there any more.") % {"number": item.number})
    context = {"item": item, "invoice": key, "applied": applied, "form": form, "problem": problem}
    return dialog(request, "credits/unapply.html", context, title=item.number, status=status)


def _read_form(request: StaffRequest, item: Item) -> ApplyForm:
    """Draw up the form with what was typed; what has an amount stays, whatever is searched for."""
    words = parsing.search(request.POST.get("q", ""))
    amounts = _typed_amounts(request)
    shown = queries.open_invoices(item, most=_MOST_INVOICES, number=words, also=amounts)
    held = bill.reserved([one.pk for one in shown])
    rows = [
        _invoice_row(one, Money(held.get(one.pk, 0), one.currency), amounts.get(one.pk, "")) for one in shown
    ]
    data = request.POST if request.method == "POST" else None
    item.company = request.user.company
    return ApplyForm(data, opened=detail.opened(item), rows=rows, words=words)


def _invoice_row(item: Item, held: Money, text: str) -> InvoiceRow:
    too_much = _("Only %(open)s is open.") % {"open": formats.money(item.money, get_language() or "en")}
    fields = {"amount": ShareField(most=item.money, too_much=too_much)}
    return InvoiceRow(fields, {"amount": text}, item=item, held=held)


def _typed_amounts(request: StaffRequest) -> dict[UUID, str]:
    texts = {name.removeprefix(_AMOUNT): request.POST.get(name, "") for name in request.POST}
    return {key: text for name, text in texts.items() if text.strip() and (key := as_key(name))}


def _apply(request: StaffRequest, form: ApplyForm, amounts: Mapping[UUID, int]) -> HttpResponse:
    item = form.opened.item
    try:
        parts = apply_credit.apply(
            request.user.company, item.pk, amounts, submission=form.submission_key, by=request.user
        )
    except Exceeded as problem:
        fresh = _read_form(request, item)
        fresh.read()
        row = next((row for row in fresh.rows if row.item.pk == problem.item), None)
        if row is None:
            fresh.problem = str(problem)
        else:
            row.errors["amount"] = str(problem)
        return _show(request, fresh, status=problem.status)
    except Refusal as problem:
        form.problem = str(problem)
        return _show(request, form, status=problem.status)
    if parts:
        shown = formats.money(form.total, get_language() or "en")
        messages.success(
            request, _("%(amount)s of %(number)s is applied.") % {"amount": shown, "number": item.number}
        )
    return done(request, "office:open-credit", item.pk)


def _show(request: StaffRequest, form: ApplyForm, *, status: int = 200) -> HttpResponse:
    return page(request, "credits/apply.html", {"form": form}, status=status)
