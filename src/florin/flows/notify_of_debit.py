"""Telling payer and company by mail how a bank debit stands: under way, not confirmed yet, or failed."""

from collections.abc import Sequence

from florin.contracts.emails import (
    AffectedInvoice,
    FailedNotice,
    InitiatedNotice,
    PaymentFailed,
    PaymentInitiated,
)
from florin.contracts.processor import Report
from florin.domain.attempts import services as attempts
from florin.domain.attempts.methods import masked
from florin.domain.attempts.models import Attempt
from florin.domain.invoices.models import Invoice
from florin.flows import charge_return_fee, notify
from florin.flows.notify import Event


def initiated(attempt: Attempt, report: Report, *, to: Sequence[str]) -> None:
    """Tell that a debit is under way, or waits until the payer has confirmed the account."""
    event = _event(attempt, "awaits_payer" if attempt.awaits_payer else "initiated")
    email = PaymentInitiated(
        about=event.about,
        method=_bank(report),
        reference=report.payment,
        lines=_lines(attempt),
        awaits_payer=attempt.awaits_payer,
    )
    notify.payer(event, email, to=to)
    notify.company(event, InitiatedNotice.like(email))


def failed(attempt: Attempt, report: Report, fee: Invoice | None, *, to: Sequence[str]) -> None:
    """Tell that the bank did not pay, why, and what fee is charged for it, if one is."""
    event = _event(attempt, "failed")
    email = PaymentFailed(
        about=event.about,
        method=_bank(report),
        reference=report.payment,
        reason=report.failure,
        lines=_lines(attempt),
        fee=charge_return_fee.describe(fee),
    )
    notify.payer(event, email, to=to)
    notify.company(event, FailedNotice.like(email))


def _event(attempt: Attempt, what: str) -> Event:
    return Event(
        key=f"attempt:{attempt.pk}:{what}",
        company=attempt.company,
        customer=attempt.link.customer,
        amount=attempt.money,
        subjects=attempts.touched(attempt),
        link=attempt.link_id,
    )


def _bank(report: Report) -> str:
    return masked(report.bank_name, report.bank_last4) if report.bank_last4 else ""


def _lines(attempt: Attempt) -> tuple[AffectedInvoice, ...]:
    debts = attempt.debts.order_by("position").values_list("invoice__number", "amount", "item__balance")
    return tuple(
        AffectedInvoice(number=number, amount=amount, balance=balance) for number, amount, balance in debts
    )
