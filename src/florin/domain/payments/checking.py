"""Proving that payments, attempts and the ledger agree."""

from florin.domain.ledger import checking
from florin.domain.ledger.checking import Finding

_CHECKS = {
    "a payment is what its ledger entry took in": """
        SELECT payment.number, payment.amount || ' is not ' || coalesce(sum(line.amount), 0)
        FROM payments_payment payment
        LEFT JOIN ledger_entry entry ON entry.source = 'payment:' || payment.id AND entry.kind = 'payment'
        LEFT JOIN ledger_line line ON line.entry_id = entry.id AND line.account IN ('processor', 'bank')
        GROUP BY payment.id HAVING payment.amount <> coalesce(sum(line.amount), 0)
    """,
    "a payment is the sum of its allocations": """
        SELECT payment.number, payment.amount || ' is not ' || coalesce(sum(part.amount), 0)
        FROM payments_payment payment
        LEFT JOIN (payments_allocation part JOIN ledger_entry entry
                   ON entry.id = part.entry_id AND entry.kind = 'payment') ON part.payment_id = payment.id
        GROUP BY payment.id HAVING payment.amount <> coalesce(sum(part.amount), 0)
    """,
    "a payment's fee is what was booked for it": """
        SELECT payment.number, coalesce(payment.fee, 0) || ' is not ' || coalesce(sum(line.amount), 0)
        FROM payments_payment payment
        LEFT JOIN ledger_entry entry ON entry.source = 'payment:' || payment.id AND entry.kind = 'fee'
        LEFT JOIN ledger_line line ON line.entry_id = entry.id AND line.account = 'fees'
        GROUP BY payment.id HAVING coalesce(payment.fee, 0) <> coalesce(sum(line.amount), 0)
    """,
    "a returned payment has its entry, and the entry its return": """
        SELECT coalesce(payment.number, entry.source), coalesce(entry.kind, 'no entry')
        FROM payments_return back JOIN payments_payment payment ON payment.id = back.payment_id
        FULL JOIN (SELECT * FROM ledger_entry WHERE kind = 'return') entry ON entry.id = back.entry_id
        WHERE back.id IS NULL OR entry.id IS NULL OR entry.source <> 'payment:' || payment.id
    """,
    "a return takes out what the payment brought in, and no more": """
        SELECT payment.number, -sum(line.amount) || ' of ' || payment.amount
        FROM payments_return back JOIN payments_payment payment ON payment.id = back.payment_id
        JOIN ledger_line line ON line.entry_id = back.entry_id AND line.account IN ('processor', 'bank')
        GROUP BY payment.id HAVING -sum(line.amount) NOT BETWEEN 1 AND payment.amount
    """,
    "an allocation is what the ledger moved on its item": """
        SELECT payment.number, part.amount || ' is not ' || coalesce(-sum(line.amount), 0)
        FROM payments_allocation part JOIN payments_payment payment ON payment.id = part.payment_id
        LEFT JOIN ledger_line line ON line.entry_id = part.entry_id AND line.item_id = part.item_id
        GROUP BY payment.id, part.id HAVING part.amount <> coalesce(-sum(line.amount), 0)
    """,
    "no payment's money is taken from where it does not stand": """
        SELECT payment.number, sum(part.amount)::text
        FROM payments_allocation part JOIN payments_payment payment ON payment.id = part.payment_id
        GROUP BY payment.id, part.item_id HAVING sum(part.amount) < 0
    """,
    "a discount stands only where money of its payment does": """
        SELECT entry.source, sum(line.amount)::text
        FROM ledger_line line JOIN ledger_entry entry ON entry.id = line.entry_id AND entry.kind = 'discount'
        LEFT JOIN (SELECT 'payment:' || payment_id AS source, item_id, sum(amount) AS stands
                   FROM payments_allocation GROUP BY payment_id, item_id) part
          ON part.source = entry.source AND part.item_id = line.item_id
        WHERE line.account = 'receivable' GROUP BY entry.source, line.item_id, part.stands
        HAVING sum(line.amount) > 0 OR (sum(line.amount) < 0 AND coalesce(part.stands, 0) <= 0)
    """,
    "an application is what the ledger moved on its items": """
        SELECT entry.source, one.moved || ' is not ' || coalesce(sum(line.amount), 0)
        FROM (SELECT entry_id, credit_id AS item_id, sum(amount) AS moved
              FROM ledger_application GROUP BY entry_id, credit_id
              UNION ALL
              SELECT entry_id, debt_id, -sum(amount) FROM ledger_application GROUP BY entry_id, debt_id) one
        JOIN ledger_entry entry ON entry.id = one.entry_id
        LEFT JOIN ledger_line line ON line.entry_id = one.entry_id AND line.item_id = one.item_id
        GROUP BY entry.id, one.item_id, one.moved HAVING one.moved <> coalesce(sum(line.amount), 0)
    """,
    "a settled attempt has its payment": """
        SELECT attempt.id::text, attempt.state FROM attempts_attempt attempt
        LEFT JOIN payments_payment payment ON payment.attempt_id = attempt.id
        WHERE (attempt.state = 'settled') <> (payment.id IS NOT NULL)
    """,
    "only an attempt that is being paid holds something": """
        SELECT attempt.id::text, debt.reserved || ' held while ' || attempt.state
        FROM attempts_attemptdebt debt JOIN attempts_attempt attempt ON attempt.id = debt.attempt_id
        WHERE debt.reserved > 0 AND attempt.state NOT IN ('pending', 'capturing')
        UNION ALL
        SELECT attempt.id::text, credit.reserved || ' of a credit held while ' || attempt.state
        FROM attempts_attemptcredit credit JOIN attempts_attempt attempt ON attempt.id = credit.attempt_id
        WHERE credit.reserved > 0 AND attempt.state NOT IN ('pending', 'capturing')
    """,
    "an invoice's total is what was booked for it": """
        SELECT invoice.number, invoice.total || ' is not ' || coalesce(sum(line.amount), 0)
        FROM invoices_invoice invoice
        LEFT JOIN ledger_entry entry ON entry.source = 'invoice:' || invoice.id
        LEFT JOIN ledger_line line ON line.entry_id = entry.id AND line.account = 'receivable'
        GROUP BY invoice.id
        HAVING (CASE WHEN invoice.void THEN 0 ELSE invoice.total END) <> coalesce(sum(line.amount), 0)
    """,
    "an invoice is its latest revision": """
        SELECT invoice.number, 'revision ' || invoice.revision || ' over ' || invoice.total
        FROM invoices_invoice invoice LEFT JOIN invoices_revision revision
          ON revision.invoice_id = invoice.id AND revision.number = invoice.revision
        WHERE revision.total IS DISTINCT FROM invoice.total
           OR EXISTS (SELECT FROM invoices_revision later
                      WHERE later.invoice_id = invoice.id AND later.number > invoice.revision)
    """,
}


def findings() -> list[Finding]:
    """Return every difference between payments, invoices and the ledger."""
    return checking.run(_CHECKS)
