"""Proving that refunds, payments and the ledger agree (R21)."""

from florin.domain.ledger import checking
from florin.domain.ledger.checking import Finding

_CHECKS = {
    "a refund is what its ledger entries sent back, and a failed one nothing": """
        SELECT refund.number,
               refund.amount || ' ' || refund.state || ' is not ' || coalesce(-sum(line.amount), 0)
        FROM refunds_refund refund
        LEFT JOIN ledger_entry entry
          ON entry.source = 'refund:' || refund.id AND entry.kind IN ('refund', 'refund_failed')
        LEFT JOIN ledger_line line ON line.entry_id = entry.id AND line.account IN ('processor', 'bank')
        GROUP BY refund.id
        HAVING (CASE WHEN refund.state = 'failed' THEN 0 ELSE refund.amount END)
               <> coalesce(-sum(line.amount), 0)
    """,
    "what of a fee came back with a refund is what was booked for it": """
        SELECT refund.number,
               coalesce(refund.fee_returned, 0) || ' is not ' || coalesce(-sum(line.amount), 0)
        FROM refunds_refund refund
        LEFT JOIN ledger_entry entry ON entry.source = 'refund:' || refund.id AND entry.kind = 'fee'
        LEFT JOIN ledger_line line ON line.entry_id = entry.id AND line.account = 'fees'
        GROUP BY refund.id HAVING coalesce(refund.fee_returned, 0) <> coalesce(-sum(line.amount), 0)
    """,
    "no more of a payment was decided to be sent back than came in": """
        SELECT payment.number, sum(refund.amount) || ' of ' || payment.amount
        FROM refunds_refund refund JOIN payments_payment payment ON payment.id = refund.payment_id
        WHERE refund.state <> 'failed'
        GROUP BY payment.id HAVING sum(refund.amount) > payment.amount
    """,
    "a refund is of its payment's company, customer and currency": """
        SELECT refund.number, payment.number
        FROM refunds_refund refund JOIN payments_payment payment ON payment.id = refund.payment_id
        LEFT JOIN ledger_item credit ON credit.id = refund.credit_id
        WHERE (refund.company_id, refund.customer_id, refund.currency)
              <> (payment.company_id, payment.customer_id, payment.currency)
           OR credit.customer_id <> refund.customer_id OR credit.currency <> refund.currency
    """,
}


def findings() -> list[Finding]:
    """Return every difference between refunds, their payments and the ledger."""
    return checking.run(_CHECKS)
