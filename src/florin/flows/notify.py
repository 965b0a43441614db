"""Telling payer and company by mail what happened to money, once for each event and recipient (promise 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from florin.contracts.news import MoneyNews, NewsFee, NewsLine
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.outbox import services as outbox
from florin.domain.outbox.models import Message
from florin.domain.outbox.services import NewMessage
from florin.kernel import clock
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What is to be told; ``event`` names it once for all, ``subjects`` whose timelines show the mails.

    ``link`` is the payment link that the payer's letter may lead to, ``path`` the page in the office, on
    which it can be answered until ``answer_by``; ``fee`` is what the customer is charged for it;
    ``credited``, what of the amount is an open credit of theirs now; ``waits`` that it will only happen once
    the balance at the processor covers it.
    """

    event: str
    company: Company
    customer: Customer
    amount: Money
    method: str
    subjects: list[UUID]
    number: str = ""
    reason: str = ""
    reference: str = ""
    state: str = ""
    lines: Sequence[NewsLine] = ()
    on: date | None = None
    link: UUID | None = None
    path: str = "/office/"
    answer_by: date | None = None
    fee: NewsFee | None = None
    credited: Money | None = None
    waits: bool = False


def payer(happening: Happening, kind: Message.Kind, *, to: Sequence[str]) -> None:
    """Queue a letter to whoever paid, in the customer's language."""
    snapshot: dict[str, Any] = {
        "news": _news(happening, kind, happening.customer.reads(happening.company)).to_json(),
        "language": happening.customer.reads(happening.company),
        "link": str(happening.link) if happening.link else "",
    }
    _enqueue(happening, kind, to=to, snapshot=snapshot)


def company(happening: Happening, kind: Message.Kind) -> None:
    """Queue a letter to the company, in its own language."""
    snapshot: dict[str, Any] = {
        "news": _news(happening, kind, happening.company.reads).to_json(),
        "language": happening.company.reads,
        "path": happening.path,
    }
    _enqueue(happening, kind, to=[happening.company.email], snapshot=snapshot)


def _enqueue(
    happening: Happening, kind: Message.Kind, *, to: Sequence[str], snapshot: dict[str, Any]
) -> None:
    outbox.enqueue(
        NewMessage(
            company_id=happening.company.pk,
            event=happening.event,
            kind=kind,
            recipients=to,
            snapshot=snapshot,
            subjects=happening.subjects,
        )
    )


def _news(happening: Happening, kind: Message.Kind, language: str) -> MoneyNews:
    return MoneyNews(
        topic=kind.value,
        customer_name=happening.customer.name,
        customer_number=happening.customer.number,
        method=happening.method,
        currency=happening.amount.currency,
        amount=happening.amount.minor,
        on=happening.on or clock.today(happening.company.time_zone),
        language=language,
        number=happening.number,
        reason=happening.reason,
        reference=happening.reference,
        state=happening.state,
        lines=tuple(happening.lines),
        answer_by=happening.answer_by,
        fee=happening.fee,
        credited=happening.credited.minor if happening.credited else 0,
        waits=happening.waits,
    )
