"""Booking a batch of documents in one durable transaction: customers, products, orders, invoices, credits."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten
from uuid import UUID

from django.db import transaction
from django.db.utils import IntegrityError

from florin.domain.catalogue import importing as catalogue
from florin.domain.catalogue.importing import NewProduct
from florin.domain.companies.models import Company
from florin.domain.credits import importing as credits_
from florin.domain.credits.importing import OldCredit
from florin.domain.customers import importing as customers
from florin.domain.customers.importing import NewCustomer
from florin.domain.customers.models import Customer
from florin.domain.invoices import importing as invoices
from florin.domain.invoices.importing import OldInvoice
from florin.domain.orders import importing as orders
from florin.domain.orders.importing import OldOrder, Written
from florin.domain.orders.services import LineDraft
from florin.flows import expire_sessions
from florin.flows.importing import limits
from florin.flows.importing.invoices import ImportedDocument
from florin.flows.importing.refusals import Reason, Refused
from florin.flows.importing.survey import Survey
from florin.kernel.errors import Conflict
from florin.kernel.folding import fold
from florin.kernel.money import Money

_ACTOR = "Import"
_REASON_WIDTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What one batch came to, and the rows that only the database could refuse.

    ``customers`` and ``products`` count new ones, ``lines`` the rows booked, ``here_already`` documents.
    """

    customers: int
    products: int
    invoices: int
    credits: int
    lines: int
    here_already: int
    here_already_rows: int
    refused: Sequence[Refused]


@dataclass(slots=True)
class _Sifted:
    """New documents, those that are here already, and rows of those that only bear a known number."""

    fresh: list[ImportedDocument]
    here: list[ImportedDocument]
    refused: list[Refused]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the documents of a batch are written from: customers and keys of products by folded numbers."""

    company: Company
    run: str
    found: Survey
    people: dict[str, Customer]
    products: dict[str, UUID]


def book(
    company: Company, documents: Sequence[ImportedDocument], found: Survey, *, run: str, over_limit: str = ""
) -> Booked:
    """Book the documents that are not here yet, all or none, each exactly once; ``run`` names them together.

    ``over_limit`` is why they may pass credit limits.

    Raises:
        Conflict: if something else than an import took one of the numbers at the same moment.
    """
    try:
        return _book(company, documents, found, run=run, reason=over_limit)
    except IntegrityError as error:
        raise Conflict(
            "Somebody else used one of these numbers at the same moment. "
            "Run the import again: what is booked already is passed over."
        ) from error


@transaction.atomic(durable=True)
def _book(
    company: Company, documents: Sequence[ImportedDocument], found: Survey, *, run: str, reason: str
) -> Booked:
    _take_turn(company)
    sifted = _sift(company, documents)
    people = customers.known(company, {document.customer for document in sifted.fresh})
    desk = _Desk(company, run, found, people, {})
    _refuse_foreign(desk, sifted)
    allowed = limits.sort(sifted.fresh, people, currency=company.currency, reason=reason)
    sifted.fresh = allowed.documents
    sifted.refused += allowed.refused
    bills = [document for document in sifted.fresh if not document.credit]
    returns = [document for document in sifted.fresh if document.credit]
    new_customers = _make_customers(desk, sifted.fresh)
    new_products = _make_products(desk, bills)
    limits.note(company, _invoice(desk, bills), allowed, reason=reason, actor=_ACTOR)
    given = credits_.give_many(company, [_credit(desk, document) for document in returns], by=_ACTOR)
    expire_sessions.expire_wanting(credit.item_id for credit in given if credit.item_id)
    return Booked(
        customers=new_customers,
        products=new_products,
        invoices=len(bills),
        credits=len(returns),
        lines=sum(len(document.lines) for document in sifted.fresh),
        here_already=len(sifted.here),
        here_already_rows=sum(len(document.lines) for document in sifted.here),
        refused=sifted.refused,
    )


def _take_turn(company: Company) -> None:
    """Wait until no other import of the company is in a batch; foreign keys do not wait for this lock."""
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)


def _sift(company: Company, documents: Sequence[ImportedDocument]) -> _Sifted:
    old_invoices = invoices.known(company, [document.number for document in documents if not document.credit])
    old_credits = credits_.known(company, [document.number for document in documents if document.credit])
    sifted = _Sifted([], [], [])
    for document in documents:
        old = old_credits.get(document.number) if document.credit else old_invoices.get(document.number)
        if old is None:
            sifted.fresh.append(document)
        elif (fold(old.customer), old.total) == (fold(document.customer), document.total):
            sifted.here.append(document)
        else:
            total = Money(old.total, company.currency).decimal
            sifted.refused += document.refused(Reason.DIFFERENT, f"customer {old.customer}, {total}")
    return sifted


def _refuse_foreign(desk: _Desk, sifted: _Sifted) -> None:
    """Refuse documents of customers kept in another currency: the file names none, so it is the company's."""
    documents, sifted.fresh = sifted.fresh, []
    for document in documents:
        customer = desk.people.get(fold(document.customer))
        if customer is None or customer.currency == desk.company.currency:
            sifted.fresh.append(document)
        else:
            sifted.refused += document.refused(Reason.OTHER_CURRENCY, customer.currency)


def _make_customers(desk: _Desk, documents: Sequence[ImportedDocument]) -> int:
    """Make the customers that are missing at the desk, and return how many."""
    wanted = {fold(document.customer): document.customer for document in documents}
    missing = [wanted[folded] for folded in sorted(wanted.keys() - desk.people.keys())]
    news = [
        NewCustomer(
            number=number,
            name=f"Customer {number}",
            bill_to=desk.found.countries[fold(number)],
            invoice_emails=_addresses(number),
        )
        for number in missing
    ]
    customers.make_many(desk.company, news)
    desk.people.update(customers.known(desk.company, missing))
    return len(missing)


def _addresses(number: str) -> list[str]:
    """Return an address that can be shown to work and reaches nobody (RFC 2606); none for an odd number."""
    return [f"accounts@customer-{number}.example"] if number.isascii() and number.isdigit() else []


def _make_products(desk: _Desk, documents: Sequence[ImportedDocument]) -> int:
    """Put the products on these documents on the desk, make those that are missing, and return how many."""
    codes = {fold(line.fact.code): line.fact.code for document in documents for line in document.lines}
    codes.pop("", None)
    desk.products.update(catalogue.known(desk.company, list(codes)))
    missing = [codes[folded] for folded in sorted(codes.keys() - desk.products.keys())]
    articles = desk.found.articles
    catalogue.make_many(
        desk.company,
        [
            NewProduct(
                code=code,
                description=articles[fold(code)].name or code,
                unit_price=articles[fold(code)].unit_price,
            )
            for code in missing
        ],
    )
    desk.products.update(catalogue.known(desk.company, missing))
    return len(missing)


def _invoice(desk: _Desk, documents: Sequence[ImportedDocument]) -> list[Written]:
    written = orders.write_many(desk.company, [_order(desk, document) for document in documents])
    olds = [
        OldInvoice(one, document.number, document.at)
        for one, document in zip(written, documents, strict=True)
    ]
    invoices.issue_many(desk.company, olds, by=_ACTOR)
    return written


def _order(desk: _Desk, document: ImportedDocument) -> OldOrder:
    customer = desk.people[fold(document.customer)]
    return OldOrder(
        customer=customer,
        number=f"W-{document.number}",
        submission=_submission_key(desk, document),
        ordered_on=document.at.date(),
        ship_to="" if document.country == customer.bill_to else document.country,
        lines=[
            LineDraft(
                code=line.fact.code,
                description=desk.found.name_of(line.fact),
                quantity=line.fact.quantity,
                unit="each",
                unit_price=line.fact.unit_price,
            )
            for line in document.lines
        ],
        products=desk.products,
    )


def _submission_key(desk: _Desk, document: ImportedDocument) -> str:
    return f"{desk.run}:{document.lines[0].row.line}"


def _credit(desk: _Desk, document: ImportedDocument) -> OldCredit:
    """A credit has no lines of its own, so its reason says what was taken back, as far as there is room."""
    parts = (
        f"{-line.fact.quantity.normalize():f} x {desk.found.name_of(line.fact)}" for line in document.lines
    )
    return OldCredit(
        customer=desk.people[fold(document.customer)],
        number=document.number,
        submission=_submission_key(desk, document),
        given_on=document.at.date(),
        amount=document.total,
        reason=shorten("; ".join(parts), _REASON_WIDTH, placeholder=" …"),
    )
