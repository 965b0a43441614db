"""Emails that bring documents: each says what its document says, and the caller attaches it."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from florin.contracts.demands import Demand
from florin.contracts.documents import InvoiceDocument, InvoiceList, ReceiptDocument, StatementDocument
from florin.edges.documents import formats, statements, wording
from florin.edges.mail.rendering import RenderedEmail, name_customer, render
from florin.kernel.directions import isolate_all


def invoice_email(
    document: InvoiceDocument,
    *,
    demand: Demand,
    pay_url: str | None,
    today: date | None = None,
    opening: Sequence[str] = (),
    kind: str = "invoice",
) -> RenderedEmail:
    """Render the email that brings an invoice: what is owed, by when, the button, and whom to call.

    Args:
        document: the invoice as issued.
        demand: what is to be paid now; where that is nothing, it says why and shows no button (R17).
        pay_url: where the button leads, or None for an email without one.
        today: the company's day, to tell what is overdue; without it nothing is.
        opening: what the company and the sender say first, a text each.
        kind: whose templates, of those that say what an invoice's email says, and more.
    """
    document, language = isolate_all(document), document.language
    with override(language):
        return render(
            kind,
            document.letterhead,
            language=language,
            document=document,
            opening=isolate_all(tuple(opening)),
            demand=demand,
            amount=formats.money(demand.payable, document.currency, language),
            nothing=_nothing(demand),
            pay_url=pay_url if demand.payable else None,
            sums=_sums(demand, document.currency, language),
            when=wording.when(document.due_on, today, language),
        )


def invoices_email(
    lists: Sequence[tuple[InvoiceList, str]], *, today: date | None = None, opening: Sequence[str] = ()
) -> RenderedEmail:
    """Render the email that asks for several invoices: a table, its sum, and a button a currency (R6).

    Args:
        lists: one customer's open invoices, a list for each currency, and where its button leads.
        today: the company's day, to tell what is overdue; without it nothing is.
        opening: what the company and the sender say first, a text each.
    """
    lists = [(isolate_all(listed), pay_url) for listed, pay_url in lists]
    first, language = lists[0][0], lists[0][0].language
    count = sum(len(listed.invoices) for listed, _pay_url in lists)
    due_on = min(invoice.due_on for listed, _pay_url in lists for invoice in listed.invoices)
    with override(language):
        return render(
            "invoices",
            first.letterhead,
            language=language,
            customer=name_customer(first),
            opening=isolate_all(tuple(opening)),
            heading=ngettext("%(count)s open invoice", "%(count)s open invoices", count) % {"count": count},
            lists=[_describe(listed, pay_url, today) for listed, pay_url in lists],
            when=wording.when(due_on, today, language),
        )


def statement_email(
    document: StatementDocument, *, pay_url: str | None, payable: int, opening: Sequence[str] = ()
) -> RenderedEmail:
    """Render the email that brings a statement: what is owed, by when, the button, and whom to call (R5).

    Args:
        document: the statement as made.
        pay_url: where the button leads, or None for an email without one.
        payable: what the link asks for, in minor units.
        opening: what the company and the sender say first, a text each.
    """
    document, language = isolate_all(document), document.language
    amount = partial(formats.money, currency=document.currency, language=language)
    offered = pay_url if document.balance > 0 and payable > 0 else None
    with override(language):
        return render(
            "statement",
            document.letterhead,
            language=language,
            document=document,
            opening=isolate_all(tuple(opening)),
            aging=[(name, amount(part) if part else "") for name, part in statements.buckets(document.aging)],
            amount=amount(document.balance),
            note=statements.note(document, payable) if offered else "",
            owed=document.balance > 0,
            payable=amount(payable),
            pay_url=offered,
            when=statements.when(document),
        )


def receipt_email(receipt: ReceiptDocument, *, opening: Sequence[str] = ()) -> RenderedEmail:
    """Render the payer's confirmation: what arrived, what it paid, what is left (R11). Attach the receipt.

    It begins with ``opening``: what the company and the sender say first, a text each.
    """
    told = isolate_all(tuple(opening))
    return _about_payment("payment_received", receipt, language=receipt.language, opening=told)


def payment_notice(receipt: ReceiptDocument, *, url: str, language: str) -> RenderedEmail:
    """Render the company's own notice: who paid what, how it was applied, and where to see it (R11).

    Args:
        receipt: the receipt the payer gets.
        url: the payment's page in the office.
        language: the company's.
    """
    return _about_payment("payment_notice", receipt, language=language, url=url)


def _about_payment(kind: str, receipt: ReceiptDocument, *, language: str, **words: object) -> RenderedEmail:
    receipt = isolate_all(receipt)
    amount = partial(formats.money, currency=receipt.currency, language=language)
    return render(
        kind,
        receipt.letterhead,
        language=language,
        receipt=receipt,
        amount=amount(receipt.amount),
        customer=name_customer(receipt),
        excess=amount(receipt.excess) if receipt.excess > 0 else "",
        **words,
    )


def _nothing(demand: Demand) -> str:
    """Say why nothing is to be paid; credits that cover an invoice have paid it when its email leaves."""
    if demand.covered:
        return _("Your open credits cover it. There is nothing for you to do.")
    return wording.nothing_to_pay(demand)


def _sums(demand: Demand, currency: str, language: str) -> list[tuple[str, str]]:
    """Return how what is to be paid comes about, line by line, where something is taken off."""
    taken_off = wording.taken_off(demand, currency, language)
    if not taken_off:
        return []
    balance, left = (formats.money(each, currency, language) for each in (demand.balance, demand.payable))
    return [(_("Balance"), balance), *taken_off, (_("To pay now"), left)]


def _describe(listed: InvoiceList, pay_url: str, today: date | None) -> dict[str, Any]:
    """Return what the templates say of the invoices of one currency."""
    language = listed.language
    amount = partial(formats.money, currency=listed.currency, language=language)
    days = {invoice.due_on for invoice in listed.invoices}
    first = min(days)
    if len(days) == 1:
        when = wording.when(first, today, language)
    elif today and first < today:
        when = _("the oldest overdue since %(date)s") % {"date": formats.day(first, language)}
    else:
        when = _("the first due by %(date)s") % {"date": formats.day(first, language)}
    return {
        "amount": amount(listed.demand.payable),
        "currency": listed.currency,
        "invoices": listed.invoices,
        "pay_url": pay_url,
        "sums": _sums(listed.demand, listed.currency, language),
        "total": amount(listed.demand.balance),
        "when": when,
    }
