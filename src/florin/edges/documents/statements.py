"""A statement on paper: what was brought forward, what happened, what is open and how late, how to pay."""

from functools import partial
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from florin.contracts.documents import Aging, StatementDocument
from florin.edges.documents import formats, wording
from florin.edges.documents.typesetter import typeset


def render_statement(document: StatementDocument, *, pay_url: str | None, payable: int) -> bytes:
    """Return the statement as a PDF: the same bytes for the same arguments.

    Args:
        document: the statement as made.
        pay_url: where button and QR code lead, or None for neither.
        payable: what the link asks for, in minor units; with 0 or less there is nothing to press or scan.
    """
    with override(document.language):
        data = {
            **wording.common(document.letterhead, document.currency, document.language),
            **_heading(document),
            "due": _due(document, pay_url=pay_url, payable=payable),
            "note": note(document, payable) if pay_url else "",
            "aging": _aging(document),
            "ways": wording.ways_by_hand(document.letterhead) if document.balance > 0 else [],
            **_table(document),
        }
    return typeset("statement", data, made_on=document.end_on)


def kinds() -> dict[str, str]:
    """Return what each kind of line is called, in the language that is active."""
    return {
        "invoice": _("Invoice"),
        "revision": _("Invoice changed"),
        "void": _("Invoice voided"),
        "credit": _("Credit"),
        "payment": _("Payment"),
        "apply": _("Credit applied"),
        "overpayment": _("Overpayment"),
        "prepayment": _("Pre-payment"),
        "discount": _("Discount for early payment"),
        "unapply": _("Taken back from an invoice"),
        "refund": _("Refund"),
        "return": _("Payment returned"),
        "undo": _("Payment undone"),
    }


def buckets(aging: Aging) -> list[tuple[str, int]]:
    """Return the boxes of the aging summary, named in the language that is active."""
    return [
        (_("Current"), aging.current),
        (_("1 to 30 days late"), aging.to_30),
        (_("31 to 60 days late"), aging.to_60),
        (_("61 to 90 days late"), aging.to_90),
        (_("Over 90 days late"), aging.over_90),
        (_("Open credits"), aging.credits),
    ]


def _heading(document: StatementDocument) -> dict[str, Any]:
    day = partial(formats.day, language=document.language)
    types = {
        "balance_forward": _("Balance forward"),
        "open_items": _("Open items"),
        "all_transactions": _("All transactions"),
    }
    facts = (
        (_("End date"), day(document.end_on)),
        (_("From"), day(document.begin_on) if document.begin_on else ""),
        (_("Type"), types.get(document.type, "")),
        (_("Customer"), document.customer_number),
        (_("Currency"), document.currency),
    )
    number = wording.clean(document.number) or _("Preview")
    return {
        "title": wording.fill(_("Statement %(number)s"), number=number),
        "kind": _("Statement"),
        "number": number,
        "parties": [{"label": _("Bill to"), "lines": wording.lines(document.bill_to)}],
        "facts": wording.facts(facts),
    }


def when(document: StatementDocument) -> str:
    """Return by when the balance is due, or how much of it is past due already; nothing if none is owed."""
    language = document.language
    if document.balance <= 0 or document.due_on is None:
        return ""
    if document.aging.overdue:
        # Open credits may leave less to pay than the buckets say is late.
        overdue = min(document.aging.overdue, document.balance)
        if overdue == document.balance:
            return wording.when(document.due_on, document.end_on, language)
        late = formats.money(overdue, document.currency, language)
        return wording.fill(_("of which %(amount)s is past due"), amount=late)
    return wording.fill(_("by %(date)s"), date=formats.day(document.due_on, language))


def note(document: StatementDocument, payable: int) -> str:
    """Say why the button asks for another amount than the statement; nothing if it does not."""
    if document.balance <= 0 or payable <= 0 or payable == document.balance:
        return ""
    return wording.fill(
        _("The payment link asks for what is open when it is used; when this was sent, that was %(amount)s."),
        amount=formats.money(payable, document.currency, document.language),
    )


def _due(document: StatementDocument, *, pay_url: str | None, payable: int) -> dict[str, Any]:
    amount = partial(formats.money, currency=document.currency, language=document.language)
    due = {"label": _("Amount due"), "amount": amount(document.balance), "url": "", "qr": ""}
    if document.balance <= 0:
        return {**due, "label": _("Balance"), "paid": _("Nothing to pay"), "when": ""}
    ways = wording.way_to_pay(pay_url, amount(payable)) if pay_url and payable > 0 else {}
    return {**due, "paid": "", "when": when(document), **ways}


def _aging(document: StatementDocument) -> dict[str, Any]:
    amount = partial(formats.money, currency=document.currency, language=document.language)
    cells = [
        {"label": label, "amount": amount(part), "zero": not part} for label, part in buckets(document.aging)
    ]
    return {
        "title": wording.fill(_("Aging on %(date)s"), date=formats.day(document.end_on, document.language)),
        "cells": cells,
    }


def _table(document: StatementDocument) -> dict[str, Any]:
    heads = [_("Date"), _("Transaction"), _("Number"), _("Reference"), _("Due date")]
    heads += [_("Amount"), _("Balance") if document.type == "balance_forward" else _("Open")]
    rows = _rows(document)
    opening, closing = _opening(document), _closing(document)
    texts = [heads, *(row["cells"] for row in rows)]
    if opening:
        texts.append(opening)
    widths = [wording.width(row[place] for row in texts) for place in range(len(heads))]
    widths[-1] = max(widths[-1], wording.width([closing["amount"]]))
    return {
        "columns": heads,
        "opening": opening,
        "rows": rows,
        "closing": closing,
        "widths": widths,
        "grouped": document.type == "all_transactions",
        "nothing": "" if rows else _("Nothing happened in this period."),
    }


def _rows(document: StatementDocument) -> list[dict[str, Any]]:
    """Return the lines as cells; ``end`` is the last line of an item, which alone says what is open on it."""
    names, other = kinds(), _("Adjustment")
    ends = [one.item != other.item or not one.item for one, other in pairwise(document.lines)]
    day = partial(formats.day, language=document.language)
    plain = partial(formats.plain, currency=document.currency, language=document.language)
    return [
        {
            "end": end,
            "cells": [
                day(line.on),
                names.get(line.kind, other),
                wording.clean(line.number),
                wording.clean(line.reference),
                day(line.due_on) if line.due_on else "",
                plain(line.amount),
                plain(line.balance) if end else "",
            ],
        }
        for line, end in zip(document.lines, [*ends, True], strict=False)
    ]


def _opening(document: StatementDocument) -> list[str]:
    if document.type != "balance_forward" or document.begin_on is None:
        return []
    begin = formats.day(document.begin_on, document.language)
    balance = formats.plain(document.opening, document.currency, document.language)
    return [begin, _("Balance forward"), "", "", "", "", balance]


def _closing(document: StatementDocument) -> dict[str, str]:
    return {
        "label": wording.fill(_("Balance on %(date)s"), date=formats.day(document.end_on, document.language)),
        "amount": formats.money(document.balance, document.currency, document.language),
    }
