"""A cashier in the office, who sends payments back as soon as they are booked, whatever dies meanwhile."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import httpx

from chaos.payers import persist
from testing.demo import Demo

_INPUT = re.compile(r'<input[^>]*\bname="([^"]+)"[^>]*?\bvalue="([^"]*)"')
_PAYMENT = re.compile(r"/office/payments/[0-9a-f-]{36}/")
_PATIENCE_SECONDS = 1800  # a mail that is refused again and again is sent ever later
_PROOF_SECONDS = 480


class Clerk:
    """One browser, signed in once, for any number of threads; every step is repeated until it is answered."""

    def __init__(self, demo: Demo) -> None:
        self._office = str(demo.facts["office"]).rstrip("/")
        self._bank = str(demo.facts["sandbox"]).rstrip("/")
        self._http = httpx.Client(timeout=30, headers={"Referer": self._office})
        self._proving, self._proved = threading.Lock(), 0.0
        self._person = next(user for user in demo.facts["users"] if "cashier" in user["roles"])

    def send_back(self, customer: str) -> None:
        """Wait until a customer's payment is booked, and refund all of it."""
        address = f"{self._payment_of(customer)}refund/"
        self._prove()
        form = _fields(persist(lambda: self._http.get(address)).text)
        form |= {"reason": "A storm", "csrfmiddlewaretoken": form["csrfmiddlewaretoken"]}
        persist(lambda: self._http.post(address, data=form), wanted=(302, 204))

    def send_back_at_once(self, customer: str, *, percent: int, people: int) -> int:
        """Let so many press at one instant to refund such a part; return how many were let."""
        address = f"{self._payment_of(customer)}refund/"
        self._prove()
        forms = [
            _partial_form(_fields(persist(lambda: self._http.get(address)).text), percent)
            for _ in range(people)
        ]
        barrier = threading.Barrier(people)

        def submit(form: dict[str, str]) -> int:
            barrier.wait(60)
            return self._http.post(address, data=form).status_code

        with ThreadPoolExecutor(people) as pool:
            return sum(status in {204, 302} for status in pool.map(submit, forms))

    def sign_in(self) -> None:
        """Sign in, while nothing is broken yet."""
        address = self._office.removesuffix("/office") + "/account/sign-in/"
        form = _fields(persist(lambda: self._http.get(address)).text)
        form |= {"login": self._person["email"], "password": self._person["password"]}
        persist(lambda: self._http.post(address, data=form), wanted=(302,))
        self._proved = time.monotonic()

    def _prove(self) -> None:
        """Show once more who one is, as the office asks for ten minutes after the last time."""
        with self._proving:
            if time.monotonic() - self._proved < _PROOF_SECONDS:
                return
            address = self._office.removesuffix("/office") + "/account/confirm/"
            form = _fields(persist(lambda: self._http.get(address)).text)
            form |= {"password": self._person["password"], "next": "/office/"}
            persist(lambda: self._http.post(address, data=form), wanted=(302,))
            self._proved = time.monotonic()

    def _payment_of(self, customer: str) -> str:
        """Wait for the mail that says that it is there, and return the address that its button leads to."""
        wanted = {"subject": f"Florist {customer} paid"}
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            mails = persist(lambda: self._http.get(f"{self._bank}/mail/api/messages", params=wanted))
            for mail in mails.json()["messages"]:
                if found := _PAYMENT.search(mail["text"]):
                    return self._office.removesuffix("/office") + found[0]
            time.sleep(1)
        raise AssertionError(f"Nobody was told that {customer} has paid")


def _fields(page: str) -> dict[str, str]:
    return dict(_INPUT.findall(page))


def _partial_form(form: dict[str, str], percent: int) -> dict[str, str]:
    """Fill in the form for a part of the one amount that is proposed."""
    (name,) = [name for name in form if name.startswith("amount-")]
    part = Decimal(form[name].replace(",", "")) * percent / 100
    return {**form, name: f"{part:.2f}", "reason": "Most of it wilted"}
