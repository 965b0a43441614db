"""What a person does at the test processor, ordered by the demo: pay, let time pass, refuse a mail."""

from datetime import timedelta
from typing import Any

import httpx

_SECONDS = 30


class SandboxControl:
    """The control API of the test processor at an address, with its token."""

    def __init__(self, base: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=_SECONDS, trust_env=False
        )

    def behind(self) -> timedelta:
        """Return how far the test processor's clock is behind ours; nothing once it has caught up."""
        return _behind(self._order("GET", "")["clock"]["offset"])

    def advance(self, by: timedelta) -> timedelta:
        """Move its clock on, and return how far it is still behind; what is due by then has happened."""
        return _behind(self._order("POST", "/clock", advance=by.total_seconds())["offset"])

    def pay_by_card(self, session: str, card: str, *, email: str, name: str) -> None:
        """Type a card into a session's page and press Pay."""
        self._order("POST", f"/sessions/{session}/pay", card=card, email=email, name=name)

    def pay_by_bank(self, session: str, account: str, *, email: str, name: str) -> None:
        """Name a bank account on a session's page and allow the debit."""
        self._order("POST", f"/sessions/{session}/pay", bank={"account": account}, email=email, name=name)

    def refuse_mail(self, address: str) -> None:
        """Let the mailbox refuse the next mail to an address for good."""
        self._order("POST", "/mail", mode="reject_permanent", to=address, times=1)

    def _order(self, verb: str, path: str, **details: Any) -> Any:
        answer = self._http.request(verb, f"/control{path}", json=details or None)
        answer.raise_for_status()
        return answer.json()


def _behind(offset: float) -> timedelta:
    return max(timedelta(seconds=-offset), timedelta())
