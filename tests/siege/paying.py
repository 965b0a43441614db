"""The processor takes ten seconds for everything while crowds press Pay; who is not served is told when."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from chaos import records
from siege.target import Target

_LINKS = 20
_ON_ONE_LINK = 20
_SECONDS = 10
_PATIENCE_SECONDS = 60
_FIELD = re.compile(r'name="(seen|currency|nonce)" value="([^"]*)"')


def attack(target: Target) -> list[str]:
    """Press Pay on twenty links, and twenty times on one more, at the same moment, twice."""
    bills = records.make_bills(target.demo, 1, _LINKS + 1, "siege")
    crowded, *single = [f"{target.url}/pay/{one.bill.token}" for one in bills]
    target.demo.bank.post(
        "/control/faults", json={"operation": "*", "mode": "slow", "seconds": _SECONDS}
    ).raise_for_status()
    try:
        with ThreadPoolExecutor(_LINKS + _ON_ONE_LINK) as crowd:
            told = list(crowd.map(_click_pay, [*[crowded] * _ON_ONE_LINK, *single] * 2))
    finally:
        target.demo.bank.post("/control/reset").raise_for_status()
    odd = Counter(status for status, _ in told if status not in {303, 503})
    return [
        *([f"odd answers: {dict(odd)}"] if odd else []),
        *(["somebody was not told when to press again"] if (503, "") in told else []),
    ]


def _click_pay(page: str) -> tuple[int, str]:
    """Press Pay as a browser does; return the status, and in how many seconds to press again.

    While the processor is let rest the bill has no button, says so, and brings it back by itself.
    """
    with httpx.Client(timeout=_PATIENCE_SECONDS) as web:
        shown = web.get(page).text
        if "Online payment is not available at this moment" in shown:
            return 503, "by itself"
        form = dict(_FIELD.findall(shown))
        answer = web.post(f"{page}/checkout", data=form)
        return answer.status_code, answer.headers.get("Retry-After", "")
