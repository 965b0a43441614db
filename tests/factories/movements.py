"""What a processor would tell of a company's account, taken in as by the reconciliation."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from factories import make_link
from factories.attempts import open_attempt
from factories.ledger import usd
from florin.contracts import processor
from florin.contracts.processor import Itemised, MovementKind, Outcome, PayoutReport, Report
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.invoices.models import Invoice
from florin.domain.payments import settling
from florin.domain.payments.models import Payment
from florin.domain.payouts import services
from florin.domain.payouts.models import Movement, Payout
from florin.domain.payouts.services import MerchantAccount
from florin.domain.staff.models import User
from florin.kernel import clock


def give_reference(company: Company) -> PaymentsAccount:
    """The company's account, which nobody shares."""
    account = PaymentsAccount.objects.select_related("company").get(company=company)
    if not account.reference:
        account.reference = f"acct_{company.slug}"
        account.save(update_fields=["reference"])
        company.account = account
    return account


def make_movement(kind: MovementKind, gross: int, fee: int = 0, **more: Any) -> processor.Movement:
    """One line of the processor's account, of now unless told otherwise."""
    given: dict[str, Any] = {"at": clock.now(), "source": f"src_{uuid4().hex[:12]}", **more}
    return processor.Movement(
        reference=f"txn_{uuid4().hex}", kind=kind, gross=usd(gross), fee=usd(fee), **given
    )


def take_in(company: Company, *movements: processor.Movement) -> list[Movement]:
    """Keep and book movements."""
    with transaction.atomic():
        services.lock(company)
        return services.take_in(merchant_account(company), movements)


def merchant_account(company: Company) -> MerchantAccount:
    """The company's account at the processor, which nobody shares."""
    account = give_reference(company)
    return MerchantAccount(company, account.gateway, account.reference)


def paid(owner: User, invoice: Invoice | None = None, *, fee: int = 315) -> Payment:
    """A card payment with its fee, that the processor has and has told of."""
    give_reference(owner.company)
    attempt = open_attempt(make_link(owner, invoice))
    reference, amount = f"pi_{uuid4().hex}", attempt.money
    news = Report(reference="cs_1", outcome=Outcome.SETTLED, amount=amount, fee=usd(fee), payment=reference)
    with transaction.atomic():
        settling.record(settling.lock(attempt.pk), news)
    take_in(owner.company, make_movement(MovementKind.PAYMENT, amount.minor, fee, payment=reference))
    return Payment.objects.get(attempt=attempt)


def payout_report(payout: Payout, *, state: str) -> PayoutReport:
    """What the processor says about a payout that we have already, in this state."""
    return PayoutReport(
        reference=payout.reference,
        amount=payout.money,
        state=state,
        arrives_on=payout.arrives_on,
        made_at=payout.made_at,
    )


def paid_out(
    company: Company, *parts: Movement, state: str = "paid", made_at: datetime | None = None, **more: Any
) -> Payout:
    """A payout of these movements, booked; they are named as its parts if the processor does that."""
    account, reference = merchant_account(company), f"po_{uuid4().hex[:16]}"
    at, amount = made_at or clock.now(), sum(part.net for part in parts)
    report = PayoutReport(
        reference=reference,
        amount=usd(amount),
        state=state,
        arrives_on=(at + timedelta(days=2)).date(),
        made_at=at,
        **more,
    )
    with transaction.atomic():
        services.lock(company)
        services.take_in_payouts(account, [report])
    take_in(company, make_movement(MovementKind.PAYOUT, -amount, at=at, source=reference))
    payout = Payout.objects.get(reference=reference)
    if report.itemised == Itemised.YES:
        Movement.objects.filter(pk__in=[part.pk for part in parts]).update(payout=payout)
    return payout
