"""From a snapshot to what its template shows: every word, amount and date already written out.

The templates only lay out; nothing here but words, so a paper says exactly what its snapshot says.
"""

import io
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from typing import Any

import segno
from django.utils.translation import gettext as _
from django.utils.translation import override

from florin.edges.documents import colours, formats, logos
from florin.edges.documents.typesetter import typeset
from florin.kernel.documents import DocumentLine, InvoiceDocument, Letterhead, ReceiptDocument, ReceiptLine

_LETTER_PAPER = frozenset({"USD", "CAD", "MXN"})
_LONG_WORD = re.compile(r"\S{28,}")
_BREAK_EVERY = 14
_SPLITTABLE = 1200
_CHARACTER = 1.75  # a little more than a figure of the table's type, in millimetres
_CELL_PADDING = 4.0
_WIDEST = 40.0
_KEPT_CONTROLS = "\n"
_RUNNING_LENGTH = 100
_MASK = 3  # any mask can be read; choosing the prettiest takes longer than the rest of the page
_UNSEEN = frozenset({"Cc", "Cs"})


def render_invoice(document: InvoiceDocument, *, balance: int, pay_url: str | None) -> bytes:
    """Return the invoice as a PDF: the same bytes for the same arguments.

    Args:
        document: the invoice as issued.
        balance: what is still owed, in minor units; 0 or less shows "Paid" and no way to pay (R17).
        pay_url: where button and QR code lead, or None for neither.
    """
    language = document.language
    with override(language):
        data = {
            **_common(document.letterhead, document.currency, language),
            **_invoice_heading(document),
            "due": _due(document, balance=balance, pay_url=pay_url),
            **_invoice_table(document, _sums(document, balance)),
            "note": _lines(document.note.splitlines()),
            "note_label": _("Note"),
        }
    return typeset("invoice", data, made_on=document.issued_on)


def render_receipt(document: ReceiptDocument) -> bytes:
    """Return the receipt as a PDF: the same bytes for the same snapshot."""
    language = document.language
    amount = partial(formats.money, currency=document.currency, language=language)
    with override(language):
        data = {
            **_common(document.letterhead, document.currency, language),
            **_receipt_heading(document),
            "stamp": _("Paid"),
            "received_label": _("Amount received"),
            "received": amount(document.amount),
            "received_from": _said(
                _("from %(customer)s on %(date)s"),
                customer=_clean(document.customer_name),
                date=formats.day(document.paid_on, language),
            ),
            "columns": [_("Invoice"), _("Invoice date"), _("Paid"), _("Still owed")],
            "rows": [_receipt_row(line, document, amount) for line in document.lines],
            "excess": _excess(document, amount),
            "total_label": _("Total received"),
            "thanks": _("Thank you for your payment."),
        }
    return typeset("receipt", data, made_on=document.paid_on)


def _common(letterhead: Letterhead, currency: str, language: str) -> dict[str, Any]:
    locale = formats.locale_of(language)
    contact = (letterhead.name, letterhead.phone, letterhead.email)
    return {
        "paper": "us-letter" if currency in _LETTER_PAPER else "a4",
        "language": locale.language,
        "palette": asdict(colours.palette(letterhead.colour)),
        "logo": logos.svg(letterhead.logo),
        "company": _clean(letterhead.name),
        "address": _lines(letterhead.address),
        "contact": _lines((letterhead.phone, letterhead.email)),
        "tax": _said(_("Tax ID %(number)s"), number=_clean(letterhead.tax_id)) if letterhead.tax_id else "",
        "running_foot": _short(" · ".join(part for part in map(_clean, contact) if part)),
        "page_words": _said(_("Page %(page)s of %(pages)s"), page="{page}", pages="{pages}"),
    }


def _invoice_heading(document: InvoiceDocument) -> dict[str, Any]:
    language = document.language
    facts = (
        (_("Invoice date"), formats.day(document.issued_on, language)),
        (_("Due date"), formats.day(document.due_on, language)),
        (_("Terms"), document.terms),
        (_("Order"), document.order_number),
        (_("PO number"), document.po_number),
        (_("Customer"), document.customer_number),
    )
    number = _clean(document.number)
    return {
        "title": _said(_("Invoice %(number)s"), number=number),
        "kind": _("Invoice"),
        "number": number,
        "revision": _said(_("Revision %(number)s"), number=document.revision)
        if document.revision > 1
        else "",
        "parties": [
            {"label": label, "lines": _lines(lines)}
            for label, lines in ((_("Bill to"), document.bill_to), (_("Ship to"), document.ship_to))
            if any(lines)
        ],
        "facts": _facts(facts),
    }


def _due(document: InvoiceDocument, *, balance: int, pay_url: str | None) -> dict[str, Any]:
    language = document.language
    amount = formats.money(balance, document.currency, language)
    if balance <= 0:
        return {
            "paid": _("Paid"),
            "label": _("Amount due"),
            "amount": amount,
            "when": "",
            "url": "",
            "qr": "",
        }
    return {
        "paid": "",
        "label": _("Amount due"),
        "amount": amount,
        "when": _said(_("by %(date)s"), date=formats.day(document.due_on, language)),
        "url": pay_url or "",
        "button": _said(_("Pay %(amount)s online"), amount=amount),
        "qr": _qr(pay_url) if pay_url else "",
        "qr_alt": _said(_("QR code that opens the payment link: %(url)s"), url=pay_url or ""),
        "caption": _("Scan to pay"),
    }


def _invoice_table(document: InvoiceDocument, sums: list[dict[str, Any]]) -> dict[str, Any]:
    heads = [_("Code"), _("Description"), _("Quantity"), _("Unit price")]
    heads.append(_said(_("Amount (%(currency)s)"), currency=document.currency))
    rows = [_invoice_row(line, document) for line in document.lines]
    cells = [heads, *(row["cells"] for row in rows)]
    # Widths are reckoned here: typst would set every cell twice to find them.
    widths = [_width(row[place] for row in cells) for place in range(len(heads))]
    widths[-1] = max(widths[-1], _width(each["amount"] for each in sums))
    return {"columns": heads, "rows": rows, "sums": sums, "widths": widths}


def _invoice_row(line: DocumentLine, document: InvoiceDocument) -> dict[str, Any]:
    language, currency = document.language, document.currency
    count = f"{formats.quantity(line.quantity, language)} {line.unit}"
    return {
        # A row stays in one piece unless it is so long that it might not fit any page.
        "whole": len(line.description) < _SPLITTABLE,
        "cells": [
            _clean(line.code),
            _clean(line.description),
            _clean(count.strip()),
            _clean(formats.unit_price(line.unit_price, currency, language)),
            formats.plain(line.total, currency, language),
        ],
    }


def _width(texts: Iterable[str]) -> float:
    """Return a column's width in millimetres: its longest text on one line, within reason."""
    return min(_WIDEST, _CELL_PADDING + max(map(len, texts)) * _CHARACTER)


def _sums(document: InvoiceDocument, balance: int) -> list[dict[str, Any]]:
    amount = partial(formats.money, currency=document.currency, language=document.language)
    sums = [{"label": _("Total"), "amount": amount(document.total), "strong": True}]
    if balance != document.total:
        if 0 <= balance < document.total:
            sums.append({"label": _("Paid and credited"), "amount": amount(balance - document.total)})
        sums.append({"label": _("Amount due"), "amount": amount(balance), "strong": True})
    return sums


def _receipt_heading(document: ReceiptDocument) -> dict[str, Any]:
    facts = (
        (_("Payment"), document.payment_number),
        (_("Date"), formats.day(document.paid_on, document.language)),
        (_("Method"), document.method),
        (_("Reference"), document.reference),
        (_("Customer"), document.customer_number),
    )
    number = _clean(document.number)
    return {
        "title": _said(_("Receipt %(number)s"), number=number),
        "kind": _("Receipt"),
        "number": number,
        "facts": _facts(facts),
    }


def _receipt_row(line: ReceiptLine, document: ReceiptDocument, amount: Callable[[int], str]) -> list[str]:
    issued_on = formats.day(line.issued_on, document.language)
    return [_clean(line.invoice_number), issued_on, amount(line.amount), amount(line.balance_after)]


def _excess(document: ReceiptDocument, amount: Callable[[int], str]) -> dict[str, str] | None:
    if document.excess <= 0:
        return None
    return {
        "label": _("Kept as open credit"),
        "amount": amount(document.excess),
        "note": _("More arrived than was owed. The rest is an open credit for your next invoices."),
    }


def _qr(url: str) -> str:
    """Return the QR code of an address as SVG, or nothing if the address is too long for one."""
    try:
        code = segno.make(url, error="m", micro=False, mask=_MASK)
    except segno.DataOverflowError:
        return ""
    out = io.BytesIO()
    code.save(out, kind="svg", border=2, light="#ffffff", dark="#000000", xmldecl=False)
    return out.getvalue().decode()


def _facts(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"label": label, "value": _clean(value)} for label, value in pairs if value]


def _said(words: str, **parts: object) -> str:
    return words % parts


def _lines(lines: Iterable[str]) -> list[str]:
    return [cleaned for cleaned in map(_clean, lines) if cleaned]


def _short(text: str) -> str:
    return text if len(text) <= _RUNNING_LENGTH else f"{text[: _RUNNING_LENGTH - 1]}…"


def _clean(text: str) -> str:
    """Return text that can be set: no control characters, and long words able to break (by U+200B)."""
    if not text.isprintable():
        text = "".join(
            char for char in text if char in _KEPT_CONTROLS or unicodedata.category(char) not in _UNSEEN
        )
    return _LONG_WORD.sub(_softened, text) if len(text) > _BREAK_EVERY else text


def _softened(word: re.Match[str]) -> str:
    letters = word[0]
    return "\u200b".join(letters[at : at + _BREAK_EVERY] for at in range(0, len(letters), _BREAK_EVERY))
