"""Each check of the books finds the breach it is for; every breach is planted past the triggers."""

from collections.abc import Callable
from dataclasses import replace

from django.db import transaction

from factories import make_customer, make_invoice, make_link
from factories.attempts import make_paid_attempt, open_attempt
from factories.database import tampered
from factories.ledger import usd
from florin.contracts.processor import DisputeOutcome, DisputeReport
from florin.contracts.reasons import DisputeReason
from florin.domain.disputes import checking
from florin.domain.disputes import services as disputes
from florin.domain.ledger import checking as ledger
from florin.domain.payments import allocating, returns
from florin.domain.payments import checking as payments
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import check_books
from florin.kernel import clock

CONTESTED = DisputeReport(
    reference="dp_1",
    outcome=DisputeOutcome.NEEDS_RESPONSE,
    amount=usd(10_000),
    withdrawn=True,
    fee=usd(1_500),
    reason=DisputeReason.FRAUDULENT,
    opened_at=clock.now(),
)

ENTRY = (
    "INSERT INTO ledger_entry (id, company_id, kind, source, key, date, posted_by, posted_at) "
    "SELECT gen_random_uuid(), id, 'invoice', 'x', 'x', '2026-01-01', 'x', now() FROM companies_company"
)
BREACHES = [
    (
        "an entry's lines sum to zero in each currency",
        "UPDATE ledger_line SET amount = 9 WHERE account = 'sales'",
    ),
    (
        "an entry's lines sum to zero in each currency",
        "UPDATE ledger_line SET currency = 'EUR' WHERE account = 'sales'",
    ),
    ("an entry has at least two lines", "DELETE FROM ledger_line WHERE account = 'sales'"),
    ("an entry has at least two lines", ENTRY),
    ("an item's balance is the sum of its lines", "UPDATE ledger_item SET balance = balance + 1"),
    ("a line is in its item's currency, customer and company", "UPDATE ledger_item SET currency = 'EUR'"),
    (
        "a line is in its item's currency, customer and company",
        """
        UPDATE ledger_line SET customer_id = (SELECT id FROM customers_customer WHERE number = 'other')
        WHERE item_id IS NOT NULL
        """,
    ),
    (
        "a line is in its item's currency, customer and company",
        "UPDATE ledger_entry SET company_id = gen_random_uuid()",
    ),
    ("a payment is what its ledger entry took in", "UPDATE payments_payment SET amount = amount + 1"),
    (
        "a payment is what its ledger entry took in",
        "UPDATE ledger_entry SET source = 'lost' WHERE kind = 'payment'",
    ),
    ("a payment is the sum of its allocations", "DELETE FROM payments_allocation"),
    ("a payment's fee is what was booked for it", "UPDATE payments_payment SET fee = fee + 1"),
    ("a payment's fee is what was booked for it", "UPDATE payments_payment SET fee = NULL"),
    (
        "an allocation is what the ledger moved on its item",
        "UPDATE payments_allocation SET amount = amount - 1",
    ),
    (
        "no payment's money is taken from where it does not stand",
        "UPDATE payments_allocation SET amount = -amount",
    ),
    (
        "a discount stands only where money of its payment does",
        "UPDATE ledger_entry SET kind = 'discount' WHERE kind = 'payment'; DELETE FROM payments_allocation",
    ),
    (
        "an application is what the ledger moved on its items",
        """
        INSERT INTO ledger_application (id, entry_id, credit_id, debt_id, amount, origin)
        SELECT gen_random_uuid(), entry_id, item_id, item_id, 1, '' FROM ledger_line WHERE item_id IS NOT NULL
        LIMIT 1
        """,
    ),
    (
        "a settled attempt has its payment",
        "UPDATE attempts_attempt SET state = 'expired' WHERE state = 'settled'",
    ),
    (
        "a settled attempt has its payment",
        "UPDATE attempts_attempt SET state = 'settled' WHERE state = 'opened'",
    ),
    (
        "only an attempt that is being paid holds something",
        "UPDATE attempts_attemptdebt SET reserved = 1",
    ),
    ("an invoice's total is what was booked for it", "UPDATE invoices_invoice SET total = total + 1"),
    ("an invoice's total is what was booked for it", "UPDATE invoices_invoice SET void = true"),
    ("an invoice is its latest revision", "UPDATE invoices_revision SET total = total + 1"),
    ("an invoice is its latest revision", "UPDATE invoices_invoice SET revision = 2"),
    ("a returned payment has its entry, and the entry its return", "DELETE FROM payments_return"),
    (
        "a returned payment has its entry, and the entry its return",
        "UPDATE ledger_entry SET source = 'lost' WHERE kind = 'return'",
    ),
    (
        "a return takes out what the payment brought in, and no more",
        "UPDATE payments_payment SET amount = amount - 1",
    ),
    ("a dispute holds what its entries hold", "UPDATE disputes_dispute SET held = held - 1"),
    ("a dispute's fee is what was booked for it", "UPDATE disputes_dispute SET fee = NULL"),
    ("money is held in disputes only", "DELETE FROM disputes_dispute"),
    (
        "a dispute that is lost or closed holds nothing",
        "UPDATE disputes_dispute SET state = 'lost'",
    ),
]


def test_each_check_finds_what_it_is_for(owner: User) -> None:
    make_paid_attempt(owner)
    make_invoice(owner, "55.00")
    open_attempt(make_link(owner))
    make_customer(owner.company, number="other")
    _come_back(owner, returns.take_in, replace(CONTESTED, return_reason="R01"))
    _come_back(owner, disputes.take_in, CONTESTED)

    missed = [(check, breach) for check, breach in BREACHES if check not in _found_after(breach)]

    assert missed == []
    assert check_books.findings() == []


def _come_back(
    owner: User, take_in: Callable[[Payment, DisputeReport], object], report: DisputeReport
) -> None:
    payment = Payment.objects.get(attempt=make_paid_attempt(owner))
    with transaction.atomic():
        take_in(allocating.lock(payment.pk), report)


def _found_after(breach: str) -> set[str]:
    with tampered(breach):
        found = check_books.findings()
    assert all(finding.subject and finding.detail for finding in found)
    return {finding.check for finding in found}


def test_every_check_has_a_breach_planted_here() -> None:
    assert {check for check, _ in BREACHES} == {
        *ledger._CHECKS,
        *payments._CHECKS,
        *checking._CHECKS,
    }
