"""From an earlier version to this one: all is there, the books are right, links open, traffic goes on."""

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from django.test import Client
from psycopg import sql as statements
from pytest_django.fixtures import Settings

from factories.database import sql
from florin.domain.staff.models import User
from florin.edges import database_server
from florin.edges.backups import database as programs
from testing.processes import free_port, wait_until

EARLIER = Path(__file__).parent / "earlier"
FACTS = json.loads((EARLIER / "0.1.0-428ca5b.json").read_text())
FLORIN = Path(sys.executable).parent / "florin"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What an earlier version left: its database in a server of its own, and its secret key."""
    folder = tmp_path_factory.mktemp("earlier")
    port = str(free_port())
    with database_server.running(folder / "server", options=("fsync=off",)) as address:
        with programs.loading(address) as loader:
            loader.write((EARLIER / "0.1.0-428ca5b.dump").read_bytes())
        usual = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        yield {
            **usual,
            "DATABASE_URL": address,
            "FLORIN_DATA": str(folder / "data"),
            "FLORIN_SECRET_KEY": FACTS["key"],
            "FLORIN_PORT": port,
            "FLORIN_URL": f"http://127.0.0.1:{port}",
            "FLORIN_LOG_LEVEL": "ERROR",
        }


class Traffic(threading.Thread):
    """People who go on opening pages; what they are answered is counted."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.answers: Counter[int] = Counter()
        self.unasked = 0  # 503 without saying when to come back
        self.ended = threading.Event()
        self._base = base

    def run(self) -> None:
        paths = [f"/pay/{FACTS['unpaid']}", "/office/open-invoices/", "/office/", f"/pay/{FACTS['waiting']}"]
        with httpx.Client(base_url=self._base, cookies={"session": FACTS["session"]}, timeout=60) as client:
            while not self.ended.is_set():
                for path in paths:
                    answer = client.get(path)
                    self.answers[answer.status_code] += 1
                    self.unasked += answer.status_code == 503 and "Retry-After" not in answer.headers


def test_an_earlier_database_is_migrated_under_traffic_and_all_is_there(installation: dict[str, str]) -> None:
    def florin(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([FLORIN, *words], env=installation, capture_output=True, text=True, check=False)

    assert florin("migrate", "--check").returncode == 1
    base = installation["FLORIN_URL"]
    with subprocess.Popen([FLORIN, "serve", "--workers=1"], env=installation) as server:
        try:
            wait_until(lambda: httpx.get(f"{base}/healthz").status_code == 200, seconds=90)
            traffic = Traffic(base)
            traffic.start()
            migrated = florin("migrate")
            traffic.ended.set()
            traffic.join()
            assert migrated.returncode == 0, migrated.stderr
            assert set(traffic.answers) <= {200, 302, 503}, traffic.answers
            assert not traffic.unasked
            assert httpx.get(f"{base}/readyz").json()["ready"]
            for link in ("unpaid", "waiting"):
                assert httpx.get(f"{base}/pay/{FACTS[link]}").status_code == 200
        finally:
            server.terminate()
    checked = florin("check-ledger", "--json")
    assert json.loads(checked.stdout) == {"clean": True, "findings": []}


def test_no_row_of_the_books_was_lost(installation: dict[str, str]) -> None:
    books = ["ledger_line", "invoices_invoice", "payments_payment", "links_link", "staff_user"]
    count = statements.SQL("SELECT count(*) FROM {}")
    with psycopg.connect(installation["DATABASE_URL"]) as connection:
        counts = {
            table: connection.execute(count.format(statements.Identifier(table))).fetchone()
            for table in books
        }
    assert counts == {table: (FACTS["counts"][table],) for table in books}


@pytest.mark.usefixtures("database")
def test_a_page_that_stumbles_while_a_migration_waits_says_when_to_come_back_and_otherwise_is_a_defect(
    owner: User, settings: Settings
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    sql("ALTER TABLE customers_customer RENAME COLUMN name TO former_name")
    try:
        assert client.get("/office/customers/").status_code == 500
        sql(
            "UPDATE django_migrations SET name = name || '!'"
            " WHERE id = (SELECT max(id) FROM django_migrations)"
        )
        answer = client.get("/office/customers/")
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5")
    finally:
        sql("UPDATE django_migrations SET name = rtrim(name, '!')")
        sql("ALTER TABLE customers_customer RENAME COLUMN former_name TO name")
