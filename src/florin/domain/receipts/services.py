"""Issuing receipts."""

from django.db.models import Sum

from florin.contracts import snapshots
from florin.contracts.documents import ReceiptDocument, ReceiptLine
from florin.contracts.emails import PaymentReceived
from florin.domain.companies import mail_texts, numbers
from florin.domain.companies.numbers import Series
from florin.domain.ledger.models import Account, Entry, Line
from florin.domain.payments import discounts
from florin.domain.payments.models import Payment
from florin.domain.receipts.models import Receipt


def issue(payment: Payment) -> Receipt:
    """Write the receipt of a payment that has just been booked, in the payer's language."""
    number = numbers.following(payment.company_id, Series.RECEIPT)
    return Receipt.objects.create(
        company_id=payment.company_id,
        payment=payment,
        number=number,
        content=snapshots.write(_describe(payment, number)),
    )


def _describe(payment: Payment, number: str) -> ReceiptDocument:
    parts = list(payment.allocations.select_related("invoice").order_by("pk"))
    return ReceiptDocument(
        letterhead=payment.company.letterhead,
        number=number,
        payment_number=payment.number,
        customer_number=payment.customer.number,
        customer_name=payment.customer.name,
        paid_on=payment.received_on,
        method=payment.method_in(payment.customer.reads(payment.company)),
        reference=payment.reference,
        currency=payment.currency,
        amount=payment.amount,
        lines=tuple(
            ReceiptLine(
                invoice_number=part.invoice.number,
                issued_on=part.invoice.issued_on,
                amount=part.amount,
                balance_after=part.balance_after,
            )
            for part in parts
            if part.invoice
        ),
        credited=_credited(payment),
        excess=sum(part.amount for part in parts if part.invoice is None),
        language=payment.customer.reads(payment.company),
        discount=sum(discounts.current_discounts(payment).values()),
        prepayment=payment.is_prepayment,
    )


def _credited(payment: Payment) -> int:
    """What open credits paid of the same invoices, from the books: minor units, positive."""
    lines = Line.objects.filter(
        entry__source=f"payment:{payment.pk}", entry__kind=Entry.Kind.APPLY, account=Account.CUSTOMER_CREDIT
    )
    return lines.aggregate(used=Sum("amount"))["used"] or 0


def write_email(receipt: Receipt, *, note: str = "") -> PaymentReceived:
    """Return the email that brings a receipt, with the company's text and the sender's note."""
    language = receipt.document.language
    intro = mail_texts.intro(receipt.company_id, mail_texts.Kind.RECEIPT, language=language)
    return PaymentReceived(receipt=receipt.pk, intro=intro, note=note)
