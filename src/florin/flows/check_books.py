"""Proving that the books are right: every total recomputed, every promise between tables compared."""

from florin.domain.disputes import checking as disputes
from florin.domain.ledger import checking as ledger
from florin.domain.ledger.checking import Finding
from florin.domain.payments import checking as payments
from florin.domain.payouts import checking as payouts
from florin.domain.refunds import checking as refunds


def findings() -> list[Finding]:
    """Return everything that is not as it must be; an empty list proves the books."""
    apps = (ledger, payments, disputes, refunds, payouts)
    return [finding for app in apps for finding in app.findings()]
