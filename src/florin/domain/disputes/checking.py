"""Proving that disputes, what is held in them, and the ledger agree."""

from florin.domain.ledger import checking
from florin.domain.ledger.checking import Finding

_CHECKS = {
    "a dispute holds what its entries hold": """
        SELECT dispute.reference, dispute.held || ' is not ' || coalesce(sum(line.amount), 0)
        FROM disputes_dispute dispute
        LEFT JOIN ledger_entry entry ON entry.source = 'dispute:' || dispute.id
        LEFT JOIN ledger_line line ON line.entry_id = entry.id AND line.account = 'disputed'
        GROUP BY dispute.id HAVING dispute.held <> coalesce(sum(line.amount), 0)
    """,
    "a dispute's fee is what was booked for it": """
        SELECT dispute.reference, coalesce(dispute.fee, 0) || ' is not ' || coalesce(sum(line.amount), 0)
        FROM disputes_dispute dispute
        LEFT JOIN ledger_entry entry ON entry.source = 'dispute:' || dispute.id
        LEFT JOIN ledger_line line ON line.entry_id = entry.id AND line.account = 'fees'
        GROUP BY dispute.id HAVING coalesce(dispute.fee, 0) <> coalesce(sum(line.amount), 0)
    """,
    "money is held in disputes only": """
        SELECT entry.source, line.amount::text
        FROM ledger_line line JOIN ledger_entry entry ON entry.id = line.entry_id
        LEFT JOIN disputes_dispute dispute ON entry.source = 'dispute:' || dispute.id
        WHERE line.account = 'disputed' AND dispute.id IS NULL
    """,
    "a dispute that is lost or closed holds nothing": """
        SELECT reference, held::text FROM disputes_dispute
        WHERE held <> 0 AND state IN ('lost', 'appealable', 'appealed', 'closed')
    """,
}


def findings() -> list[Finding]:
    """Return every difference between disputes and the ledger."""
    return checking.run(_CHECKS)
