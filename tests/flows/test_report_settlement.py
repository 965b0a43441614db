"""The settlement report adds up to the cent, on the screen, as a file and by mail (R15, X6)."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from zipfile import ZipFile

import httpx
import pytest

from factories import make_invoice
from factories.clearing_account import at_the_bank, own_account
from factories.movements import make_movement, take_in
from factories.payments import paid_by_bank, paid_by_card
from florin.contracts.processor import MovementKind
from florin.domain.outbox.models import Message
from florin.domain.payouts.models import Movement
from florin.domain.staff.models import User
from florin.flows import deliver_outbox, reconcile, report_settlement
from florin.flows.report_settlement import Report
from florin.kernel import clock
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from testing.bank import Bank


@pytest.fixture(autouse=True)
def account(owner: User, bank: Bank) -> str:
    return own_account(owner.company, bank)


def a_busy_day(owner: User, bank: Bank, account: str) -> None:
    """Two payments, a refund, a dispute, and a payout of what was left by then."""
    refunded = paid_by_card(owner, bank, make_invoice(owner, "200.00"))
    paid_by_bank(owner, bank, make_invoice(owner, "50.00"))
    bank.order("payouts", account=account, include_pending=True, reconciled=True)
    bank.order(f"payment_intents/{refunded.reference}/refund", amount=6_000)
    disputed = paid_by_card(owner, bank, make_invoice(owner, "30.00"))
    bank.order(f"payment_intents/{disputed.reference}/dispute")
    reconcile.run(owner.company, by="a test")


def report(owner: User) -> Report:
    """Of whichever days the bank's clock says that these are."""
    days = [clock.local(at, owner.company.time_zone) for at in Movement.objects.values_list("at", flat=True)]
    return report_settlement.draw_up(owner.company, first=min(days), last=max(days))


def rows(asked: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(report_settlement.csv(asked)).decode("utf-8-sig"))))


def test_opening_and_everything_in_between_come_to_the_closing_balance(
    owner: User, bank: Bank, account: str
) -> None:
    a_busy_day(owner, bank, account)
    (usd,) = report(owner).settled

    assert usd.sums.payments.minor == 20_000 + 5_000 + 3_000
    assert usd.sums.refunds.minor == -6_000
    assert usd.sums.disputes.minor == -3_000
    # 2.9 % + 0.25 twice, the least of a debit, the dispute's; 2.9 % of the refund less 1.00 came back.
    assert usd.sums.fees.minor == -(605 + 100 + 112 + 1_500) + 74
    assert usd.sums.payouts.minor == -(20_000 - 605 + 5_000 - 100)
    assert (usd.opening.minor, usd.difference) == (0, None)
    assert usd.opening + usd.sums.total == usd.closing
    assert {"USD": usd.closing.minor} == at_the_bank(owner.company, bank)


@pytest.mark.usefixtures("one_clock")
def test_a_balance_that_the_processor_tells_otherwise_is_the_reports_difference(
    owner: User, bank: Bank
) -> None:
    paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    take_in(owner.company, make_movement(MovementKind.FEE, -500))  # which the processor never told
    reconcile.run(owner.company, by="a test")

    today = clock.today(owner.company.time_zone)
    (now,) = report_settlement.draw_up(owner.company, first=today - timedelta(days=2), last=today).settled
    assert (now.closing.minor, now.difference) == (9_685 - 500, Money(500, "USD"))
    before = today - timedelta(days=1)  # of which the comparison says nothing
    assert report_settlement.draw_up(owner.company, first=before, last=before).settled == []

    take_in(owner.company, make_movement(MovementKind.FEE, 500))
    reconcile.run(owner.company, by="a test")
    assert report(owner).settled[0].difference is None


def test_what_was_before_is_the_opening_balance(owner: User, bank: Bank, account: str) -> None:
    a_busy_day(owner, bank, account)
    asked = report(owner)
    after = report_settlement.draw_up(
        owner.company, first=asked.last + timedelta(days=1), last=asked.last + timedelta(days=1)
    )
    assert after.settled[0].opening == after.settled[0].closing == asked.settled[0].closing
    assert not after.settled[0].sums.total


def test_every_line_names_its_payment_its_invoice_and_its_payout(
    owner: User, bank: Bank, account: str
) -> None:
    a_busy_day(owner, bank, account)
    lines = rows(report(owner))

    (usd,) = report(owner).settled
    assert sum(Decimal(line["Net"]) for line in lines) == usd.sums.total.decimal
    payments = [line for line in lines if line["What"] == "Payment"]
    assert [line["Payout"].startswith("po_") for line in payments] == [True, True, False]
    assert all(line["Invoices"].startswith("INV-") and line["Customer"] for line in payments)
    (payout,) = [line for line in lines if line["What"] == "Payout"]
    assert payout["Payout"] == payments[0]["Payout"]


def test_the_workbook_holds_the_sums_and_the_movements(owner: User, bank: Bank, account: str) -> None:
    a_busy_day(owner, bank, account)
    with report_settlement.book(report(owner)) as book, ZipFile(book) as parts:
        assert {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"} <= set(parts.namelist())
        assert "-22.43" in parts.read("xl/worksheets/sheet1.xml").decode()


def test_it_leaves_by_mail_once_for_one_press(owner: User, bank: Bank, account: str) -> None:
    a_busy_day(owner, bank, account)
    for _ in range(2):
        report_settlement.mail(report(owner), to=["books@bloom.example"], submission="one", by=owner)
    deliver_outbox.deliver()

    (mail,) = bank.mails(to="books@bloom.example")
    assert mail["subject"].startswith("Settlement report")
    (file,) = [each for each in mail["attachments"] if each["name"].endswith(".xlsx")]
    assert httpx.get(file["url"] if "://" in file["url"] else bank.base + file["url"]).content[:2] == b"PK"
    assert Message.objects.filter(kind=Message.Kind.SETTLEMENT_REPORT).count() == 1


def test_an_address_that_is_none_sends_nothing(owner: User) -> None:
    today = date(2026, 11, 1)
    asked = report_settlement.draw_up(owner.company, first=today, last=today)
    with pytest.raises(Refusal):
        report_settlement.mail(asked, to=["books"], submission="one", by=owner)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (date(2026, 11, 2), date(2026, 11, 1), "before the first"),
        (date(2026, 10, 1), date(2026, 11, 1), "at most 31 days"),
    ],
)
def test_days_that_make_no_report_are_refused(owner: User, first: date, last: date, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        report_settlement.draw_up(owner.company, first=first, last=last)


def test_a_whole_month_makes_a_report(owner: User) -> None:
    asked = report_settlement.draw_up(owner.company, first=date(2026, 10, 1), last=date(2026, 10, 31))
    assert asked.settled == []
