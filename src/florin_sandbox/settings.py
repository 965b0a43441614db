"""What the sandbox was told at its start."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

API_VERSION = "2026-10-28.endive"
"""The version whose shapes the answers follow; it stands in every event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One sandbox: where it keeps its data, where it listens, its keys and its fees.

    `fee_basis_points` and `fee_fixed` make the fee of a captured card payment: hundredths of a per cent of
    the captured amount, rounded half up, plus a fixed part. Of a bank debit it is `ach_fee_basis_points`, at
    least `ach_fee_least` and at most `ach_fee_most`, if that is not 0; one that fails costs `ach_failure_fee`
    instead. A refund brings back the part of the fee that goes by the amount, less `refund_fee_kept`. An
    instant payout costs `instant_fee_basis_points` of its amount, at least `instant_fee_least`. All but the
    basis points are hundredths of a unit of the currency in which the fee is taken. A bank debit takes
    `bank_debit_days` to clear or fail. `begin_days_ago` says how far back a new one's clock begins.
    """

    data: Path
    port: int
    smtp_port: int
    api_key: str
    control_token: str
    host: str = "127.0.0.1"
    public_url: str = ""
    webhook_url: str = ""
    webhook_secret: str = ""
    merchant: str = "Sandbox merchant"
    fee_basis_points: int = 290
    fee_fixed: int = 25
    ach_fee_basis_points: int = 100
    ach_fee_least: int = 100
    ach_fee_most: int = 0
    ach_failure_fee: int = 400
    dispute_fee: int = 1_500
    refund_fee_kept: int = 100
    instant_fee_basis_points: int = 150
    instant_fee_least: int = 50
    bank_debit_days: int = 4
    begin_days_ago: float = 0
    payouts: Literal["daily", "manual"] = "daily"

    @property
    def base_url(self) -> str:
        """The address payers' browsers use, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
