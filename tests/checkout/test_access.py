"""Who may come in, what may be kept, and that looking changes nothing."""

import pytest
from django.db import OperationalError
from django.test import Client

from checkout.pages import address, everything, result_address
from florin.domain.attempts.models import Attempt
from florin.domain.invoices.models import Invoice
from florin.domain.links import services as links
from florin.domain.links.models import Link

_EVERY_GET = [
    "",
    "?back=1",
    "/now",
    "/opened",
    "/checkout",
    "/fresh",
    "/logo",
    "/invoices/{invoice}.pdf",
    "/statement.pdf",
    "/result/{attempt}",
]

LOG = "security_securityevent"


@pytest.fixture
def addresses(link: Link, invoice: Invoice, attempt: Attempt) -> list[str]:
    """Every address of a link that a scanner could fetch."""
    rest = [*_EVERY_GET, "/result/{attempt}/check", "/result/{attempt}/receipt.pdf", "/nothing"]
    return [address(link, each.format(invoice=invoice.pk, attempt=attempt.pk)) for each in rest]


def test_a_scanner_that_fetches_everything_changes_no_row_of_any_table(
    payer: Client, addresses: list[str]
) -> None:
    before = everything()

    for each in addresses:
        payer.get(each)
        payer.head(each)

    assert everything() == before


def test_every_answer_keeps_the_token_secret_and_sets_no_cookie(payer: Client, addresses: list[str]) -> None:
    payer.cookies["session"] = "somebody-elses"
    for each in addresses:
        for answer in (payer.get(each), payer.head(each), payer.post(each)):
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
            assert answer.headers["Cache-Control"] in {"no-store", "private, max-age=86400"}
            assert "Set-Cookie" not in str(answer.serialize_headers())
            assert not answer.cookies
            assert "Cookie" not in answer.headers.get("Vary", "")


def test_an_answer_without_the_database_keeps_the_token_secret_too(
    payer: Client, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_token: str) -> Link:
        raise OperationalError

    monkeypatch.setattr(links, "find", away)
    answer = payer.get(address(link))

    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Retry-After"]


def test_the_policy_allows_no_inline_script_or_style(payer: Client, link: Link) -> None:
    answer = payer.get(address(link))

    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert " style=" not in answer.text
    assert "<style" not in answer.text


@pytest.mark.parametrize("rest", ["/checkout", "/opened"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    ],
)
def test_a_post_from_another_site_is_refused(
    payer: Client, link: Link, rest: str, headers: dict[str, str]
) -> None:
    before = everything()

    answer = payer.post(address(link, rest), headers=headers)

    assert answer.status_code == 403
    assert "Another website" in answer.text
    assert [table for table, state in everything().items() if state != before[table]] == [LOG]


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://127.0.0.1"}]
)
def test_a_post_from_our_own_page_is_taken(payer: Client, link: Link, headers: dict[str, str]) -> None:
    assert payer.post(address(link, "/opened"), headers=headers).status_code == 204

    link.refresh_from_db()
    assert link.opened_at is not None


def test_a_second_look_is_not_recorded(payer: Client, link: Link) -> None:
    payer.post(address(link, "/opened"))
    before = everything()

    payer.post(address(link, "/opened"))

    assert everything() == before
    assert "data-opened" not in payer.get(address(link)).text


def test_reloading_where_a_post_left_the_browser_leads_back_to_the_bill(
    payer: Client, attempt: Attempt
) -> None:
    assert payer.get(address(attempt.link, "/checkout")).headers["Location"] == address(attempt.link)
    assert payer.get(result_address(attempt, "/check")).headers["Location"] == result_address(attempt)


def test_other_methods_are_refused_with_a_sentence(payer: Client, link: Link) -> None:
    answer = payer.put(address(link))

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert "open your payment link again" in answer.text
