"""What the mails say: each letter a subject, an HTML part and a text part that is complete by itself.

A letter is written from the same snapshot as its paper, so the two agree. The caller attaches the paper.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from florin.contracts.demands import Demand
from florin.contracts.documents import (
    InvoiceDocument,
    InvoiceList,
    Letterhead,
    ReceiptDocument,
    StatementDocument,
)
from florin.edges.documents import formats, statements, wording
from florin.edges.mail import writing
from florin.edges.mail.writing import Letter
from florin.kernel.directions import isolate_all
from florin.kernel.money import Money


def invoice_letter(
    document: InvoiceDocument,
    *,
    demand: Demand,
    pay_url: str | None,
    message: str = "",
    today: date | None = None,
) -> Letter:
    """Write the mail that brings an invoice: what is owed, by when, the button, and whom to call.

    Args:
        document: the invoice as issued.
        demand: what is to be paid now; where that is nothing, it says why and shows no button (R17).
        pay_url: where the button leads, or None for a mail without one.
        message: what a member of staff wrote to the customer; plain text.
        today: the company's day, to tell what is overdue; without it nothing is.
    """
    document = isolate_all(document)
    language = document.language
    amount = partial(formats.money, currency=document.currency, language=language)
    owed = demand.payable > 0
    with override(language):
        facts = (
            (_("Invoice"), document.number),
            (_("Revision"), str(document.revision) if document.revision > 1 else ""),
            (_("Order"), document.order_number),
            (_("PO number"), document.po_number),
            (_("Customer"), document.customer_number),
            (_("Invoice date"), formats.day(document.issued_on, language)),
            (_("Due date"), formats.day(document.due_on, language)),
            (_("Terms"), document.terms),
            (_("Total"), amount(document.total)),
        )
        words = {
            "amount": amount(demand.payable),
            "facts": writing.facts(facts),
            "message": message.strip(),
            "nothing": _nothing(demand),
            "number": document.number,
            "pay_url": pay_url if owed else None,
            "sums": _sums(demand, document.currency, language),
            "when": wording.when(document.due_on, today, language),
        }
        return writing.write(
            "invoice",
            document.letterhead,
            subject=_invoice_subject(document, demand, today),
            language=language,
            words=words,
        )


def invoice_list_letter(lists: Sequence[tuple[InvoiceList, str]], *, today: date | None = None) -> Letter:
    """Write the mail that asks for several invoices: a table, its sum, and a button for each currency (R6).

    Args:
        lists: one customer's open invoices, a list for each currency, and where its button leads.
        today: the company's day, to tell what is overdue; without it nothing is.
    """
    lists = [(isolate_all(listed), pay_url) for listed, pay_url in lists]
    first = lists[0][0]
    language = first.language
    with override(language):
        told = [_list_words(listed, pay_url, today) for listed, pay_url in lists]
        count = sum(len(listed.invoices) for listed, _pay_url in lists)
        heading = ngettext("%(count)s open invoice", "%(count)s open invoices", count) % {"count": count}
        due_on = min(invoice.due_on for listed, _pay_url in lists for invoice in listed.invoices)
        subject = _("%(invoices)s from %(company)s: %(amount)s %(when)s") % {
            "invoices": heading,
            "company": first.letterhead.name,
            "amount": " + ".join(words["amount"] for words in told),
            "when": wording.when(due_on, today, language),
        }
        words = {
            "customer": " · ".join(filter(None, (first.customer_name, first.customer_number))),
            "heading": heading,
            "lists": told,
        }
        return writing.write("invoices", first.letterhead, subject=subject, language=language, words=words)


def statement_letter(
    document: StatementDocument, *, pay_url: str | None, payable: int, message: str = ""
) -> Letter:
    """Write the mail that brings a statement: what is owed, by when, the button, and whom to call (R5).

    Args:
        document: the statement as made.
        pay_url: where the button leads, or None for a mail without one.
        payable: what the link asks for, in minor units.
        message: what a member of staff wrote to the customer; plain text.
    """
    document = isolate_all(document)
    language = document.language
    amount = partial(formats.money, currency=document.currency, language=language)
    with override(language):
        facts = (
            (_("Statement"), document.number),
            (_("Customer"), document.customer_number),
            (_("From"), formats.day(document.begin_on, language) if document.begin_on else ""),
            (_("End date"), formats.day(document.end_on, language)),
            *((name, amount(part) if part else "") for name, part in statements.buckets(document.aging)),
        )
        offered = pay_url if document.balance > 0 and payable > 0 else None
        words = {
            "amount": amount(document.balance),
            "facts": writing.facts(facts),
            "message": message.strip(),
            "note": statements.note(document, payable) if offered else "",
            "number": document.number,
            "owed": document.balance > 0,
            "payable": amount(payable),
            "pay_url": offered,
            "when": statements.when(document),
        }
        return writing.write(
            "statement",
            document.letterhead,
            subject=_statement_subject(document),
            language=language,
            words=words,
        )


def payment_received_letter(receipt: ReceiptDocument) -> Letter:
    """Write the payer's confirmation: what arrived, what it paid, what is left (R11). Attach the receipt."""
    receipt = isolate_all(receipt)
    with override(receipt.language):
        words = _payment_words(receipt)
        subject = _("Payment received: %(amount)s to %(company)s") % {
            "amount": words["amount"],
            "company": receipt.letterhead.name,
        }
        return writing.write(
            "payment_received", receipt.letterhead, subject=subject, language=receipt.language, words=words
        )


def payment_notice_letter(
    receipt: ReceiptDocument, *, office_url: str, language: str | None = None
) -> Letter:
    """Write the company's own notice: who paid what, how it was applied, and where to see it (R11).

    Args:
        receipt: the receipt the payer gets.
        office_url: the payment's page in the office.
        language: the company's language; without it, the receipt's.
    """
    receipt = isolate_all(receipt)
    spoken = language or receipt.language
    with override(spoken):
        words = {**_payment_words(receipt, spoken), "office_url": office_url}
        subject = _("%(customer)s paid %(amount)s") % {
            "amount": words["amount"],
            "customer": receipt.customer_name,
        }
        return writing.write(
            "payment_notice", receipt.letterhead, subject=subject, language=spoken, words=words
        )


def not_charged_letter(
    letterhead: Letterhead,
    *,
    amount: Money,
    language: str,
    invoice_numbers: Iterable[str] = (),
    method: str = "",
) -> Letter:
    """Tell a payer that the authorisation was released, somebody else having paid: nothing was charged.

    Args:
        letterhead: the company that was to be paid.
        amount: what had been authorised.
        language: the payer's language.
        invoice_numbers: what it was meant to pay.
        method: how, such as "Visa •••• 4242".
    """
    letterhead = isolate_all(letterhead)
    with override(language):
        said = formats.money(amount.minor, amount.currency, language)
        facts = (
            (_("Not charged"), said),
            (_("Method"), method),
            (_("Invoices"), ", ".join(invoice_numbers)),
        )
        subject = _("You were not charged: %(company)s was already paid") % {"company": letterhead.name}
        words = {"amount": said, "facts": writing.facts(facts)}
        return writing.write("not_charged", letterhead, subject=subject, language=language, words=words)


def _invoice_subject(document: InvoiceDocument, demand: Demand, today: date | None) -> str:
    language = document.language
    parts = {"number": document.number, "company": document.letterhead.name}
    if demand.balance <= 0:
        return _("Invoice %(number)s from %(company)s: paid") % parts
    if not demand.payable:
        return _("Invoice %(number)s from %(company)s: nothing to pay") % parts
    return _("Invoice %(number)s from %(company)s: %(amount)s %(when)s") % {
        **parts,
        "amount": formats.money(demand.payable, document.currency, language),
        "when": wording.when(document.due_on, today, language),
    }


def _nothing(demand: Demand) -> str:
    """Say why nothing is to be paid; credits that cover an invoice have paid it when its mail leaves."""
    if demand.covered:
        return _("Your open credits cover it. There is nothing for you to do.")
    return wording.nothing_to_pay(demand)


def _sums(demand: Demand, currency: str, language: str) -> list[dict[str, str]]:
    """Return how what is to be paid comes about, line by line, where something is taken off."""
    taken_off = wording.taken_off(demand, currency, language)
    if not taken_off:
        return []
    balance, left = (formats.money(each, currency, language) for each in (demand.balance, demand.payable))
    lines = [(_("Balance"), balance), *taken_off, (_("To pay now"), left)]
    return [{"label": label, "amount": amount} for label, amount in lines]


def _list_words(listed: InvoiceList, pay_url: str, today: date | None) -> dict[str, Any]:
    language = listed.language
    amount = partial(formats.money, currency=listed.currency, language=language)
    days = sorted({invoice.due_on for invoice in listed.invoices})
    when = wording.when(days[0], today, language)
    if len(days) > 1 and not (today and days[0] < today):
        when = _("the first due by %(date)s") % {"date": formats.day(days[0], language)}
    elif len(days) > 1:
        when = _("the oldest overdue since %(date)s") % {"date": formats.day(days[0], language)}
    return {
        "amount": amount(listed.demand.payable),
        "pay_url": pay_url,
        "rows": [
            {
                "number": invoice.number,
                "po_number": invoice.po_number,
                "issued_on": formats.day(invoice.issued_on, language),
                "due_on": formats.day(invoice.due_on, language),
                "total": amount(invoice.total),
                "balance": amount(invoice.balance),
            }
            for invoice in listed.invoices
        ],
        "sums": _sums(listed.demand, listed.currency, language),
        "total": amount(listed.demand.balance),
        "when": when,
    }


def _statement_subject(document: StatementDocument) -> str:
    amount = formats.money(document.balance, document.currency, document.language)
    parts = {"number": document.number, "company": document.letterhead.name, "amount": amount}
    if document.balance <= 0:
        return _("Statement %(number)s from %(company)s: nothing to pay") % parts
    if document.aging.overdue or document.due_on is None:
        return _("Statement %(number)s from %(company)s: %(amount)s due") % parts
    date = formats.day(document.due_on, document.language)
    return _("Statement %(number)s from %(company)s: %(amount)s due by %(date)s") % {**parts, "date": date}


def _payment_words(receipt: ReceiptDocument, language: str = "") -> dict[str, Any]:
    spoken = language or receipt.language
    amount = partial(formats.money, currency=receipt.currency, language=spoken)
    facts = (
        (_("Customer"), " · ".join(filter(None, (receipt.customer_name, receipt.customer_number)))),
        (_("Date"), formats.day(receipt.paid_on, spoken)),
        (_("Method"), receipt.method),
        (_("Payment"), receipt.payment_number),
        (_("Receipt"), receipt.number),
        (_("Reference"), receipt.reference),
        (_("From your open credits"), amount(receipt.credited) if receipt.credited else ""),
        (_("Discount for early payment"), amount(receipt.discount) if receipt.discount else ""),
    )
    return {
        "amount": amount(receipt.amount),
        "customer": receipt.customer_name,
        "excess": amount(receipt.excess) if receipt.excess > 0 else "",
        "facts": writing.facts(facts),
        "prepayment": receipt.prepayment,
        "rows": [
            {
                "number": line.invoice_number,
                "amount": amount(line.amount),
                "left": amount(line.balance_after),
            }
            for line in receipt.lines
        ],
    }
