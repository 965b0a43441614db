"""The preview beside the company's forms: a made-up invoice, mail or payment page; nothing is stored or sent.

Each is a page of its own in a frame, with a policy that lets it run and load nothing.
"""

import base64
import copy
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_sameorigin

from florin.domain.attempts.bill import Bill, BillLine, BillState
from florin.domain.attempts.methods import Method
from florin.domain.companies import mail_texts
from florin.domain.companies.mail_texts import Kind
from florin.domain.companies.models import Company
from florin.domain.companies.profile import InvalidProfile
from florin.domain.customers.models import Customer
from florin.domain.links.models import Link
from florin.domain.staff.rights import Right
from florin.flows import change_company, preview_company
from florin.flows.preview_company import Sample
from florin.kernel import clock
from florin.kernel.money import Money
from florin.screens.office.setup.company_form import CompanyForm
from florin.screens.office.setup.company_texts import TextsForm, field_name
from florin.screens.office.shared.access import StaffRequest, asks
from florin.screens.shared.templating import logo_address

_KEY = UUID(int=0)
_POLICY = "default-src 'none'; img-src data:; frame-ancestors 'self'; sandbox; style-src "
_INLINE, _OURS = "'unsafe-inline'", "'self'"


@dataclass(frozen=True, slots=True)
class SampleLogo:
    """How large the logo is shown on the payment page: its frame keeps the proportions."""

    width: str = ""
    height: str = "40"


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePage:
    """A made-up bill as the payment page's template reads it."""

    link: Link
    bill: Bill
    today: date
    token: str = "preview"  # noqa: S105 - of no link
    version: str = ""
    nonce: str = ""
    seen: str = ""
    chosen: Method = Method.CARD
    takes_checks: bool = True
    late: int = 0
    fell_through: str = ""
    away: bool = False
    summed: bool = False
    statement: None = None
    since: None = None
    changes: tuple[()] = ()
    rest: tuple[()] = ()

    @property
    def logo(self) -> SampleLogo | None:
        """The logo's size, if there is one."""
        return SampleLogo() if self.link.company.logo else None

    @property
    def logo_address(self) -> str:
        """The logo itself."""
        return logo_address(self.link.company.logo)

    @property
    def first(self) -> tuple[BillLine, ...]:
        """The only invoice."""
        return tuple(self.bill.lines)

    @property
    def others(self) -> Money:
        """Nobody else is paying."""
        return Money.zero(self.link.currency)


@xframe_options_sameorigin
@asks(Right.SETUP)
def preview(request: StaffRequest) -> HttpResponse:
    """Show a made-up invoice, mail or payment page of the company as saved, or as it was typed so far."""
    shown = _sent_form(request)
    sent = request.POST if request.method == "POST" else request.GET
    what = sent.get("show", "document")
    language = sent.get("in", "") or shown.language
    sample = preview_company.sample_of(shown, language=language)
    if what == "page":
        return _answer(_pay_page(sample), styles=_OURS)
    if what not in set(Kind):
        picture = base64.b64encode(preview_company.draw_invoice(sample)).decode()
        context = {"picture": picture, "number": sample.number}
        return _answer(render_to_string("setup/company_preview.html", context), styles=_INLINE)
    mail = preview_company.write_mail(sample, Kind(what), intro=_intro(request, Kind(what), language))
    return _answer(mail, styles=_INLINE)


def _sent_form(request: StaffRequest) -> Company:
    """Return a copy of the company with what can be read of the form; what cannot stays as it is saved."""
    shown = copy.copy(request.user.company)
    if request.method != "POST" or "colour" not in request.POST:
        return shown
    form = CompanyForm(request.POST, request.FILES, company=request.user.company)
    for name in form.fields:
        meant = form.readable(name)
        if meant is not None:
            setattr(shown, name, meant)
    try:
        shown.logo = change_company.clean_logo(form.logo) if form.kept else form.logo
    except InvalidProfile:
        shown.logo = request.user.company.logo
    return shown


def _intro(request: StaffRequest, kind: Kind, language: str) -> str:
    """Return what the mail begins with: as typed, or as saved where the form is another."""
    company, name = request.user.company, field_name((kind, language))
    if request.method != "POST" or name not in request.POST:
        return mail_texts.intro(company.pk, kind, language=language)
    return str(TextsForm(request.POST, company=company).readable(name) or "")


def _pay_page(sample: Sample) -> str:
    customer = Customer(
        company=sample.company,
        name=preview_company.CUSTOMER,
        number=preview_company.CUSTOMER_NUMBER,
        language=sample.language[:2],
    )
    link = Link(
        company=sample.company, customer=customer, currency=sample.total.currency, opened_at=clock.now()
    )
    line = BillLine(
        invoice_id=_KEY,
        order_id=_KEY,
        item_id=_KEY,
        number=sample.number,
        po_number="PO 7781",
        issued_on=sample.day,
        due_on=sample.due,
        void=False,
        total=sample.total,
        mailed_total=sample.total,
        balance=sample.total,
        payable=sample.total,
        changed=False,
    )
    bill = Bill(link=link, state=BillState.PAYABLE, lines=[line], methods=[Method.CARD, Method.ACH])
    shown = SamplePage(link=link, bill=bill, today=sample.day)
    with translation.override(sample.language):
        return render_to_string("checkout/bill.html", {"page": shown, "note": None})


def _answer(html: str, *, styles: str) -> HttpResponse:
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = f"{_POLICY}{styles}"
    return response
