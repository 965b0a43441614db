"""The web server's own processes: one that is killed is replaced, a polite end lets answers be finished."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from testing.processes import free_port

TESTS = Path(__file__).parent.parent


@pytest.fixture
def program() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server with two processes, and its address."""
    port = str(free_port())
    process = subprocess.Popen(
        [sys.executable, "-m", "runtime.server", port],
        cwd=TESTS,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "testing.settings"},
    )
    address = f"http://127.0.0.1:{port}/pay/"
    while _ask(address) is None:
        assert process.poll() is None
        time.sleep(0.1)
    yield process, address
    process.kill()
    process.wait()


def test_a_process_that_is_killed_is_replaced(program: tuple[subprocess.Popen[bytes], str]) -> None:
    _, address = program
    victim = _ask(address)
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    seen: set[int | None] = set()
    until = time.monotonic() + 30
    while len(seen - {None, victim}) < 2 and time.monotonic() < until:
        seen.add(_ask(address))
    assert len(seen - {None, victim}) == 2


def test_an_answer_on_a_kept_connection_waits_for_no_confirmation(
    program: tuple[subprocess.Popen[bytes], str],
) -> None:
    with httpx.Client() as web:
        web.get(program[1])
        took = min(_seconds_of_20(web, program[1]) for _time in range(3))
    assert took < 0.6  # with Nagle's algorithm 40 ms each


def _seconds_of_20(web: httpx.Client, address: str) -> float:
    begun = time.monotonic()
    for _time in range(20):
        web.get(address)
    return time.monotonic() - begun


def test_told_to_end_it_finishes_what_is_under_way(program: tuple[subprocess.Popen[bytes], str]) -> None:
    process, address = program
    answers: list[int | None] = []
    asking = threading.Thread(target=lambda: answers.append(_ask(f"{address}slow")))
    asking.start()
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    asking.join()
    assert answers != [None]
    assert process.wait(20) == 0


def test_when_the_parent_is_killed_nobody_keeps_the_port(
    program: tuple[subprocess.Popen[bytes], str],
) -> None:
    process, address = program
    process.kill()
    until = time.monotonic() + 20
    while _ask(address) is not None and time.monotonic() < until:
        time.sleep(0.1)
    assert _ask(address) is None


def _ask(address: str) -> int | None:
    try:
        return int(httpx.get(address, timeout=20).text)
    except httpx.HTTPError:
        return None
