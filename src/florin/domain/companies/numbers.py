"""Gap-free numbers: one series per company and kind of document, with a prefix of the company's own."""

from enum import StrEnum
from uuid import UUID

from django.db import connection

from florin.domain.companies.models import Counter


class Series(StrEnum):
    """Each by the prefix that it has until the company chooses another."""

    CUSTOMER = "C"
    ORDER = "SO"
    INVOICE = "INV"
    CREDIT = "CR"
    PAYMENT = "PAY"
    RECEIPT = "RCP"
    REFUND = "RF"
    STATEMENT = "ST"


FIRST = 10001

# Where the numbers of a series are, as their own unique constraints say it: other numbers than ours come by
# imports, and by hand. Customers and credits look for themselves, for they know other ways of writing one.
_KEPT_IN = {
    Series.ORDER: "orders_order WHERE state <> 'void' AND",
    Series.INVOICE: "invoices_invoice WHERE NOT void AND",
    Series.PAYMENT: "payments_payment WHERE",
    Series.RECEIPT: "receipts_receipt WHERE",
    Series.REFUND: "refunds_refund WHERE",
    Series.STATEMENT: "statements_statement WHERE",
}


def following(company_id: UUID, series: Series) -> str:
    """Return the next number, such as ``INV-10023``: no gap and no double, also when many ask at once.

    The counter stays locked until the transaction ends, so a rollback gives the number back. Take it as
    the last lock of a transaction, and take few. Numbers that an import brought are passed over.
    """
    return following_many(company_id, series, 1)[0]


def following_many(company_id: UUID, series: Series, count: int) -> list[str]:
    """Return so many numbers as ``following`` does, at least one, in one statement."""
    while True:
        first, beginning, is_taken = _count_on(company_id, series, count)
        if not is_taken:
            return [f"{beginning}{number}" for number in range(first, first + count)]
        pass_over(company_id, series, beginning)


def hold(company_id: UUID) -> None:
    """Lock all of a company's series, in the caller's transaction; what none was taken of yet begins here."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO companies_counter (company_id, series, prefix, last, given)
            SELECT %s, series, series, %s, false FROM unnest(%s::text[]) AS series ORDER BY series
            ON CONFLICT (company_id, series) DO NOTHING
            """,
            [company_id, FIRST - 1, [series.value for series in Series]],
        )
    list(Counter.objects.filter(company=company_id).order_by("series").select_for_update())


def beginning_of(company_id: UUID, series: Series) -> str:
    """Return what the numbers of a series begin with now, such as ``INV-``."""
    found = Counter.objects.filter(company=company_id, series=series.value).values_list("prefix", flat=True)
    return begin(found.first() if found else series.value)


def begin(prefix: str | None) -> str:
    """Return what numbers with a prefix begin with; without one they are figures alone."""
    return f"{prefix}-" if prefix else ""


def highest(company_id: UUID, series: Series, beginning: str) -> int:
    """Return the highest number of a series that begins so and goes on with figures alone, or 0.

    Reads all numbers of the series once.
    """
    table = {Series.CUSTOMER: "customers_customer WHERE", Series.CREDIT: "credits_credit WHERE"}
    where = _KEPT_IN.get(series) or table[series]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(max(substr(number, %s)::bigint), 0) FROM {where} company_id = %s"  # noqa: S608
            " AND number ~ %s",
            [len(beginning) + 1, company_id, rf"^{beginning}[0-9]{{1,9}}$"],
        )
        return int(cursor.fetchone()[0])


def pass_over(company_id: UUID, series: Series, beginning: str) -> None:
    """Let a series go on above all numbers that begin so, since others brought some of them."""
    last = highest(company_id, series, beginning)
    Counter.objects.filter(company=company_id, series=series.value, last__lt=last).update(last=last)


def _count_on(company_id: UUID, series: Series, count: int) -> tuple[int, str, bool]:
    """Return the first of the next numbers, what they begin with, and whether one of them is taken."""
    where = _KEPT_IN.get(series)
    numbers = "SELECT beginning || n FROM generate_series(last - %(count)s + 1, last) n"
    is_taken = f"EXISTS (SELECT FROM {where} company_id = %(company)s AND number = ANY (ARRAY({numbers})))"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH counted AS (
                INSERT INTO companies_counter (company_id, series, prefix, last, given)
                VALUES (%(company)s, %(series)s, %(series)s, %(first)s + %(count)s - 1, true)
                ON CONFLICT (company_id, series)
                DO UPDATE SET last = companies_counter.last + %(count)s, given = true
                RETURNING last, CASE prefix WHEN '' THEN '' ELSE prefix || '-' END AS beginning
            )
            SELECT last - %(count)s + 1, beginning, {is_taken if where else "false"} FROM counted
            """,  # noqa: S608 - constant words
            {"company": company_id, "series": series.value, "first": FIRST, "count": count},
        )
        first, beginning, taken = cursor.fetchone()
        return int(first), str(beginning), bool(taken)
