"""Booking a batch of papers in one durable transaction: customers, products, orders, invoices, credits."""

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

    ``customers`` and ``products`` count new ones, ``lines`` the rows booked, ``here_already`` papers.
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
    """Papers that are new, papers that are here already, and rows of those that only bear a known number."""

    fresh: list[ImportedDocument]
    here: list[ImportedDocument]
    refused: list[Refused]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the papers of a batch are written from: customers and keys of products by their folded numbers."""

    company: Company
    run: str
    found: Survey
    people: dict[str, Customer]
    products: dict[str, UUID]


def book(
    company: Company, papers: Sequence[ImportedDocument], found: Survey, *, run: str, over_limit: str = ""
) -> Booked:
    """Book the papers that are not here yet, all or none, each exactly once; ``run`` names them together.

    ``over_limit`` is why they may pass credit limits.

    Raises:
        Conflict: if something else than an import took one of the numbers at the same moment.
    """
    try:
        return _book(company, papers, found, run=run, reason=over_limit)
    except IntegrityError as error:
        raise Conflict(
            "Somebody else used one of these numbers at the same moment. "
            "Run the import again: what is booked already is passed over."
        ) from error


@transaction.atomic(durable=True)
def _book(
    company: Company, papers: Sequence[ImportedDocument], found: Survey, *, run: str, reason: str
) -> Booked:
    _take_turn(company)
    sifted = _sift(company, papers)
    people = customers.known(company, {paper.customer for paper in sifted.fresh})
    desk = _Desk(company, run, found, people, {})
    _refuse_foreign(desk, sifted)
    allowed = limits.sort(sifted.fresh, people, currency=company.currency, reason=reason)
    sifted.fresh = allowed.papers
    sifted.refused += allowed.refused
    bills = [paper for paper in sifted.fresh if not paper.credit]
    returns = [paper for paper in sifted.fresh if paper.credit]
    new_customers = _make_customers(desk, sifted.fresh)
    new_products = _make_products(desk, bills)
    limits.note(company, _invoice(desk, bills), allowed, reason=reason, actor=_ACTOR)
    given = credits_.give_many(company, [_credit(desk, paper) for paper in returns], by=_ACTOR)
    expire_sessions.expire_wanting(credit.item_id for credit in given if credit.item_id)
    return Booked(
        customers=new_customers,
        products=new_products,
        invoices=len(bills),
        credits=len(returns),
        lines=sum(len(paper.lines) for paper in sifted.fresh),
        here_already=len(sifted.here),
        here_already_rows=sum(len(paper.lines) for paper in sifted.here),
        refused=sifted.refused,
    )


def _take_turn(company: Company) -> None:
    """Wait until no other import of the company is in a batch; foreign keys do not wait for this lock."""
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)


def _sift(company: Company, papers: Sequence[ImportedDocument]) -> _Sifted:
    old_invoices = invoices.known(company, [paper.number for paper in papers if not paper.credit])
    old_credits = credits_.known(company, [paper.number for paper in papers if paper.credit])
    sifted = _Sifted([], [], [])
    for paper in papers:
        old = old_credits.get(paper.number) if paper.credit else old_invoices.get(paper.number)
        if old is None:
            sifted.fresh.append(paper)
        elif (fold(old.customer), old.total) == (fold(paper.customer), paper.total):
            sifted.here.append(paper)
        else:
            total = Money(old.total, company.currency).decimal
            sifted.refused += paper.refused(Reason.DIFFERENT, f"customer {old.customer}, {total}")
    return sifted


def _refuse_foreign(desk: _Desk, sifted: _Sifted) -> None:
    """Refuse papers of customers kept in another currency: the file names none, so it is the company's."""
    papers, sifted.fresh = sifted.fresh, []
    for paper in papers:
        customer = desk.people.get(fold(paper.customer))
        if customer is None or customer.currency == desk.company.currency:
            sifted.fresh.append(paper)
        else:
            sifted.refused += paper.refused(Reason.OTHER_CURRENCY, customer.currency)


def _make_customers(desk: _Desk, papers: Sequence[ImportedDocument]) -> int:
    """Make the customers that are missing at the desk, and return how many."""
    wanted = {fold(paper.customer): paper.customer for paper in papers}
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


def _make_products(desk: _Desk, papers: Sequence[ImportedDocument]) -> int:
    """Put the products on these papers on the desk, make those that are missing, and return how many."""
    codes = {fold(line.fact.code): line.fact.code for paper in papers for line in paper.lines}
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


def _invoice(desk: _Desk, papers: Sequence[ImportedDocument]) -> list[Written]:
    written = orders.write_many(desk.company, [_order(desk, paper) for paper in papers])
    olds = [OldInvoice(one, paper.number, paper.at) for one, paper in zip(written, papers, strict=True)]
    invoices.issue_many(desk.company, olds, by=_ACTOR)
    return written


def _order(desk: _Desk, paper: ImportedDocument) -> OldOrder:
    customer = desk.people[fold(paper.customer)]
    return OldOrder(
        customer=customer,
        number=f"W-{paper.number}",
        submission=_submission_key(desk, paper),
        ordered_on=paper.at.date(),
        ship_to="" if paper.country == customer.bill_to else paper.country,
        lines=[
            LineDraft(
                code=line.fact.code,
                description=desk.found.name_of(line.fact),
                quantity=line.fact.quantity,
                unit="each",
                unit_price=line.fact.unit_price,
            )
            for line in paper.lines
        ],
        products=desk.products,
    )


def _submission_key(desk: _Desk, paper: ImportedDocument) -> str:
    return f"{desk.run}:{paper.lines[0].row.line}"


def _credit(desk: _Desk, paper: ImportedDocument) -> OldCredit:
    """A credit has no lines of its own, so its reason says what was taken back, as far as there is room."""
    parts = (f"{-line.fact.quantity.normalize():f} x {desk.found.name_of(line.fact)}" for line in paper.lines)
    return OldCredit(
        customer=desk.people[fold(paper.customer)],
        number=paper.number,
        submission=_submission_key(desk, paper),
        given_on=paper.at.date(),
        amount=paper.total,
        reason=shorten("; ".join(parts), _REASON_WIDTH, placeholder=" …"),
    )
