"""Five hundred tries with stolen cards at one link: it pauses, and honest payers pay, by its new link too."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import httpx

from chaos.records import make_bills
from siege.target import Target
from testing.processes import wait_until

_TRIES, _BOTS = 500, 6
_PRESS_SECONDS = 0.1
_BANK_SECONDS = 0.3  # real banks take longer to decline a card
_GOOD, _STOLEN = "4242424242424242", "4000000000000002"
# Ten, what each open session may have had by then, and what was on its way when the sessions were ended.
_MOST_DECLINES = 120
_FIELD = re.compile(r'name="(seen|currency|nonce|method)" value="([^"]*)"')
_SEE_OTHER, _DECLINED = 303, 402


@dataclass(slots=True)
class _Loot:
    """What the bots came to: cards that the bank declined, presses of Pay that were refused."""

    tries: int = 0
    declines: int = 0
    refused: int = 0
    lock: Lock = field(default_factory=Lock)

    def tried(self, *, declined: int = 0, refused: int = 0) -> bool:
        """Count a try, and say whether another is wanted."""
        with self.lock:
            self.tries += 1
            self.declines += declined
            self.refused += refused
            return self.tries < _TRIES


def attack(target: Target) -> list[str]:
    """Let bots try cards at a link, somebody pay another, and the payer of the first ask for a new one."""
    attacked, other = make_bills(target.demo, int(time.time()), 2, "siege")
    page, loot = _page(target, attacked.bill.token), _Loot()
    with ThreadPoolExecutor(_BOTS + 1) as pool:
        bots = [pool.submit(_try_cards, page, loot) for _ in range(_BOTS)]
        honest = pool.submit(_pay, _page(target, other.bill.token), other.bill.email)
        took = honest.result()
        for bot in bots:
            bot.result()
    return [
        *_problems(target, page, loot),
        *([f"the honest payer of another link took {took:.1f} s"] if took > 10 else []),
        *_new_link(target, page, attacked.bill.email),
    ]


def _problems(target: Target, page: str, loot: _Loot) -> list[str]:
    """Say what is wrong after the storm: the count, the pause, and what the company reads."""
    told = f">{loot.declines} cards were declined at a payment link"
    try:
        wait_until(lambda: told in _home(target), seconds=30)
    except AssertionError:
        found = re.findall(r">\s*(\d+) cards were declined", _home(target))
        wrong = [f"Home tells of {found} declined cards, the bank declined {loot.declines}"]
    else:
        wrong = []
    if loot.declines > _MOST_DECLINES:
        wrong.append(f"{loot.declines} cards could be tried")
    if "This link is paused" not in httpx.get(page, timeout=30).text:
        wrong.append("the link is not paused")
    if "many cards were declined" not in _home(target):
        wrong.append("nothing needs attention")
    return wrong


def _try_cards(page: str, loot: _Loot) -> None:
    """Press Pay and try cards at the session until it ends; press again, also where that is refused."""
    with httpx.Client(timeout=30) as web:
        while True:
            session = open_and_pay(web, page)
            if not session:
                if not loot.tried(refused=1):
                    return
                time.sleep(_PRESS_SECONDS)
                continue
            while web.post(session, data=stolen_card()).status_code == _DECLINED:
                if not loot.tried(declined=1):
                    return
                time.sleep(_BANK_SECONDS)


def _pay(page: str, email: str) -> float:
    """Pay a bill as an honest payer does, and return how many seconds that took until it said so."""
    begun = time.monotonic()
    with httpx.Client(timeout=30) as web:
        session = open_and_pay(web, page)
        assert session, "an honest payer was not led on"
        result = web.post(session, data=_card(_GOOD, email)).headers["location"]
        wait_until(lambda: "Thank you" in web.post(f"{result}/check", headers={"X-Part": "1"}).text)
    return time.monotonic() - begun


def _new_link(target: Target, page: str, email: str) -> list[str]:
    """Ask for a new link as the payer of the attacked one, take it from the mail, and pay by it."""
    for _ in range(5):
        httpx.post(f"{page}/fresh", timeout=30)
    wait_until(lambda: _new_links(target, email))
    [mail] = _new_links(target, email)
    _pay(next(address for address in mail if "/pay/" in address), email)
    return []


def _new_links(target: Target, email: str) -> list[list[str]]:
    mails = target.demo.mails(to=email)
    return [mail["links"] for mail in mails if "new payment link" in mail["subject"]]


def open_and_pay(web: httpx.Client, page: str) -> str:
    """Open the bill and press Pay; return where that leads, or nothing."""
    form = dict(_FIELD.findall(web.get(page).text))
    answer = web.post(f"{page}/checkout", data={**form, "method": "card"})
    return answer.headers["location"] if answer.status_code == _SEE_OTHER else ""


def stolen_card() -> dict[str, str]:
    """Return the form of a card that its bank declines."""
    return _card(_STOLEN, "bot@siege.example")


def _card(number: str, email: str) -> dict[str, str]:
    return {"number": number, "email": email, "name": "A Payer", "expiry": "12 / 40", "cvc": "123"}


def _page(target: Target, token: str) -> str:
    return f"{target.url}/pay/{token}"


def _home(target: Target) -> str:
    return re.sub(r">\s+", ">", httpx.get(f"{target.url}/office/", headers={"Cookie": target.cookie}).text)
