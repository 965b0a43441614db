"""From a snapshot to what its template shows: every word, amount and date already written out.

The templates only lay out; nothing here but words, so a document says exactly what its snapshot says.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from florin.contracts import line_kinds
from florin.contracts.demands import Demand
from florin.contracts.documents import DocumentLine, InvoiceDocument, ReceiptDocument, ReceiptLine
from florin.edges.documents import formats, wording
from florin.edges.documents.typesetter import draw, typeset

_SPLITTABLE = 1200


def render_invoice(
    document: InvoiceDocument,
    *,
    demand: Demand,
    pay_url: str | None,
    today: date | None = None,
    mark: str = "",
) -> bytes:
    """Return the invoice as a PDF: the same bytes for the same arguments.

    Args:
        document: the invoice as issued.
        demand: what is to be paid now; where that is nothing, it says why and shows no way to pay (R17).
        pay_url: where button and QR code lead, or None for neither.
        today: the company's day, to tell what is overdue; without it nothing is.
        mark: a word across each page, on what is no real invoice.
    """
    data = {**_invoice_data(document, demand=demand, pay_url=pay_url, today=today), "mark": mark}
    return typeset("invoice", data, made_on=document.issued_on)


def draw_invoice(document: InvoiceDocument, *, demand: Demand, pay_url: str | None) -> bytes:
    """Return the first page of an invoice as a PNG, to look at: as ``render_invoice`` sets it."""
    data = _invoice_data(document, demand=demand, pay_url=pay_url, today=None)
    return draw("invoice", data)


def render_receipt(document: ReceiptDocument) -> bytes:
    """Return the receipt as a PDF: the same bytes for the same snapshot."""
    language = document.language
    amount = partial(formats.money, currency=document.currency, language=language)
    with override(language):
        data = {
            **wording.common(document.letterhead, document.currency, language),
            **_receipt_heading(document),
            "stamp": _("Paid"),
            "received_label": _("Amount received"),
            "received": amount(document.amount),
            "received_from": wording.fill(
                _("from %(customer)s on %(date)s"),
                customer=wording.clean(document.customer_name),
                date=formats.day(document.paid_on, language),
            ),
            "columns": [_("Invoice"), _("Invoice date"), _("Paid"), _("Still owed")],
            "rows": [_receipt_row(line, document, amount) for line in document.lines],
            "excess": _excess(document, amount),
            "total_label": _("Total received"),
            "thanks": _("Thank you for your payment."),
        }
    return typeset("receipt", data, made_on=document.paid_on)


def _invoice_data(
    document: InvoiceDocument, *, demand: Demand, pay_url: str | None, today: date | None
) -> dict[str, Any]:
    with override(document.language):
        return {
            **wording.common(document.letterhead, document.currency, document.language),
            **_invoice_heading(document),
            "due": _due(document, demand, pay_url=pay_url, today=today),
            **_invoice_table(document, _sums(document, demand)),
            "note": wording.lines(document.note.splitlines()),
            "note_label": _("Note"),
            "ways": wording.ways_by_hand(document.letterhead) if demand.payable else [],
        }


def _invoice_heading(document: InvoiceDocument) -> dict[str, Any]:
    language = document.language
    facts = (
        (_("Invoice date"), formats.day(document.issued_on, language)),
        (_("Due date"), formats.day(document.due_on, language)),
        (_("Terms"), document.terms),
        (_("Order"), document.order_number),
        (_("PO number"), document.po_number),
        (_("Ship date"), formats.day(document.ship_on, language) if document.ship_on else ""),
        (_("Customer"), document.customer_number),
        (_("Customer's tax ID"), document.customer_tax_id),
    )
    number = wording.clean(document.number)
    return {
        "title": wording.fill(_("Invoice %(number)s"), number=number),
        "kind": _("Invoice"),
        "number": number,
        "revision": wording.fill(_("Revision %(number)s"), number=document.revision)
        if document.revision > 1
        else "",
        "parties": [
            {"label": label, "lines": wording.lines(lines)}
            for label, lines in ((_("Bill to"), document.bill_to), (_("Ship to"), document.ship_to))
            if any(lines)
        ],
        "facts": wording.facts(facts),
    }


def _due(
    document: InvoiceDocument, demand: Demand, *, pay_url: str | None, today: date | None
) -> dict[str, Any]:
    language = document.language
    amount = formats.money(demand.payable, document.currency, language)
    due = {"label": _("Amount due"), "amount": amount, "url": "", "qr": ""}
    if not demand.payable:
        stamp = _("Nothing to pay") if demand.balance > 0 else _("Paid")
        return {**due, "paid": stamp, "when": wording.nothing_to_pay(demand) if demand.balance > 0 else ""}
    when = wording.fill(_("by %(date)s"), date=formats.day(document.due_on, language))
    if today and document.due_on < today:
        when = wording.when(document.due_on, today, language)
    return {**due, "paid": "", "when": when, **(wording.way_to_pay(pay_url, amount) if pay_url else {})}


def _invoice_table(document: InvoiceDocument, sums: list[dict[str, Any]]) -> dict[str, Any]:
    heads = [_("Code"), _("Description"), _("Quantity"), _("Unit price")]
    heads.append(wording.fill(_("Amount (%(currency)s)"), currency=document.currency))
    rows = [_invoice_row(line, document) for line in document.lines]
    cells = [heads, *(row["cells"] for row in rows)]
    # Widths are reckoned here: typst would set every cell twice to find them.
    widths = [wording.width(row[place] for row in cells) for place in range(len(heads))]
    widths[-1] = max(widths[-1], wording.width(each["amount"] for each in sums))
    return {"columns": heads, "rows": rows, "sums": sums, "widths": widths}


def _invoice_row(line: DocumentLine, document: InvoiceDocument) -> dict[str, Any]:
    language, currency = document.language, document.currency
    count = f"{formats.quantity(line.quantity, language)} {line.unit}"
    return {
        # A row stays in one piece unless it is so long that it might not fit any page.
        "whole": len(line.description) < _SPLITTABLE,
        "cells": [
            wording.clean(line.code),
            wording.clean(line.description),
            wording.clean(count.strip()),
            wording.clean(formats.unit_price(line.unit_price, currency, language)),
            formats.plain(line.total, currency, language),
        ],
    }


def _sums(document: InvoiceDocument, demand: Demand) -> list[dict[str, Any]]:
    balance = demand.balance
    amount = partial(formats.money, currency=document.currency, language=document.language)
    kinds = line_kinds.subtotals((line.kind, line.total) for line in document.lines)
    sums: list[dict[str, Any]] = [{"label": one.label, "amount": amount(one.amount)} for one in kinds]
    sums += [{"label": _("Total"), "amount": amount(document.total), "strong": True}]
    if 0 <= balance < document.total:
        sums.append({"label": _("Paid and credited"), "amount": amount(balance - document.total)})
    taken_off = wording.taken_off(demand, document.currency, document.language)
    sums += [{"label": label, "amount": each} for label, each in taken_off]
    if taken_off or balance != document.total:
        sums.append({"label": _("Amount due"), "amount": amount(demand.payable), "strong": True})
    return sums


def _receipt_heading(document: ReceiptDocument) -> dict[str, Any]:
    facts = (
        (_("Payment"), document.payment_number),
        (_("Date"), formats.day(document.paid_on, document.language)),
        (_("Method"), document.method),
        (_("Reference"), document.reference),
        (_("From your open credits"), _amount(document.credited, document)),
        (_("Discount for early payment"), _amount(document.discount, document)),
        (_("Customer"), document.customer_number),
    )
    number = wording.clean(document.number)
    return {
        "title": wording.fill(_("Receipt %(number)s"), number=number),
        "kind": _("Receipt"),
        "number": number,
        "facts": wording.facts(facts),
    }


def _amount(minor: int, document: ReceiptDocument) -> str:
    return formats.money(minor, document.currency, document.language) if minor else ""


def _receipt_row(line: ReceiptLine, document: ReceiptDocument, amount: Callable[[int], str]) -> list[str]:
    issued_on = formats.day(line.issued_on, document.language)
    return [wording.clean(line.invoice_number), issued_on, amount(line.amount), amount(line.balance_after)]


def _excess(document: ReceiptDocument, amount: Callable[[int], str]) -> dict[str, str] | None:
    if document.excess <= 0:
        return None
    note = _("More arrived than was owed. The rest is an open credit for your next invoices.")
    if document.prepayment:
        note = _("The pre-payment is an open credit for your next invoices.")
    return {"label": _("Kept as open credit"), "amount": amount(document.excess), "note": note}
