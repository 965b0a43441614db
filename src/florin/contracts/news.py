"""What a short letter about a payment says: something is under way, failed, came back or was sent back."""

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self


class Topic(StrEnum):
    """What has happened, and to whom it is told; the words of each are in ``edges/mail/news.py``."""

    PAYMENT_INITIATED = "payment_initiated"
    INITIATED_NOTICE = "initiated_notice"
    PAYMENT_FAILED = "payment_failed"
    FAILED_NOTICE = "failed_notice"
    PAYMENT_RETURNED = "payment_returned"
    RETURNED_NOTICE = "returned_notice"
    PAYMENT_REGAINED = "payment_regained"
    REFUND_INITIATED = "refund_initiated"
    REFUND_NOTICE = "refund_notice"
    REFUND_FAILED = "refund_failed"
    REFUND_FAILED_NOTICE = "refund_failed_notice"
    DISPUTE_NOTICE = "dispute_notice"
    ACCOUNT_NOTICE = "account_notice"
    FRESH_LINK = "fresh_link"


@dataclass(frozen=True, slots=True)
class NewsLine:
    """One invoice that it is about: its part of the amount, and what is owed on it now, in minor units."""

    number: str
    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class NewsFee:
    """The invoice over a fee that is charged for what happened; minor units of its own currency."""

    number: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyNews:
    """The snapshot of such a letter; ``amount`` in minor units of ``currency``, ``on`` the company's day.

    ``number`` is the payment's or the refund's, ``reason`` a sentence or a return code, ``reference`` the
    processor's, ``state`` how the thing stands where a topic has several ends (a dispute's state).
    ``answer_by`` is the last day to answer, if there is something to answer; ``answer_at`` is set only in
    letters that were queued when they still led to the processor itself.
    ``waits`` says that it will only happen once the balance at the processor covers it.
    ``fee`` is what the customer is charged for it, if anything; ``credited``, what of the amount is an open
    credit of theirs now, in minor units.
    """

    topic: str
    customer_name: str
    customer_number: str
    method: str
    currency: str
    amount: int
    on: date
    language: str
    number: str = ""
    reason: str = ""
    reference: str = ""
    state: str = ""
    lines: tuple[NewsLine, ...] = ()
    answer_by: date | None = None
    answer_at: str = ""
    fee: NewsFee | None = None
    credited: int = 0
    waits: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return a mapping that PostgreSQL can keep and ``from_json`` reads back to an equal value."""
        answer_by = self.answer_by.isoformat() if self.answer_by else None
        return {**asdict(self), "on": self.on.isoformat(), "answer_by": answer_by}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read back what ``to_json`` wrote."""
        answer_by, fee = data.get("answer_by"), data.get("fee")
        return cls(
            **{
                **data,
                "on": date.fromisoformat(data["on"]),
                "lines": tuple(NewsLine(**line) for line in data["lines"]),
                "answer_by": date.fromisoformat(answer_by) if answer_by else None,
                "fee": NewsFee(**fee) if fee else None,
            }
        )
