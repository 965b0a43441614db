"""Proving the books: every total is recomputed from the lines."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in the books that is not as it must be; ``check`` names the rule that it breaks."""

    check: str
    subject: str
    detail: str


_CHECKS = {
    "an entry's lines sum to zero in each currency": """
        SELECT entry_id::text, currency || ' ' || sum(amount) FROM ledger_line
        GROUP BY entry_id, currency HAVING sum(amount) <> 0
    """,
    "an entry has at least two lines": """
        SELECT entry.id::text, 'only ' || count(line.id) FROM ledger_entry entry
        LEFT JOIN ledger_line line ON line.entry_id = entry.id GROUP BY entry.id HAVING count(line.id) < 2
    """,
    "an item's balance is the sum of its lines": """
        SELECT item.number, item.balance || ' is not ' || coalesce(sum(line.amount), 0) FROM ledger_item item
        LEFT JOIN ledger_line line ON line.item_id = item.id
        GROUP BY item.id HAVING item.balance <> coalesce(sum(line.amount), 0)
    """,
    "a line is in its item's currency, customer and company": """
        SELECT line.id::text, item.number FROM ledger_line line
        JOIN ledger_item item ON item.id = line.item_id JOIN ledger_entry entry ON entry.id = line.entry_id
        WHERE line.currency <> item.currency OR line.customer_id <> item.customer_id
           OR entry.company_id <> item.company_id
    """,
}


def findings() -> list[Finding]:
    """Return everything that is wrong in the ledger itself; an empty list is a proof."""
    return run(_CHECKS)


def run(checks: dict[str, str]) -> list[Finding]:
    """Run checks, each a query that returns a subject and a detail per breach."""
    found = []
    with connection.cursor() as cursor:
        for check, query in checks.items():
            cursor.execute(query)
            found += [Finding(check, subject, detail) for subject, detail in cursor.fetchall()]
    return found
