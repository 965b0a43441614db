"""Issuing receipts."""

from collections.abc import Sequence

from django.db.models import Sum

from florin.contracts import snapshots
from florin.contracts.documents import ReceiptDocument, ReceiptLine
from florin.contracts.emails import PaymentReceived
from florin.domain.companies import mail_texts, numbers
from florin.domain.companies.numbers import Series
from florin.domain.ledger.models import Account, Entry, Line
from florin.domain.payments import discounts
from florin.domain.payments.importing import TakenOver
from florin.domain.payments.models import Allocation, Payment
from florin.domain.receipts.models import Receipt
from florin.kernel.database import AT_ONCE


def issue(payment: Payment) -> Receipt:
    """Write the receipt of a payment that has just been booked, in the payer's language."""
    number = numbers.following(payment.company_id, Series.RECEIPT)
    parts = list(payment.allocations.select_related("invoice").order_by("pk"))
    receipt = _write(
        payment,
        number,
        parts,
        credited=_credited(payment),
        discount=sum(discounts.current_discounts(payment).values()),
    )
    receipt.save(force_insert=True)
    return receipt


def issue_many(taken: Sequence[TakenOver]) -> None:
    """Write the receipts of payments that were just taken over, of one company: no credit paid with them."""
    if not taken:
        return
    names = numbers.following_many(taken[0].payment.company_id, Series.RECEIPT, len(taken))
    Receipt.objects.bulk_create(
        [_write(one.payment, number, one.allocations) for one, number in zip(taken, names, strict=True)],
        batch_size=AT_ONCE,
    )


def _write(
    payment: Payment, number: str, parts: Sequence[Allocation], *, credited: int = 0, discount: int = 0
) -> Receipt:
    document = _describe(payment, number, parts, credited=credited, discount=discount)
    return Receipt(
        company_id=payment.company_id, payment=payment, number=number, content=snapshots.write(document)
    )


def _describe(
    payment: Payment, number: str, parts: Sequence[Allocation], *, credited: int, discount: int
) -> ReceiptDocument:
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
        credited=credited,
        excess=sum(part.amount for part in parts if part.invoice is None),
        language=payment.customer.reads(payment.company),
        discount=discount,
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
