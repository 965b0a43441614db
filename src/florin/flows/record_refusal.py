"""The processor said no: keep it before the people who can do something about it, until it is over.

a refusal -> remembered, folded, with where to look -> Home -> calls succeed again, or somebody dealt with it
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from florin.contracts.processor import GatewayRefusal
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.payments.models import Payment
from florin.domain.refusals import services
from florin.domain.staff.models import User
from florin.kernel import clock


def about_attempt(attempt: Attempt, refusal: GatewayRefusal) -> datetime:
    """Remember what was refused to a payer, or about their payment; return since when we are told so."""
    debts = list(attempt.debts.order_by("position").values_list("invoice__number", "invoice__order_id"))
    return services.note(
        attempt.company_id,
        refusal,
        subject=attempt.pk if attempt.reference else attempt.link_id,
        number=", ".join(number for number, _ in debts),
        path=reverse("office:order", args=[debts[0][1]]) if debts else "",
    )


def about_payment(payment: Payment, refusal: GatewayRefusal) -> datetime:
    """Remember what was refused about a payment that we have; return since when we are told so."""
    return services.note(
        payment.company_id,
        refusal,
        subject=payment.pk,
        number=payment.number,
        path=reverse("office:payment", args=[payment.pk]),
    )


def about_account(company: Company, refusal: GatewayRefusal) -> None:
    """Remember what was refused about a company's account."""
    services.note(company.pk, refusal, subject=company.pk)


def over(company_id: UUID, verbs: Collection[str], *, subject: UUID, since: datetime | None = None) -> None:
    """End what a success shows to be over: calls with these verbs, begun now or ``since``, have an answer."""
    services.succeeded(company_id, verbs, at=since or clock.now(), subject=subject)


def dealt_with(company: Company, pk: UUID, *, by: User) -> None:
    """Take a refusal from before everybody's eyes, because somebody has dealt with it.

    Raises:
        NotFound: if there is none, or it is another company's.
    """
    with transaction.atomic(durable=True):
        services.dealt_with(company, pk, by=by.name or by.email)
