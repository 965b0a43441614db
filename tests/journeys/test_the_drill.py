"""The drill: data, a backup, everything lost, a restore on a new machine; books are right, links open."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import httpx
from psycopg.conninfo import conninfo_to_dict

from factories import make_link
from florin.domain.links import services as links
from florin.domain.staff.models import User
from florin.kernel import database
from testing.processes import free_port, wait_until

FLORIN = Path(sys.executable).parent / "florin"
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
HEALTH = Path(__file__).parents[2] / "packaging" / "healthcheck.py"
KEY = "a key that nobody will guess, and long"


def florin(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FLORIN, *words], env={**ENVIRONMENT, **settings}, capture_output=True, text=True, check=False
    )


@contextmanager
def served(**settings: str) -> Iterator[str]:
    """A whole installation: web server, worker and database."""
    address = settings["FLORIN_URL"]
    with subprocess.Popen(
        [FLORIN, "run", "--workers=1"], env={**ENVIRONMENT, **settings}, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_until(lambda: httpx.get(f"{address}/readyz", timeout=30).status_code == 200, seconds=90)
            yield address
        finally:
            server.terminate()


def test_after_everything_was_lost_the_books_are_right_and_an_old_link_opens(
    owner: User, tmp_path: Path
) -> None:
    token = links.token_of(make_link(owner).pk)
    (tmp_path / "backups").mkdir()
    here = {"DATABASE_URL": f"postgresql:///?{urlencode(conninfo_to_dict(database.address()))}"}
    taken = florin("backup", str(tmp_path / "backups"), "--verify", FLORIN_BACKUP_KEY=KEY, **here)
    assert "its books are right" in taken.stdout, taken.stderr
    [backup] = (tmp_path / "backups").iterdir()
    assert b"PGDMP" not in backup.read_bytes()

    url = f"http://127.0.0.1:{free_port()}"
    new = {
        "FLORIN_DATA": str(tmp_path / "new"),
        "FLORIN_BACKUP_KEY": KEY,
        "FLORIN_URL": url,
        "FLORIN_PORT": url.rpartition(":")[2],
    }
    restored = florin("restore", str(backup), **new)
    assert restored.returncode == 0, restored.stderr
    assert "The books are right." in restored.stdout
    assert "florin_secret_key" in restored.stdout

    again = florin("restore", str(backup), **new)
    assert (again.returncode, "--replace" in again.stderr) == (1, True)
    assert florin("check-ledger", **new).returncode == 0
    with served(**new) as address:
        page = httpx.get(f"{address}/pay/{token}", timeout=60)
        checked = subprocess.run([sys.executable, HEALTH], env={**ENVIRONMENT, **new}, check=False)
        examined = json.loads(florin("doctor", "--json", **new).stdout)
    assert checked.returncode == 0
    assert [one["level"] for one in examined["conditions"] if one["topic"] == "worker"] == ["good"]
    assert page.status_code == 200
    assert owner.company.name in unescape(page.text)
