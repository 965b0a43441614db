"""Gap-free numbers: one series per company and kind of document."""

from enum import StrEnum
from uuid import UUID

from django.db import connection


class Series(StrEnum):
    """The prefixes that people see."""

    CUSTOMER = "C"
    ORDER = "SO"
    INVOICE = "INV"
    CREDIT = "CR"
    PAYMENT = "PAY"
    RECEIPT = "RCP"
    REFUND = "RF"
    STATEMENT = "ST"


_FIRST = 10001


def following(company_id: UUID, series: Series) -> str:
    """Return the next number, such as ``INV-10023``: no gap and no double, also when many ask at once.

    The counter stays locked until the transaction ends, so a rollback gives the number back. Take it as
    the last lock of a transaction, and take few.
    """
    return following_many(company_id, series, 1)[0]


def following_many(company_id: UUID, series: Series, count: int) -> list[str]:
    """Return so many numbers as ``following`` does, at least one, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO companies_counter (company_id, series, last) VALUES (%s, %s, %s)
            ON CONFLICT (company_id, series) DO UPDATE SET last = companies_counter.last + %s
            RETURNING last
            """,
            [company_id, series.value, _FIRST + count - 1, count],
        )
        last = int(cursor.fetchone()[0])
    return [f"{series.value}-{number}" for number in range(last - count + 1, last + 1)]
