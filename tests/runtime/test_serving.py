"""The gate before the application: who sends slowly, reads slowly or comes in crowds holds nobody up."""

import contextlib
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial

import httpx
import pytest
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from florin.domain.staff import known_browsers
from florin.runtime.serving import bodies, connections, places, turns
from florin.runtime.serving.latencies import Latencies
from florin.runtime.serving.places import Place, place_of
from florin.screens.office import urls
from runtime.server import PAGE, Application, served

LOGIN = "rosa@florist.example"


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def web(application: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """A server with short patience before the application."""
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.5)
    for name in ("HEAD_SECONDS", "IDLE_SECONDS", "WRITE_SECONDS"):
        monkeypatch.setattr(connections, name, 0.5)
    with served(application) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        yield client


def say(web: httpx.Client, text: str, *, buffer: int = 0) -> socket.socket:
    one = socket.socket()
    if buffer:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    one.connect(("127.0.0.1", web.base_url.port))
    one.settimeout(10)
    one.sendall(text.replace("\n", "\r\n").encode())
    return one


def hear(one: socket.socket) -> bytes:
    """Return what comes until the server ends the connection."""
    heard = b""
    with one, contextlib.suppress(ConnectionError):
        while part := one.recv(1 << 16):
            heard += part
    return heard


def test_a_body_that_does_not_come_is_answered_408_and_takes_no_thread(
    web: httpx.Client, application: Application
) -> None:
    answer = hear(say(web, "POST /pay/x HTTP/1.1\nHost: x\nContent-Length: 9\n\nabc"))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert [one["PATH_INFO"] for one in application.seen if "florin.refused" not in one] == []


def test_a_body_that_drips_is_answered_408(web: httpx.Client) -> None:
    one = say(web, "POST /office/ HTTP/1.1\nHost: x\nCookie: session=x\nContent-Length: 900\n\n")
    for _ in range(4):
        one.sendall(b"a")
        time.sleep(0.1)
    assert hear(one).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("announced", [70_000, 10**12])
def test_a_body_over_the_limit_is_answered_413_with_the_limit(
    web: httpx.Client, application: Application, announced: int
) -> None:
    one = say(web, f"POST /pay/x HTTP/1.1\nHost: x\nContent-Length: {announced}\n\n")
    one.sendall(b"a" * 70_000)
    assert hear(one).startswith(b"HTTP/1.1 413 ")
    assert application.seen[-1]["florin.limit"] == 64 * 1024


def test_a_body_arrives_whole_and_so_does_the_answer(web: httpx.Client, application: Application) -> None:
    application.content = bytes(range(256)) * 4000
    answer = web.post("/office/orders/new/", content=b"b" * 3_000_000, headers={"Cookie": "session=x"})
    assert answer.content == application.content
    seen = application.seen[-1]
    assert (len(seen["body"]), seen["CONTENT_LENGTH"]) == (3_000_000, "3000000")


def test_a_request_without_a_length_is_refused(web: httpx.Client, application: Application) -> None:
    answer = web.post("/pay/x", content=iter([b"a", b"b"]))
    assert (answer.status_code, application.seen) == (400, [])


@pytest.mark.parametrize("said", ["", "GET / HT", "GET / HTTP/1.1\nHost: x\n"])
def test_a_head_that_does_not_become_complete_ends_the_connection(web: httpx.Client, said: str) -> None:
    assert hear(say(web, said)) == b""


def test_a_second_head_must_be_complete_in_time_too(web: httpx.Client) -> None:
    one = say(web, "GET /healthz HTTP/1.1\nHost: x\n\n")
    time.sleep(0.2)
    assert b" 200 " in one.recv(1000)
    one.sendall(b"GET /hea")
    assert b" 200 " not in hear(one)


def test_a_reader_who_does_not_read_is_cut_off_and_holds_no_thread(
    web: httpx.Client, application: Application
) -> None:
    application.content = b"c" * 8_000_000
    readers = [say(web, "GET /pay/x HTTP/1.1\nHost: x\n\n", buffer=4096) for _ in range(20)]
    time.sleep(2)
    assert web.get("/pay/x").content == application.content
    for one in readers:
        assert len(hear(one)) < len(application.content)


def test_too_many_connections_cost_only_the_idle_ones(
    web: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 60)
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 10)
    idle = [say(web, "") for _ in range(30)]
    assert web.get("/healthz").content == PAGE
    for one in idle:
        one.close()


def test_the_third_press_for_one_link_asks_nobody_and_others_are_served(
    web: httpx.Client, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.3)
    application.go_on.clear()
    threads = [
        threading.Thread(target=lambda: httpx.post(f"{web.base_url}/pay/a/checkout", timeout=20))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    while len(application.seen) < 2:
        time.sleep(0.02)
    web.post("/pay/a/checkout")
    assert ["florin.crowded" in one for one in application.seen] == [False, False, True]
    application.go_on.set()
    for thread in threads:
        thread.join()
    web.post("/pay/a/checkout")
    assert "florin.crowded" not in application.seen[-1]


def test_a_third_reader_of_one_links_documents_is_told_when_to_come_again_and_another_link_is_served(
    web: httpx.Client, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.3)
    application.go_on.clear()
    asked = "GET /pay/a/statement.pdf HTTP/1.1\nHost: x\n\n"
    drawing = [say(web, asked) for _ in range(2)]  # one is drawn, one waits for the thread
    while not application.seen:
        time.sleep(0.02)
    refused = web.get("/pay/a/statement.pdf")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "3")
    application.go_on.set()
    assert web.get("/pay/b/statement.pdf").status_code == 200
    for one in drawing:
        one.close()


def test_while_all_presses_hang_the_office_and_bills_are_served_and_the_next_press_is_told_when(
    web: httpx.Client, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds = places.Bounds(2, queue=1, seconds=0.3)
    monkeypatch.setattr(places.Room, "_bounds", bounds, raising=False)
    application.go_on.clear()
    hanging = [
        say(web, f"POST /pay/{number}/checkout HTTP/1.1\nHost: x\nContent-Length: 0\n\n")
        for number in range(6)
    ]
    while len(application.seen) < 6:
        time.sleep(0.02)
    assert web.get("/office/", headers={"Cookie": "session=x"}).status_code == 200
    assert web.get("/pay/x").status_code == 200
    refused = web.post("/pay/another/checkout")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "3")
    for one in hanging:
        one.close()


@pytest.mark.parametrize(
    ("method", "path", "cookie", "place"),
    [
        ("GET", "/pay/x", "", Place.PAGES),
        ("POST", "/pay/x/checkout", "", Place.PROCESSOR),
        ("GET", "/pay/x/checkout", "", Place.PAGES),
        ("POST", "/pay/x/result/y/check", "", Place.PROCESSOR),
        ("GET", "/pay/x/invoices/y.pdf", "", Place.DOCUMENTS),
        ("GET", "/pay/x/result/y/receipt.pdf", "session=x", Place.DOCUMENTS),
        ("POST", "/notices/stripe", "", Place.NOTICES),
        ("POST", "/account/sign-in/", "", Place.SIGN_IN),
        ("GET", "/office/", "session=x", Place.OFFICE),
        ("GET", "/office/", "", Place.PAGES),
        ("POST", "/office/payments/x/refund/", "session=x", Place.OFFICE_PROCESSOR),
        ("POST", "/office/credits/upload/", "session=x", Place.UPLOADS),
        ("POST", "/office/setup/import/upload/", "session=x", Place.IMPORTS),
        ("GET", "/office/credits/upload/", "session=x", Place.OFFICE),
        ("GET", "/static/a.css", "session=x", Place.FILES),
    ],
)
def test_who_waits_with_whom(method: str, path: str, cookie: str, place: Place) -> None:
    assert place_of(method, path, has_session=bool(cookie))[0] == place


def test_strangers_who_guess_do_not_stand_before_people_who_work_here() -> None:
    response = HttpResponse()
    response.set_cookie(known_browsers.cookie(LOGIN), known_browsers.value({}, LOGIN))
    cookie = response.cookies.output(header="", attrs=[]).strip()

    for cookies, place in ((f"a=b; {cookie}", Place.KNOWN_SIGN_IN), (f"{cookie}x", Place.SIGN_IN)):
        is_known = partial(known_browsers.is_known, cookies)
        assert place_of("POST", "/account/sign-in/", has_session=False, is_known=is_known)[0] == place


def test_every_office_screen_that_asks_the_processor_has_a_place_apart() -> None:
    asks = {
        pattern.callback.__module__
        for pattern in urls.urlpatterns
        for flow in vars(sys.modules[pattern.callback.__module__]).values()
        if getattr(flow, "__name__", "").startswith("florin.flows.") and hasattr(flow, "registry")
    }
    apart = {
        pattern.callback.__module__
        for pattern in urls.urlpatterns
        if place_of("POST", f"/office/{re.sub('<[^>]+>', 'x', str(pattern.pattern))}", has_session=True)[0]
        == Place.OFFICE_PROCESSOR
    }
    assert len(asks) == 4
    assert asks == apart


def test_a_header_that_only_looks_like_the_proxys_is_dropped(
    web: httpx.Client, application: Application
) -> None:
    web.get("/pay/x", headers={"X_Forwarded_Proto": "https", "X-Forwarded-For": "192.0.2.1"})
    seen = application.seen[-1]
    assert ("HTTP_X_FORWARDED_PROTO" in seen, seen["HTTP_X_FORWARDED_FOR"]) == (False, "192.0.2.1")
    assert seen["REMOTE_ADDR"] == "127.0.0.1"


def test_every_answer_bears_the_id_that_its_log_lines_have(
    web: httpx.Client, application: Application
) -> None:
    told = {"X-Request-ID": "from-anybody-1"}
    answers = [web.get("/", headers=told), web.get("/healthz"), web.get("/healthz")]
    ids = [answer.headers["x-request-id"] for answer in answers]

    assert len({*ids, told["X-Request-ID"]}) == 4
    assert application.seen[0]["florin.request_id"] == ids[0]


def test_a_trusted_proxy_names_the_request_if_it_is_a_name(web: httpx.Client, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    for told, kept in (("of-the-proxy-1", True), ("short", False), ("with blanks in it", False)):
        answered = web.get("/", headers={"X-Request-ID": told}).headers["x-request-id"]
        assert (answered == told) is kept


def test_times_are_counted_over_all_processes_and_told_where_figures_are_asked_for(
    web: httpx.Client, application: Application
) -> None:
    shared = Latencies.memory(2)
    for row, seconds in ((0, 0.02), (1, 0.02), (1, 30.0)):
        Latencies(shared, row).note(Place.OFFICE, seconds)
    text = Latencies(shared, 0).text().decode()
    assert 'florin_request_seconds_bucket{le="0.025",place="office"} 2.0' in text
    assert 'florin_request_seconds_count{place="office"} 3.0' in text
    assert 'florin_request_seconds_sum{place="office"} 30.04' in text

    web.get("/", headers={"X-Request-ID": "anything-1"})
    web.get("/metrics", headers={"Host": "127.0.0.1"})
    assert b'florin_request_seconds_count{place="pages"} 1.0' in application.seen[1]["florin.latencies"]
    assert "florin.latencies" not in application.seen[0]
