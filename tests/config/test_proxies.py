"""The proxies as docs/proxies.md sets them up, before the web server; skipped where not installed."""

import contextlib
import getpass
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import h11
import httpx
import pytest
from pytest_django.fixtures import Settings

from florin.kernel import clients
from runtime.server import Application, served
from testing.processes import free_port

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "proxies.md"
MAIN = """user {user}; daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ }}
http {{ client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{block}
}}"""


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture(params=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, application: Application, tmp_path: Path) -> Iterator[httpx.Client]:
    """The way from outside: TLS to the proxy, and from there to the server."""
    program = shutil.which(request.param)
    if program is None:
        pytest.skip(f"{request.param} is not installed")
    with served(application) as port:
        secure, plain = str(free_port()), str(free_port())
        write = _nginx if request.param == "nginx" else _caddy
        command = write(program, tmp_path, behind=port, secure=secure, plain=plain)
        process = subprocess.Popen(command, env={**os.environ, "XDG_DATA_HOME": str(tmp_path)})
        try:
            with httpx.Client(base_url=f"https://localhost:{secure}", verify=False, timeout=20) as web:  # noqa: S501
                _wait(web)
                yield web
        finally:
            process.terminate()
            process.wait(10)


def _nginx(program: str, folder: Path, *, behind: int, secure: str, plain: str) -> list[str]:
    wanted = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run(
        ["openssl", "req", *wanted, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True,
        capture_output=True,
    )
    told = block("nginx")
    for ours, here in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl",
        "pay.example.com;": "localhost;",
        "127.0.0.1:8000": f"127.0.0.1:{behind}",
        "/etc/ssl/pay.example.com.pem": f"{folder}/cert.pem",
        "/etc/ssl/private/pay.example.com.key": f"{folder}/key.pem",
        "/var/log/nginx/florin.log": f"{folder}/florin.log",
    }.items():
        assert ours in told
        told = told.replace(ours, here)
    (folder / "nginx.conf").write_text(MAIN.format(user=getpass.getuser(), folder=folder, block=told))
    return [program, "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def _caddy(program: str, folder: Path, *, behind: int, secure: str, plain: str) -> list[str]:
    told = block("caddyfile")
    here = f"{{\n\tadmin off\n\tskip_install_trust\n\thttp_port {plain}\n\thttps_port {secure}\n\tservers {{"
    for ours, there in {
        "{\n\tservers {": here,
        "pay.example.com": f"localhost:{secure}",
        "127.0.0.1:8000": f"127.0.0.1:{behind}",
    }.items():
        assert ours in told
        told = told.replace(ours, there)
    (folder / "Caddyfile").write_text(told)
    return [program, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def _wait(web: httpx.Client) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            web.get("/healthz")
        except httpx.TransportError:
            assert time.monotonic() < until
            time.sleep(0.2)
        else:
            return


def test_who_asks_and_how_is_told_truly(
    front: httpx.Client, application: Application, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = 1
    lies = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
    assert front.get("/office/", headers=lies).status_code == 200
    seen = application.seen[-1]
    assert clients.address(seen) == "127.0.0.1"
    assert seen["HTTP_X_FORWARDED_PROTO"] == "https"
    assert seen["HTTP_HOST"].startswith("localhost")


def test_a_body_arrives_whole_and_florin_itself_refuses_one_over_its_limit(
    front: httpx.Client, application: Application
) -> None:
    cookie = {"Cookie": "session=x"}
    assert front.post("/office/orders/new/", content=b"b" * 3_000_000, headers=cookie).status_code == 200
    assert len(application.seen[-1]["body"]) == 3_000_000
    refused = front.post("/office/orders/new/", content=b"b" * 5_000_000, headers=cookie)
    assert (refused.status_code, application.seen[-1]["florin.limit"]) == (413, 4 << 20)


def test_a_body_that_never_comes_reaches_nobody_and_others_are_served(
    front: httpx.Client, application: Application
) -> None:
    def slow() -> Iterator[bytes]:
        yield b"a"
        leave.wait(20)

    leave = threading.Event()
    threads = [threading.Thread(target=_try, args=(front, slow())) for _ in range(40)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    begun = time.monotonic()
    assert front.get("/pay/x").status_code == 200
    assert time.monotonic() - begun < 5
    assert "/account/sign-in/" not in {one["PATH_INFO"] for one in application.seen}
    leave.set()
    for thread in threads:
        thread.join()


def _try(web: httpx.Client, content: Iterator[bytes]) -> None:
    with contextlib.suppress(httpx.HTTPError, h11.ProtocolError):
        web.post("/account/sign-in/", content=content, headers={"Content-Length": "1000"})
