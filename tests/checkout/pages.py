"""What the tests of the payer's pages share: addresses, and what stands in pages and in the database."""

import re
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import make_invoice
from florin.domain.attempts.models import Attempt
from florin.domain.customers.models import Customer
from florin.domain.invoices import services as invoices
from florin.domain.invoices.models import Invoice
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.domain.statements.models import Type
from florin.flows import send_statement
from florin.kernel import clock

NONCE = "a-nonce-of-the-tests"


def address(link: Link, rest: str = "") -> str:
    """The path of a link's page."""
    return f"/pay/{links.token_of(link.pk)}{rest}"


def result_address(attempt: Attempt, rest: str = "") -> str:
    """The path of the page to which the processor sends the payer back."""
    return address(attempt.link, f"/result/{attempt.pk}{rest}")


def link_to(*documents: Invoice) -> Link:
    """A link to several invoices of one customer."""
    revisions = [invoices.current_revision(document.pk) for document in documents]
    return links.mint(revisions, recipients=["payer@shop.example"], by="the tests")


def link_to_many(owner: User, count: int) -> Link:
    """A link to so many invoices."""
    first = make_invoice(owner)
    return link_to(first, *(make_invoice(owner, customer=first.customer) for _ in range(count - 1)))


def statement_link(customer: Customer, owner: User) -> Link:
    """The link of a statement of today."""
    today = clock.today(owner.company.time_zone)
    asked = send_statement.period(owner.company, Type.OPEN_ITEMS, begin_on=None, end_on=today)
    sent = send_statement.send(
        owner.company, customer.pk, asked, to=["books@shop.example"], with_link=True, submission="p", by=owner
    )
    link = sent.sendings[0].link
    assert link is not None, sent.why_no_link
    return link


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


@dataclass(frozen=True)
class PayForm:
    """What Pay sends."""

    seen: str
    currency: str = "USD"
    nonce: str = NONCE


def everything() -> dict[str, tuple[int, str]]:
    """For each table, how many rows it has and a fingerprint of their versions: any write shows."""
    state = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            versions = "coalesce(md5(string_agg(xmin || ' ' || ctid, ',' ORDER BY ctid)), '')"
            cursor.execute(f'SELECT count(*), {versions} FROM "{table}"')  # noqa: S608 - names of our tables
            state[table] = cursor.fetchone()
    return state


def queries() -> CaptureQueriesContext:
    """Count what is asked of the database."""
    return CaptureQueriesContext(connection)
