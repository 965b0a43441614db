"""Payers, who do what their plan says and try again when a program is away, as people do."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from zlib import crc32

import httpx

from chaos.plans import Act, Plan
from testing.demo import Demo

_GOOD, _DECLINED = "4242424242424242", "4000000000000002"
# From the test processor's list: clears, fails, comes back, clears once two small deposits were named.
_ACCOUNTS = {
    Act.DEBIT: "000123456789",
    Act.DEBIT_FAILS: "000222222227",
    Act.DEBIT_RETURNED: "000900000001",
    Act.SMALL_DEPOSITS: "000900000040",
}
_PATIENCE_SECONDS = 180
_PLACES = int(ip_address("10.0.0.0"))
_FIELD = re.compile(r'name="(seen|currency|nonce)" value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Bill:
    """One payer's bill: where it is, and to whom it was mailed."""

    plan: Plan
    token: str
    email: str


class Payer:
    """One payer with a browser of their own; every step is repeated until somebody answers."""

    def __init__(self, demo: Demo, bill: Bill) -> None:
        self._demo = demo
        self._bill = bill
        self._page = f"{demo.facts['pay_link'].rsplit('/', 1)[0]}/{bill.token}"
        self._bank = str(demo.facts["sandbox"]).rstrip("/")
        # Payers are at home in different places: a crowd at one, with declined cards, is a card tester.
        place = {"X-Forwarded-For": str(ip_address(_PLACES + crc32(bill.email.encode()) % (1 << 24)))}
        self._http = httpx.Client(timeout=30, follow_redirects=False, headers=place)

    def play(self) -> None:
        """Carry out the plan; the bank's part comes days later."""
        match self._bill.plan.act:
            case Act.WALK_AWAY:
                self._start("card")
            case Act.DECLINED_FIRST:
                session = self._start("card")
                self._type_card(session, _DECLINED)
                self._type_card(session, _GOOD)
            case Act.TWO_AT_ONCE:
                # Both open their sessions before either pays: one must get nothing charged.
                sessions = [self._start("card"), self._start("card")]
                with ThreadPoolExecutor(2) as pool:
                    list(pool.map(lambda session: self._type_card(session, _GOOD), sessions))
            case Act.PRESS_TWICE:
                form = self._form("card")
                with ThreadPoolExecutor(2) as pool:
                    sessions = list(pool.map(self._click_pay, [form, form]))
                self._type_card(sessions[0] or sessions[1], _GOOD)
            case Act.DEBIT | Act.DEBIT_FAILS | Act.DEBIT_RETURNED | Act.SMALL_DEPOSITS:
                self._debit()
            case _:
                self._type_card(self._start("card"), _GOOD)

    def view(self) -> None:
        """Open the bill's page, and no more."""
        persist(lambda: self._http.get(self._page))

    def _debit(self) -> None:
        session = self._start("ach")
        self._pay(session, bank={"account": _ACCOUNTS[self._bill.plan.act]})

    def _start(self, method: str) -> str:
        """Press Pay and return the session that it led to, empty if nothing can be paid any more."""
        return self._click_pay(self._form(method))

    def _form(self, method: str) -> dict[str, str]:
        page = persist(self._bill_when_payable)
        return {**dict(_FIELD.findall(page.text)), "method": method}

    def _bill_when_payable(self) -> httpx.Response:
        """Open the bill; while the processor is away it offers no button, and people come back later."""
        page = self._http.get(self._page)
        if "Online payment is not available at this moment" in page.text:
            raise httpx.ReadError("The processor is away")
        return page

    def _click_pay(self, form: dict[str, str]) -> str:
        if "nonce" not in form:
            return ""
        shown = dict(form)

        def click() -> httpx.Response:
            answer = self._http.post(f"{self._page}/checkout", data=shown)
            shown.update(_FIELD.findall(answer.text))  # whom it did not lead on has a fresh page to press on
            return answer

        answer = persist(click, wanted=(303, 409, 422))
        found = re.search(r"cs_test_\w+", answer.headers.get("location", ""))
        return found[0] if found else ""

    def _type_card(self, session: str, card: str) -> None:
        self._pay(session, card=card)

    def _pay(self, session: str, **details: Any) -> None:
        """Pay at the processor; a session that is over says 400, which is fine the second time."""
        if not session:
            return
        details["email"] = self._bill.email
        address = f"{self._bank}/control/sessions/{session}/pay"
        token = {"Authorization": f"Bearer {self._demo.facts['control_token']}"}
        persist(lambda: self._http.post(address, json=details, headers=token), wanted=(200, 400, 402))
        if self._bill.plan.comes_back:
            self._come_back(session)

    def _come_back(self, session: str) -> None:
        """Look at the result page and let it ask, as the browser's script does; once, for people leave."""
        address = f"{self._bank}/v1/checkout/sessions/{session}"
        try:
            found = self._http.get(address, auth=("sk_test_florin_sandbox", "")).json()
            self._http.post(f"{found['success_url'].split('?')[0]}/check")
        except (httpx.HTTPError, KeyError, ValueError):
            return


def persist(ask: Callable[[], httpx.Response], *, wanted: tuple[int, ...] = (200,)) -> httpx.Response:
    """Ask until an answer comes that is wanted; 5xx and silence are only a reason to wait.

    Raises:
        AssertionError: for any other answer, or if nothing else comes for three minutes.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    last = ""
    while time.monotonic() < deadline:
        try:
            answer = ask()
            if answer.status_code in wanted:
                return answer
            last = f"{answer.status_code} {answer.text[:300]}"
            assert answer.status_code >= 500 or answer.status_code == 429, last
        except httpx.HTTPError as problem:
            last = repr(problem)
        time.sleep(0.3)
    raise AssertionError(f"Nobody answered for three minutes: {last}")
