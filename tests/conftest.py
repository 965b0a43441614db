"""The tests' world: a fresh PostgreSQL, three people, and a bank that does what it is told."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.signals import setting_changed
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright
from psycopg.conninfo import conninfo_to_dict
from pytest_django.fixtures import Settings

from factories import make_company, make_user
from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.edges import database_server
from florin.edges.database_roles import APPLICATION
from florin.edges.gateways import registry
from florin.flows import check_books
from florin.kernel import clock
from testing import settings as test_settings
from testing.bank import Bank

# A gateway is made once from the settings; a test that changes one gets another.
setting_changed.connect(lambda **_: registry.get.cache_clear(), weak=False)

# A busy machine is slow, not wrong: what a test finds must not depend on what runs beside it.
hypothesis_settings.register_profile("florin", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("florin")

_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@pytest.fixture(scope="session")
def migrated(worker_id: str, django_db_blocker: Any) -> Iterator[None]:
    """This process's own database on the run's own embedded server, with every migration applied."""
    with (
        database_server.running(test_settings.SERVER_FOLDER, options=_FAST) as url,
        django_db_blocker.unblock(),
    ):
        _let_tests_do_more()
        connection.settings_dict["HOST"] = conninfo_to_dict(url)["host"]
        connection.settings_dict["TEST"]["NAME"] = f"test_{worker_id}"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        yield
        connection.close()
        wrapper: Any = connection  # its stubs know no pool
        wrapper.close_pool()
    if not (test_settings.SERVER_FOLDER / "cluster" / "postmaster.pid").exists():
        shutil.rmtree(test_settings.SERVER_FOLDER, ignore_errors=True)


def _let_tests_do_more() -> None:
    """Let the application's role make test databases, and pass the triggers that guard the books."""
    with psycopg.connect(database_server.maintenance(test_settings.SERVER_FOLDER), autocommit=True) as server:
        server.execute(f"ALTER ROLE {APPLICATION} CREATEDB")
        server.execute(f"GRANT SET ON PARAMETER session_replication_role TO {APPLICATION}")


@pytest.fixture
def database(migrated: None, django_db_blocker: Any) -> Iterator[None]:
    """A database in which everything commits for real; emptied afterwards, its books proved first."""
    with django_db_blocker.unblock():
        yield
        findings = check_books.findings()
        _empty()
        connection.close()
    assert findings == []


def _empty() -> None:
    """Delete all rows, past the triggers that forbid it."""
    kept = {"django_migrations", "django_content_type", "procrastinate_version"}
    with connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names(cursor) if table not in kept]
        deletes = "".join(f'DELETE FROM "{table}";' for table in tables)  # noqa: S608 - our own names
        cursor.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes} COMMIT")


@pytest.fixture
def company(database: None) -> Company:
    """A wholesaler with an active payments account."""
    return make_company()


@pytest.fixture
def owner(company: Company) -> User:
    """Admin of the company."""
    return make_user(company, Role.ADMIN)


@pytest.fixture
def colleague(company: Company) -> User:
    """Sales at the same company."""
    return make_user(company, Role.SALES)


@pytest.fixture
def stranger(database: None) -> User:
    """Admin of another company: must find nothing of ours at any door."""
    return make_user(make_company(slug="elsewhere", name="Elsewhere Flowers"), Role.ADMIN)


@pytest.fixture(scope="session")
def running_bank() -> Iterator[Bank]:
    """The test processor and mailbox as a program of their own."""
    with Bank.opened() as bank:
        yield bank


@pytest.fixture
def bank(running_bank: Bank, settings: Settings) -> Iterator[Bank]:
    """The bank, obedient again after each test; mail goes to its mailbox, over SMTP."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    yield running_bank
    running_bank.reset()
    registry.breaker("stripe").answered()


@pytest.fixture
def one_clock(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """What time it is says the bank's clock, which tests move on."""
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + bank.ahead())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without its calls home; without it, what needs it is skipped."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=quiet)
        yield browser
        browser.close()
