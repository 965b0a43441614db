"""The documents as files, for whoever may see them."""

import json
from dataclasses import asdict
from uuid import UUID

from florin.contracts.documents import StatementDocument
from florin.domain.attempts import asking, bill
from florin.domain.attempts.bill import BillState
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.invoices import services as invoices
from florin.domain.invoices.models import Invoice
from florin.domain.links import rules
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.orders.models import Order
from florin.domain.payments.models import Payment
from florin.domain.receipts.models import Receipt
from florin.domain.statements import queries as statements
from florin.domain.statements.models import Statement
from florin.edges import documents
from florin.kernel import clock
from florin.kernel.database import find
from florin.kernel.errors import NotFound
from florin.kernel.money import Money

File = tuple[str, bytes]

_PAYABLE = {BillState.PAYABLE, BillState.COOLING}  # who prints it pays once the link has cooled down


def invoice_pdf(company: Company, invoice_id: UUID) -> File:
    """Return the latest revision of a company's invoice as staff print it: without a payment link (R14).

    Raises:
        NotFound: if the company has no such invoice.
    """
    invoice = find(Invoice.objects.select_related("company", "item").filter(company=company), pk=invoice_id)
    return _invoice(invoice, pay_url=None)


def receipt_pdf(company: Company, payment_id: UUID) -> File:
    """Return the receipt of one of a company's payments.

    Raises:
        NotFound: if the company has no such payment.
    """
    return _receipt(find(Payment.objects.filter(company=company), pk=payment_id))


def statement_pdf(company: Company, statement_id: UUID) -> File:
    """Return a company's statement as staff print it: without a payment link (R14).

    Raises:
        NotFound: if the company has no such statement.
    """
    statement = find(Statement.objects.filter(company=company), pk=statement_id)
    return _statement(statement, pay_url=None, payable=0)


def undrawn_of_order(order: Order) -> list[str]:
    """Return the letters of an order that its invoice would show as boxes, ten at most."""
    company, customer = order.company, order.customer
    texts = [company.name, company.address, customer.name, customer.bill_to]
    texts += [order.ship_to or customer.ship_to, order.po_number, order.note]
    for line in order.lines.values_list("code", "description", "unit"):
        texts += line
    return documents.undrawn("\n".join(texts))


def undrawn_of_statement(document: StatementDocument) -> list[str]:
    """Return the letters of a statement that would show as boxes, ten at most."""
    return documents.undrawn(json.dumps(asdict(document), default=str, ensure_ascii=False))


def statement_preview(document: StatementDocument) -> File:
    """Return a statement that is not made yet, as it would be: without number and link."""
    return "preview.pdf", documents.render_statement(document, pay_url=None, payable=0)


def bill_statement_pdf(token: str) -> File:
    """Return the statement that a link was mailed with to somebody who holds it; its button leads there.

    Raises:
        NotFound: if the link is unknown, or was not mailed with a statement.
    """
    link = links.find(token)
    statement = statements.of_link(link)
    if statement is None:
        raise NotFound("There is no statement to this payment link.")
    items = statements.items_of(statement)
    payable = asking.payable(link.company, link.customer, link.currency, items)
    offered = payable > 0 and _offered(link, payable)
    return _statement(statement, pay_url=links.address_of(link.pk) if offered else None, payable=payable)


def bill_invoice_pdf(token: str, invoice_id: UUID) -> File:
    """Return an invoice to somebody who holds a link to it; its button leads to the same link.

    Raises:
        NotFound: if the link is unknown, or not for this invoice.
    """
    link = links.find(token)
    debt = find(link.debts.select_related("invoice__company", "invoice__item"), invoice=invoice_id)
    payable = debt.invoice.item.balance > 0 and bill.draw_up(link).state in _PAYABLE
    return _invoice(debt.invoice, pay_url=links.address_of(link.pk) if payable else None)


def bill_receipt_pdf(token: str, attempt_id: UUID) -> File:
    """Return the receipt of a payment that was made through a link.

    Raises:
        NotFound: if the link is unknown, or the attempt is not one of it, or has no payment.
    """
    attempt = find(Attempt.objects.filter(link=links.find(token)), pk=attempt_id)
    return _receipt(find(Payment.objects.all(), attempt=attempt))


def _offered(link: Link, payable: int) -> bool:
    answer = rules.for_customer(link.company, link.customer, currency=link.currency)
    return rules.within(answer, link.company, Money(payable, link.currency)).offered


def _invoice(invoice: Invoice, *, pay_url: str | None) -> File:
    document = invoices.current_revision(invoice.pk).document
    today = clock.today(invoice.company.time_zone)
    pdf = documents.render_invoice(document, demand=asking.of_invoice(invoice), pay_url=pay_url, today=today)
    return f"{invoice.number}.pdf", pdf


def _statement(statement: Statement, *, pay_url: str | None, payable: int) -> File:
    pdf = documents.render_statement(statement.document, pay_url=pay_url, payable=payable)
    return f"{statement.number}.pdf", pdf


def _receipt(payment: Payment) -> File:
    receipt = find(Receipt.objects.all(), payment=payment)
    return f"{receipt.number}.pdf", documents.render_receipt(receipt.document)
