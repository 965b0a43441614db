"""Every email with made-up content, for developers who look at it and for tests that try them all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

from florin.contracts.demands import Deduction, Demand
from florin.contracts.documents import (
    Aging,
    InvoiceDocument,
    InvoiceList,
    Letterhead,
    OpenInvoice,
    ReceiptDocument,
    ReceiptLine,
    StatementDocument,
)
from florin.contracts.emails import (
    About,
    AccountNotice,
    AffectedInvoice,
    ChargedFee,
    DisputeNotice,
    FailedNotice,
    FreshLink,
    InitiatedNotice,
    NotCharged,
    Notification,
    PasswordChanged,
    PasswordReset,
    PaymentFailed,
    PaymentInitiated,
    PaymentRegained,
    PaymentReturned,
    RefundFailed,
    RefundFailedNotice,
    RefundInitiated,
    RefundNotice,
    ReturnedNotice,
    SecondFactorChanged,
    SettlementReport,
)
from florin.contracts.processor import AccountStatus
from florin.contracts.reasons import AccountRequirement, DisputeReason, RefundFailure
from florin.contracts.stored_emails import kind_of
from florin.edges.mail import document_emails, notifications
from florin.edges.mail.rendering import RenderedEmail
from florin.kernel.return_codes import Uncoded

URL = "https://pay.northwind.example/"
_DAY, _DUE = date(2026, 11, 24), date(2026, 12, 24)
_KEY = UUID(int=1)
_LINES = (
    AffectedInvoice(number="INV-10023", amount=30_000, balance=30_000),
    AffectedInvoice(number="INV-10025", amount=15_000, balance=17_500),
)
_FEE = ChargedFee(number="INV-10099", amount=2_500, currency="USD")
_CREDITS = (Deduction("CR-1007", _DAY, 1_500),)
_DISPUTE_STATES = (
    "inquiry",
    "needs_response",
    "won",
    "won_after_all",
    "lost",
    "appealable",
    "appeal_lost",
    "closed",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One email: its kind, what is special about this one, and what it says."""

    kind: str
    variant: str
    email: RenderedEmail


def render_all(
    *, language: str, company: str = "Northwind Flowers", customer: str = "Rosa's Flower Shop"
) -> Iterator[Sample]:
    """Render every kind of email, most of them in several variants, with these names in them."""
    letterhead = Letterhead(
        name=company,
        address=("12 Canal Street", "Portland, OR 97201"),
        email="ar@northwind.example",
        phone="+1 503 555 0147",
        tax_id="",
        colour="#8a2f5f",
        logo="",
    )
    yield from _documents(letterhead, customer, language)
    for variant, email in _notifications(customer):
        rendered = notifications.notification(email, letterhead, language=language, url=URL)
        yield Sample(kind_of(email), variant, rendered)
    yield from _others(letterhead, language)


def _documents(letterhead: Letterhead, customer: str, language: str) -> Iterator[Sample]:
    invoice = InvoiceDocument(
        letterhead=letterhead,
        number="INV-10023",
        revision=1,
        order_number="SO-2041",
        customer_number="C-1007",
        po_number="PO 7781",
        issued_on=_DAY,
        due_on=_DUE,
        terms="Net 30 days",
        bill_to=(customer,),
        ship_to=(customer,),
        currency="USD",
        lines=(),
        total=45_000,
        note="",
        language=language,
    )
    demands = {
        "to be paid": Demand(45_000),
        "credits taken off": Demand(45_000, 2_000, _CREDITS),
        "covered by credits": Demand(1_000, 0, _CREDITS),
        "paid": Demand(0),
    }
    for variant, demand in demands.items():
        yield Sample(
            "invoice", variant, document_emails.invoice_email(invoice, demand=demand, pay_url=URL, today=_DAY)
        )
    test = document_emails.invoice_email(
        invoice, demand=Demand(45_000), pay_url=None, today=_DAY, kind="sample_invoice"
    )
    yield Sample("sample_invoice", "", test)
    late = document_emails.invoice_email(invoice, demand=Demand(45_000), pay_url=URL, today=date(2027, 1, 4))
    yield Sample("invoice", "overdue", late)
    yield from _invoice_lists(letterhead, customer, language)
    yield from _statements(letterhead, customer, language)
    yield from _receipts(letterhead, customer, language)


def _invoice_lists(letterhead: Letterhead, customer: str, language: str) -> Iterator[Sample]:
    owed = (
        OpenInvoice("INV-10023", "PO 7781", _DAY, _DUE, 30_000, 30_000),
        OpenInvoice("INV-10025", "", _DAY, date(2026, 12, 28), 20_000, 15_000),
    )
    dollars = InvoiceList(letterhead, "C-1007", customer, "USD", owed, language)
    reduced = replace(dollars, credits=_CREDITS)
    several = [(dollars, URL), (replace(dollars, currency="EUR"), URL)]
    for variant, lists in {
        "two": several[:1],
        "two currencies": several,
        "credits": [(reduced, URL)],
    }.items():
        yield Sample("invoices", variant, document_emails.invoices_email(lists, today=_DAY))


def _statements(letterhead: Letterhead, customer: str, language: str) -> Iterator[Sample]:
    owing = StatementDocument(
        letterhead=letterhead,
        number="ST-10001",
        type="open_items",
        customer_number="C-1007",
        bill_to=(customer,),
        begin_on=None,
        end_on=date(2026, 11, 30),
        currency="USD",
        opening=0,
        lines=(),
        aging=Aging(40_000, 5_000, 0, 0, 0, 0),
        balance=45_000,
        language=language,
        due_on=date(2026, 11, 20),
    )
    settled = replace(owing, aging=Aging(0, 0, 0, 0, 0, 0), balance=0, due_on=None)
    for variant, document, payable in (
        ("owing", owing, 45_000),
        ("the link asks for less", owing, 30_000),
        ("nothing to pay", settled, 0),
    ):
        email = document_emails.statement_email(document, pay_url=URL, payable=payable)
        yield Sample("statement", variant, email)


def _receipts(letterhead: Letterhead, customer: str, language: str) -> Iterator[Sample]:
    exact = ReceiptDocument(
        letterhead=letterhead,
        number="RC-501",
        payment_number="PAY-3301",
        customer_number="C-1007",
        customer_name=customer,
        paid_on=_DAY,
        method="Visa •••• 4242",
        reference="pi_3Nx81Zk",
        currency="USD",
        amount=45_000,
        lines=(ReceiptLine("INV-10023", _DAY, 45_000, 0),),
        excess=0,
        language=language,
        credited=1_500,
    )
    for variant, receipt in {"exact": exact, "more than owed": replace(exact, excess=5_000)}.items():
        yield Sample("payment_received", variant, document_emails.receipt_email(receipt))
    notice = document_emails.payment_notice(exact, url=URL, language=language)
    yield Sample("payment_notice", "exact", notice)


def _notifications(customer: str) -> Iterator[tuple[str, Notification]]:
    about = About(customer_name=customer, customer_number="C-1007", currency="USD", amount=45_000, on=_DAY)
    yield "", FreshLink(about=about, lines=_LINES)
    yield from _debits(about)
    yield from _returns(about)
    yield from _refunds(about)
    dispute = DisputeNotice(
        about=about,
        method="Visa •••• 4242",
        number="PAY-3301",
        reference="du_1Nx",
        reason=DisputeReason.PRODUCT_NOT_RECEIVED,
        state="",
    )
    for state in _DISPUTE_STATES:
        answer_by = _DUE if state in {"inquiry", "needs_response", "appealable"} else None
        lines = _LINES if state in {"won_after_all", "lost", "appealable"} else ()
        yield state, replace(dispute, state=state, answer_by=answer_by, lines=lines)


def _debits(about: About) -> Iterator[tuple[str, Notification]]:
    bank = "Example Bank •••• 6789"
    debit = PaymentInitiated(about=about, method=bank, reference="pi_3Nx81Zk", lines=_LINES)
    for variant, initiated in (
        ("under way", debit),
        ("account not confirmed yet", replace(debit, awaits_payer=True)),
    ):
        yield variant, initiated
        yield variant, InitiatedNotice.like(initiated)
    failed = PaymentFailed(
        about=about, method=bank, reference="pi_3Nx81Zk", reason="R01", lines=_LINES, fee=_FEE
    )
    for variant, email in (
        ("with a fee", failed),
        ("account not confirmed", replace(failed, reason=Uncoded.UNVERIFIED, fee=None)),
    ):
        yield variant, email
        yield variant, FailedNotice.like(email)


def _returns(about: About) -> Iterator[tuple[str, Notification]]:
    method, number, reference = "Example Bank •••• 6789", "PAY-3301", "pi_3Nx81Zk"
    returned = PaymentReturned(
        about=about, method=method, number=number, reference=reference, reason="R01", lines=_LINES, fee=_FEE
    )
    yield "with a fee", returned
    yield "dispute lost", replace(returned, reason="", fee=None, disputed=True)
    yield "with a fee", ReturnedNotice.like(returned)
    regained = PaymentRegained(
        about=about, method=method, number=number, reference=reference, lines=_LINES, credited=1_500
    )
    yield "still owed in part", regained
    yield "nothing was owed", replace(regained, lines=(), credited=45_000)


def _refunds(about: About) -> Iterator[tuple[str, Notification]]:
    refund = RefundInitiated(
        about=about,
        method="Visa •••• 4242",
        number="RF-10001",
        reference="pi_3Nx81Zk",
        reason="Wilted",
        way="card",
        lines=_LINES,
    )
    for variant, email in (
        ("card", refund),
        ("waits for the balance", replace(refund, waits=True)),
        ("bank account", replace(refund, way="ach", method="Example Bank •••• 6789", lines=())),
        ("check", replace(refund, way="check", method="Check 1023", reference="")),
    ):
        yield variant, email
        yield variant, RefundNotice.like(email)
    failed = RefundFailedNotice(
        about=about,
        method="Visa •••• 4242",
        number="RF-10001",
        reference="pi_3Nx81Zk",
        reason=RefundFailure.CARD_CLOSED,
    )
    yield "", RefundFailed.like(failed)
    yield "", failed


def _others(letterhead: Letterhead, language: str) -> Iterator[Sample]:
    reserved = NotCharged(amount=45_000, currency="USD")
    yield Sample("not_charged", "", notifications.not_charged(reserved, letterhead, language=language))
    for status in AccountStatus:
        is_wanted = status in {AccountStatus.ACTIVE, AccountStatus.INCOMPLETE}
        wanted = (AccountRequirement.WEBSITE, AccountRequirement.TAX_ID) if is_wanted else ()
        account = AccountNotice(on=_DAY, status=status, reason="", wanted=wanted, path="")
        notice = notifications.account_notice(account, letterhead, language=language, url=URL)
        yield Sample("account_notice", status.value, notice)
    report = SettlementReport(first=date(2026, 11, 1), last=date(2026, 11, 30))
    yield Sample(
        "settlement_report",
        "",
        notifications.settlement_report(report, letterhead, language=language, url=URL),
    )
    for by, inviter in (("", "Ann Bloom"), ("operator", "")):
        invited = notifications.invitation(letterhead, inviter=inviter, language=language, url=URL)
        yield Sample("invitation", by, invited)
    reset = PasswordReset(person=_KEY)
    yield Sample(
        "password_reset", "", notifications.password_reset(reset, letterhead, language=language, url=URL)
    )
    changed = PasswordChanged(
        person=_KEY,
        at=datetime(2026, 11, 24, 20, 15, tzinfo=UTC),
        address="203.0.113.7",
        browser="Firefox on Linux",
    )
    rendered = notifications.password_changed(
        changed, letterhead, time_zone="America/New_York", language=language, url=URL
    )
    yield Sample("password_changed", "", rendered)
    factor = SecondFactorChanged(person=_KEY, at=changed.at, address=changed.address, browser=changed.browser)
    rendered = notifications.second_factor_changed(
        factor, letterhead, time_zone="America/New_York", language=language, url=URL
    )
    yield Sample("second_factor_changed", "", rendered)
