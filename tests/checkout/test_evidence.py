"""Opened by a person: scanners, previews and robots leave no trace of one, a person leaves exactly one."""

from collections.abc import Callable

import pytest
from django.test import Client

from checkout.pages import PayForm, address, everything, hidden
from florin.domain.activity.models import Activity
from florin.domain.attempts.models import Attempt
from florin.domain.links.models import Link
from florin.domain.payments.models import Payment
from testing.bank import Bank

_CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"

# What they send, as their makers document it or as it stands in the logs of mail senders.
_SCANNERS = {
    "Safe Links": {"User-Agent": _CHROME, "Accept": "text/html", "Accept-Language": "en-US"},
    "Proofpoint": {"User-Agent": f"{_CHROME} Safari/537.36", "Accept": "*/*", "Connection": "close"},
    "Barracuda": {"User-Agent": "Mozilla/5.0 (compatible; BarracudaCentral)", "Referer": "http://127.0.0.1/"},
    "Gmail": {"User-Agent": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com)"},
    "Slack preview": {"User-Agent": "Slackbot-LinkExpanding 1.0", "Range": "bytes=0-32768"},
    "WhatsApp preview": {"User-Agent": "WhatsApp/2.23.20.0 A", "Accept-Encoding": "identity"},
    "iMessage preview": {"User-Agent": "Mozilla/5.0 facebookexternalhit/1.1 Facebot Twitterbot/1.0"},
    "Teams preview": {"User-Agent": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5"},
    "prefetch of Chrome": {"User-Agent": _CHROME, "Purpose": "prefetch", "Sec-Purpose": "prefetch"},
    "prerender of Chrome": {"User-Agent": _CHROME, "Sec-Purpose": "prefetch;prerender"},
    "prefetch of Firefox": {"User-Agent": "Mozilla/5.0 Gecko Firefox/127.0", "X-Moz": "prefetch"},
    "preview of Safari": {"User-Agent": "Mozilla/5.0 Version/17.5 Safari/605.1.15", "X-Purpose": "preview"},
}


def _opened() -> int:
    return Activity.objects.filter(kind=Activity.Kind.LINK_OPENED).count()


@pytest.mark.parametrize("headers", _SCANNERS.values(), ids=_SCANNERS.keys())
def test_a_scanner_or_preview_changes_nothing(payer: Client, link: Link, headers: dict[str, str]) -> None:
    before = everything()

    for ask in (payer.head, payer.get, payer.get):
        assert ask(address(link), headers=headers).status_code == 200

    assert everything() == before


@pytest.mark.parametrize("rest", ["/opened", "/checkout", "/now"])
def test_a_scanner_that_follows_every_address_in_the_page_changes_nothing(
    payer: Client, link: Link, rest: str
) -> None:
    before = everything()

    for ask in (payer.get, payer.head, payer.options):
        ask(address(link, rest))

    assert everything() == before


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_person_is_counted_once_however_often_they_look(payer: Client, link: Link, times: int) -> None:
    for _ in range(times):
        assert payer.post(address(link, "/opened")).status_code == 204

    assert _opened() == 1


def test_a_press_of_pay_without_any_script_is_evidence_too_and_counted_once(
    payer: Client, link: Link, bank: Bank
) -> None:
    page = payer.get(address(link)).text
    form = {name: hidden(page, name) for name in ("seen", "currency", "nonce")}

    for _ in range(2):
        assert payer.post(address(link, "/checkout"), form).status_code == 303
    payer.post(address(link, "/opened"))

    assert _opened() == 1
    assert Activity.objects.filter(kind=Activity.Kind.CHECKOUT_STARTED).count() == 1


def test_a_robot_that_presses_pay_counts_as_started_and_moves_no_money(
    payer: Client, link: Link, bank: Bank
) -> None:
    page = payer.get(address(link), headers={"User-Agent": _CHROME}).text
    form = {name: hidden(page, name) for name in ("seen", "currency", "nonce")}

    payer.post(address(link, "/checkout"), form)

    link.refresh_from_db()
    assert link.started_at is not None
    assert (Attempt.objects.count(), Payment.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "submission",
    [
        lambda page: PayForm("", nonce=hidden(page, "nonce")),
        lambda page: PayForm("1", nonce=hidden(page, "nonce")),
        lambda page: PayForm(hidden(page, "seen"), nonce=""),
    ],
    ids=["no amount", "an invented amount", "no page"],
)
def test_a_robot_that_fills_forms_with_inventions_starts_nothing(
    payer: Client, link: Link, submission: Callable[[str], PayForm]
) -> None:
    pressed = submission(payer.get(address(link)).text)
    before = everything()

    form = {"seen": pressed.seen, "currency": pressed.currency, "nonce": pressed.nonce}
    assert payer.post(address(link, "/checkout"), form).status_code in {400, 409}

    assert everything() == before
