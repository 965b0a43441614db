"""The test processor and mailbox, as the tests talk to them."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx

from florin.domain.attempts.models import Attempt
from testing import settings


class Bank:
    """Orders for the sandbox, and what it has seen."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._http = httpx.Client(
            base_url=base, headers={"Authorization": f"Bearer {settings.CONTROL_TOKEN}"}, timeout=30
        )

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Self]:
        """Start the sandbox on this process's own ports, and stop it afterwards."""
        folder = tempfile.mkdtemp(prefix="florin-bank-")
        secrets = {"SANDBOX_CONTROL_TOKEN": settings.CONTROL_TOKEN, "SANDBOX_API_KEY": "sk_test_of_the_tests"}
        process = subprocess.Popen(_command(folder), env={**os.environ, **secrets})
        bank = cls(f"http://127.0.0.1:{settings.SANDBOX_PORT}")
        try:
            bank._wait()
            yield bank
        finally:
            process.terminate()
            process.wait(10)
            shutil.rmtree(folder, ignore_errors=True)

    def reset(self) -> None:
        """End every order given."""
        self._post("/control/reset")

    def pay(
        self, attempt: Attempt, card: str = "4242424242424242", email: str = "payer@shop.example"
    ) -> None:
        """Type a card into the session's page and press Pay, as the payer would."""
        attempt.refresh_from_db()
        self._post(f"/control/sessions/{attempt.reference}/pay", card=card, email=email)

    def debit(
        self, attempt: Attempt, account: str = "000123456789", email: str = "payer@shop.example"
    ) -> None:
        """Name a bank account on the session's page and allow the debit, as the payer would."""
        attempt.refresh_from_db()
        self._post(f"/control/sessions/{attempt.reference}/pay", bank={"account": account}, email=email)

    def let_days_pass(self, days: float) -> None:
        """Move the bank's clock on; debits that are due by then clear or fail."""
        self._post("/control/clock", advance=days * 24 * 3600)

    def ahead(self) -> timedelta:
        """Return how far the bank's clock is ahead of the real one."""
        return timedelta(seconds=self._http.get("/control").json()["clock"]["offset"])

    def break_down(self, operation: str, mode: str, *, times: int = 1, **details: Any) -> None:
        """Order an operation to fail in some way, so many times."""
        self._post("/control/faults", operation=operation, mode=mode, times=times, **details)

    def faults(self) -> dict[str, Any]:
        """Return the orders to fail that still stand."""
        standing: dict[str, Any] = self._http.get("/control").json()["faults"]
        return standing

    def refuse_mail(self, mode: str, **details: Any) -> None:
        """Order the mailbox to misbehave."""
        self._post("/control/mail", mode=mode, **details)

    def order(self, path: str, **details: Any) -> Any:
        """Give an order of the control API, such as ``payment_intents/<reference>/refund``; its answer."""
        return self._post(f"/control/{path}", **details)

    def balances(self, account: str) -> dict[str, int]:
        """Return what an account has at the bank, in minor units by currency, available or not yet."""
        held = self._http.get("/control/summary", params={"account": account}).json()["balances"]
        return {currency.upper(): sum(parts.values()) for currency, parts in held.items()}

    def under_way(self, account: str) -> dict[str, int]:
        """Return what of that bank debits brought which have neither cleared nor failed."""
        told = self._http.get("/control/summary", params={"account": account}).json()["under_way"]
        return {currency.upper(): net for currency, net in told.items()}

    def charged(self, attempt: UUID) -> int:
        """Return what the bank has really taken for an attempt, in minor units."""
        return sum(each["captured"] for each in self._intents(attempt))

    def refunded(self, attempt: UUID) -> int:
        """Return what the bank has really sent back of an attempt's payments, in minor units."""
        return sum(each["refunded"] for each in self._intents(attempt))

    def authorised(self, attempt: UUID) -> int:
        """Return what the bank was asked to hold for an attempt, in minor units."""
        return sum(each["authorised"] for each in self._intents(attempt))

    def states(self, attempt: UUID) -> list[str]:
        """Return the states of the attempt's payments at the bank."""
        return [each["status"] for each in self._intents(attempt)]

    def mails(self, **conditions: str) -> list[dict[str, Any]]:
        """Return the mails in the mailbox, the newest first."""
        answer: list[dict[str, Any]] = self._http.get("/mail/api/messages", params=conditions).json()[
            "messages"
        ]
        return answer

    def forget_mails(self) -> None:
        """Empty the mailbox."""
        self._http.delete("/mail/api/messages").raise_for_status()

    def _intents(self, attempt: UUID) -> list[dict[str, Any]]:
        summary = self._http.get("/control/summary").json()
        session = Attempt.objects.values_list("reference", flat=True).get(pk=attempt)
        return [each for each in summary["payment_intents"] if each["session"] == session]

    def _post(self, path: str, **order: Any) -> Any:
        answer = self._http.post(path, json=order)
        assert answer.is_success, answer.text
        return answer.json()

    def _wait(self) -> None:
        for _ in range(200):
            try:
                self._http.get("/healthz").raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("The sandbox does not answer")


def _command(folder: str) -> list[str]:
    program = Path(sys.executable).parent / "florin-sandbox"
    ports = ["--port", settings.SANDBOX_PORT, "--smtp-port", settings.MAILBOX_PORT]
    return [str(program), "--data", folder, *ports]
