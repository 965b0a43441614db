"""Drawing statements up, and writing down the one that is sent."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from florin.contracts import snapshots
from florin.contracts.documents import StatementDocument
from florin.domain.companies import numbers
from florin.domain.companies.models import Company
from florin.domain.companies.numbers import Series
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice, Revision
from florin.domain.links.models import Link
from florin.domain.statements import composing, movements
from florin.domain.statements.composing import Period
from florin.domain.statements.models import Sending, Statement
from florin.domain.statements.movements import Movement
from florin.kernel import clock


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement that could be made; ``open_items`` are the items of the invoices still to be paid on it."""

    document: StatementDocument
    open_items: tuple[UUID, ...]


def draw_up(customer: Customer, period: Period) -> list[Draft]:
    """Return the statements of a customer for a period, one per currency in which there is anything to say.

    Somebody with nothing at all gets one over nothing, in their own currency. Nothing is stored.
    """
    by_currency: dict[str, list[Movement]] = {}
    for movement in movements.until(customer, period.end_on):
        by_currency.setdefault(movement.currency, []).append(movement)
    drafts = [_draft(customer, period, currency, by_currency[currency]) for currency in sorted(by_currency)]
    telling = [draft for draft in drafts if _says_something(draft)]
    return telling or [_draft(customer, period, customer.currency, [])]


def issue(company: Company, customer: Customer, draft: Draft, *, by: str) -> Statement:
    """Write a statement down under the next number, in the caller's transaction; it never changes again."""
    number = numbers.following(company.pk, Series.STATEMENT)
    document = replace(draft.document, number=number)
    content = snapshots.write(document)
    return Statement.objects.create(
        company=company,
        customer=customer,
        number=number,
        type=document.type,
        begin_on=document.begin_on,
        end_on=document.end_on,
        currency=document.currency,
        balance=document.balance,
        content=content,
        sha256=fingerprint(content),
        invoices=_invoices_of(draft.open_items),
        made_at=clock.now(),
        made_by=by,
    )


def note_sent(
    statement: Statement, *, event: str, link: Link | None, recipients: Sequence[str], payable: int, by: str
) -> Sending:
    """Record that a statement is sent, with which link; the same event is refused a second time."""
    return Sending.objects.create(
        statement=statement,
        event=event,
        link=link,
        recipients=list(recipients),
        payable=payable,
        sent_at=clock.now(),
        sent_by=by,
    )


def current_revisions(statement: Statement) -> list[Revision]:
    """Return what the invoices of a statement say now, in the order in which they were due."""
    found = Revision.objects.filter(
        invoice__in=statement.invoices, invoice__company=statement.company_id
    ).select_related("invoice")
    latest = {revision.invoice_id: revision for revision in found.order_by("number").defer("content")}
    return [latest[key] for key in statement.invoices]


def fingerprint(content: dict[str, Any]) -> bytes:
    """Return the SHA-256 of a statement's content, the same however the database orders its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).digest()


def _draft(customer: Customer, period: Period, currency: str, moved: Sequence[Movement]) -> Draft:
    names = movements.look_up_references(composing.shown(moved, period))
    figures = composing.compose(moved, names, period)
    document = StatementDocument(
        letterhead=customer.company.letterhead,
        number="",
        type=period.type.value,
        customer_number=customer.number,
        bill_to=(customer.name, *customer.bill_to.splitlines()),
        begin_on=period.begin_on,
        end_on=period.end_on,
        currency=currency,
        opening=figures.opening,
        lines=figures.lines,
        aging=figures.aging,
        balance=figures.balance,
        language=customer.reads(customer.company),
        due_on=figures.due_on,
    )
    return Draft(document, figures.open_invoices)


def _says_something(draft: Draft) -> bool:
    document = draft.document
    return bool(document.lines or document.opening or document.balance)


def _invoices_of(items: Sequence[UUID]) -> list[UUID]:
    found = dict(Invoice.objects.filter(item__in=items).values_list("item_id", "pk")) if items else {}
    return [found[item] for item in items if item in found]
