"""What the sandbox was told on its command line."""

from dataclasses import dataclass
from pathlib import Path

API_VERSION = "2026-10-28.endive"
"""The version whose shapes the answers follow; it stands in every event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One sandbox: where it keeps its data, where it listens, and its keys.

    `fee_basis_points` and `fee_fixed` make the processing fee of a captured payment: hundredths of a per cent
    of the captured amount, rounded half up, plus a fixed number of minor units.
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

    @property
    def base_url(self) -> str:
        """The address payers' browsers use, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
