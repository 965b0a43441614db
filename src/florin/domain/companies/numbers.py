"""Gap-free numbers: one series per company and kind of paper."""

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
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO companies_counter (company_id, series, last) VALUES (%s, %s, %s)
            ON CONFLICT (company_id, series) DO UPDATE SET last = companies_counter.last + 1
            RETURNING last
            """,
            [company_id, series.value, _FIRST],
        )
        return f"{series.value}-{cursor.fetchone()[0]}"
