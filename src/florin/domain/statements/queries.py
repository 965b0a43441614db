"""Reading statements."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.statements.models import Sending, Statement


def of_company(company: Company) -> QuerySet[Statement]:
    """Return a company's statements, the latest first."""
    return Statement.objects.filter(company=company).select_related("customer").order_by("-pk")


def of_customer(customer: Customer) -> QuerySet[Statement]:
    """Return a customer's statements without their content, the latest first."""
    return Statement.objects.filter(customer=customer).defer("content").order_by("-pk")


def of_link(link: Link) -> Statement | None:
    """Return the statement that a link was sent with, without its content: its number, days and balance."""
    sending = (
        Sending.objects.filter(link=link)
        .select_related("statement")
        .defer("statement__content", "statement__invoices")
        .first()
    )
    return sending.statement if sending else None


def sendings(statement: Statement) -> list[Sending]:
    """Return each time a statement was sent, with its link, the latest first."""
    return list(Sending.objects.filter(statement=statement).select_related("link").order_by("-pk"))


def next_begin(customer: Customer, end_on: date) -> date:
    """Suggest where a period begins: the day after the last statement, else the first of the month."""
    last = Statement.objects.filter(customer=customer, end_on__lt=end_on).order_by("-end_on").values("end_on")
    found = last.first()
    return found["end_on"] + timedelta(days=1) if found else end_on.replace(day=1)


def items_of(statement: Statement) -> list[UUID]:
    """Return the ledger items of the invoices that were open on a statement's end date."""
    return list(Invoice.objects.filter(pk__in=statement.invoices).values_list("item_id", flat=True))
