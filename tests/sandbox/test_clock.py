"""A sandbox that begins some days ago: brought up to the present, and never behind it again."""

from pathlib import Path

from sandbox.processes import Sandbox

DAY = 24 * 60 * 60


def offset(bank: Sandbox) -> float:
    return float(bank.read("").json()["clock"]["offset"])


def test_only_a_new_sandbox_begins_days_ago(tmp_path: Path) -> None:
    bank = Sandbox(tmp_path)
    bank.options = ["--begin-days-ago", "3"]
    bank.start()
    assert offset(bank) == -3 * DAY

    intent = bank.api.v1.payment_intents.retrieve(bank.authorised())
    bank.order("clock", advance=3 * DAY)
    bank.stop()
    bank.start()
    assert offset(bank) == 0
    assert intent.created < bank.api.v1.payment_intents.retrieve(bank.authorised()).created - 2 * DAY
    bank.stop()
