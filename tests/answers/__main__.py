"""``python -m answers``: order each answer of docs/gateways.md in a demo, and print what people then read.

For each row and each call (start, look-up, capture, void, refund, lists) it does what a payer, the office or
the command line does, and prints the payer's words, the office's answer, what needs attention, and the log.
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterable
from html import unescape
from pathlib import Path

import httpx

from chaos import records
from testing.answers import ROWS, OrderedAnswer
from testing.demo import Demo

_FIELD = re.compile(r'<input[^>]*\bname="([^"]+)"[^>]*?\bvalue="([^"]*)"')
_SPOKEN = re.compile(r'<(?P<tag>\w+)[^>]*role="(?:alert|status)"[^>]*>(?P<said>.*?)</(?P=tag)>', re.DOTALL)
_HIDDEN = re.compile(r"<(script|style|template|svg)\b.*?</\1>", re.DOTALL)
_LOGGED = re.compile(r"(?:WARNING|ERROR|CRITICAL) florin[^\n]*|Traceback[^\n]*")
_CARD = "4242424242424242"
_SILENT_SECONDS = 8  # the demo's programs wait for five


class Stage:
    """The demo, with a payer's browser, the office's, and the bank's levers."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.office = str(demo.facts["office"]).rstrip("/")
        self.home = self.office.removesuffix("/office")
        self.payer = httpx.Client(timeout=60)
        self.staff = httpx.Client(timeout=60, headers={"Referer": self.office}, follow_redirects=True)
        self._results: dict[str, str] = {}
        self._read: dict[str, int] = {}

    def sign_in(self) -> None:
        """Sign in as the Admin, who sees everything."""
        person = next(user for user in self.demo.facts["users"] if "admin" in user["roles"])
        self.post(f"{self.home}/account/sign-in/", login=person["email"], password=person["password"])

    def post(self, address: str, *, at: str = "", **typed: str) -> httpx.Response:
        """Open a form, which may stand on another page, type into it and send it."""
        form = dict(_FIELD.findall(self.staff.get(at or address).text))
        return self.staff.post(address, data={**form, **typed})

    def order(self, path: str, **details: object) -> None:
        """Give the bank an order."""
        answer = self.demo.bank.post(f"/control/{path}", json=details)
        assert answer.is_success, answer.text

    def fail(self, operation: str, row: OrderedAnswer) -> None:
        """Order the next call of an operation to be answered like this."""
        details = {**row.details, **({"seconds": _SILENT_SECONDS} if "timeout" in row.mode else {})}
        self.order("faults", operation=operation, mode=row.mode, times=1, **details)

    def click_pay(self, token: str) -> httpx.Response:
        """Open a bill and press Pay."""
        page = f"{self.home}/pay/{token}"
        form = dict(_FIELD.findall(self.payer.get(page).text))
        return self.payer.post(f"{page}/checkout", data={**form, "method": "card"})

    def session(self, token: str) -> str:
        """Press Pay until it leads to a session, and return that."""
        for _ in range(30):
            if found := re.search(r"cs_test_\w+", self.click_pay(token).headers.get("location", "")):
                return self._remember(found[0])
            time.sleep(2)
        raise AssertionError("Pay leads nowhere")

    def check(self, session: str) -> str:
        """Come back to our page and let it ask; return what the payer reads."""
        return spoken(self.payer.post(self._results[session], follow_redirects=True))

    def _remember(self, session: str) -> str:
        """Keep where a session leads back to, while the bank still says so."""
        found = self.demo.bank.get(
            f"/v1/checkout/sessions/{session}", headers={"Authorization": f"Bearer {records.KEY}"}
        )
        self._results[session] = f"{found.json()['success_url'].split('?')[0]}/check"
        return session

    def attention(self) -> str:
        """Return what Home says that needs attention, and the list of what the processor refused."""
        page = self.staff.get(f"{self.office}/").text
        lines = re.findall(r"<a href=\"[^\"]*refusals[^\"]*\">(.*?)</a>", page, re.DOTALL)
        listed = self.staff.get(f"{self.office}/payments/refusals/").text
        rows = re.findall(r"<tbody>(.*?)</tbody>", listed, re.DOTALL)
        first = re.findall(r"<tr>(.*?)</tr>", rows[0], re.DOTALL)[:1] if rows else []
        return " | ".join(words(one) for one in [*lines, *first]) or "nothing of the processor's"

    def log(self) -> list[str]:
        """Return what web and worker logged since the last time."""
        news = []
        for program in ("web", "worker"):
            path = self.demo.folder / "run" / f"{program}.log"
            text = path.read_text(errors="replace") if path.exists() else ""
            news += _LOGGED.findall(text[self._read.get(program, 0) :])
            self._read[program] = len(text)
        return news


def words(html: str) -> str:
    """Return a piece of a page as it is read."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", _HIDDEN.sub("", html))).split())


def spoken(answer: httpx.Response) -> str:
    """Return what an answer says: where it leads, or its status and what is said aloud on it."""
    if answer.is_redirect:
        return f"{answer.status_code}, led to {answer.headers['location'].split('/')[2]}"
    page = _HIDDEN.sub("", answer.text)
    said = [words(found["said"]) for found in _SPOKEN.finditer(page)]
    main = re.search(r'<div id="result".*|<main.*', page, re.DOTALL)
    text = " / ".join(filter(None, said)) or words(main[0] if main else page)
    return f"{answer.status_code}: {text[:330]}"


def print_answer(stage: Stage, call: str, *lines: str) -> None:
    """Print what one call led to."""
    say(f"  {call}")
    logged = list(dict.fromkeys(stage.log()))
    for line in (*lines, f"attention: {stage.attention()}", *(f"log: {one[:260]}" for one in logged)):
        say(f"    {line}")


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def play(stage: Stage, name: str, row: OrderedAnswer, tokens: tuple[str, str]) -> None:
    """Give one answer to every call; ``tokens`` are a bill that stays open, and one to be paid."""
    say(f"== {name}: {row.meaning}")
    shared, own = tokens
    stage.fail("session.create", row)
    print_answer(stage, "start", f"payer: {spoken(stage.click_pay(shared))}")
    mend(stage, row)
    session = stage.session(shared)
    stage.fail("session.retrieve", row)
    print_answer(stage, "look-up", f"payer: {stage.check(session)}")
    mend(stage, row)
    taken, released = stage.session(own), stage.session(own)
    stage.order("webhooks", mode="hold")
    for one in (taken, released):
        stage.order(f"sessions/{one}/pay", card=_CARD, email="pat@chaos.example")
    stage.fail("intent.capture", row)
    print_answer(stage, "capture", f"payer: {stage.check(taken)}")
    stage.fail("intent.cancel", row)
    say(f"    later: {until_final(stage, taken)}")
    print_answer(stage, "void", f"payer: {stage.check(released)}")
    mend(stage, row)
    say(f"    later: {until_final(stage, released)}")
    refund(stage, own, row)
    mend(stage, row)
    stage.fail("balance_transaction.list", row)
    done = stage.demo.command("reconcile", "--company", "meadow")
    print_answer(stage, "lists", f"command: exit {done[0]}, {' '.join(done[1].split())[-260:]}")
    mend(stage, row)


def refund(stage: Stage, token: str, row: OrderedAnswer) -> None:
    """Refund the payment of a bill in the office while the bank answers like this."""
    page = stage.payer.get(f"{stage.home}/pay/{token}").text
    number = re.search(r"INV-\d+", page)
    found = stage.staff.get(f"{stage.office}/payments/", params={"q": number[0] if number else ""}).text
    payment = re.search(r"/office/payments/[0-9a-f-]{36}/", found)
    if payment is None:
        say("  refund\n    there is no payment to refund")
        return
    address = f"{stage.home}{payment[0]}refund/"
    stage.fail("refund.create", row)
    answer = stage.post(address, reason="Seen in the demo")
    print_answer(stage, "refund", f"office: {spoken(answer)}")
    time.sleep(6)
    body = words(stage.staff.get(f"{stage.home}{payment[0]}").text)
    state = re.search(r"RF-\d+ .{0,60}", body)
    say(f"    later: {state[0] if state else 'no refund on the page'}")


def until_final(stage: Stage, session: str) -> str:
    """Wait until a payer's page says how it ended, and return that."""
    said = ""
    for _ in range(30):
        said = stage.check(session)
        if any(end in said for end in ("has arrived", "Nothing was charged", "cannot find")):
            break
        time.sleep(2)
    return said


def mend(stage: Stage, row: OrderedAnswer) -> None:
    """Let everything answer again, and ask how the account stands where it was said to be gone."""
    stage.order("reset")
    if row.mode == "403_account":
        account = f"{stage.office}/payments/account/"
        stage.post(f"{account}look/", at=account)


def journey(demo: Demo, rows: Iterable[str]) -> None:
    """Play the rows, with a bill for each and one for all."""
    stage = Stage(demo)
    stage.sign_in()
    names = list(rows)
    shared, *bills = records.make_bills(demo, int(time.time()), len(names) + 1, "answers")
    stage.log()
    for name, one in zip(names, bills, strict=True):
        play(stage, name, ROWS[name], (shared.bill.token, one.bill.token))


def main() -> None:
    """Start a demo of its own and play."""
    parser = argparse.ArgumentParser(prog="python -m answers", description=__doc__)
    parser.add_argument("rows", nargs="*", default=list(ROWS), help="as docs/gateways.md calls them")
    options = parser.parse_args()
    room = tempfile.TemporaryDirectory(prefix="florin-answers-", ignore_cleanup_errors=True)
    with room as folder, Demo.running(Path(folder)) as demo:
        journey(demo, options.rows)


if __name__ == "__main__":
    main()
