"""What stands in the file ``database.sql`` beside an app's models is what the migrated database does."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, transaction

from factories.database import sql

# A library's table has no model of ours to stand beside.
OF_LIBRARIES = {"mfa_authenticator"}
DOMAIN = Path(__file__).parents[2] / "src" / "florin" / "domain"
FILES = sorted(DOMAIN.glob("*/database.sql"))

# Functions, triggers and views of ours, each with its comment; an extension's or the job library's are not.
_FUNCTIONS = """
    SELECT p.proname, concat(pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc')) FROM pg_proc p
    WHERE p.pronamespace = current_schema()::regnamespace AND p.proname NOT LIKE 'procrastinate%'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
_TRIGGERS = """
    SELECT t.tgname, pg_get_triggerdef(t.oid, true) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relname NOT LIKE 'procrastinate%'
"""
_VIEWS = """
    SELECT c.relname, concat(pg_get_viewdef(c.oid), obj_description(c.oid, 'pg_class')) FROM pg_class c
    WHERE c.relkind = 'v' AND c.relnamespace = current_schema()::regnamespace
"""


def describe_database() -> dict[str, str]:
    """What the database does by itself, by name; without what differs in writing only."""
    return {
        f"{kind} {name}": re.sub(r"public\.|drafts\.|--[^\n]*|\s", "", definition)
        for kind, query in (("function", _FUNCTIONS), ("trigger", _TRIGGERS), ("view", _VIEWS))
        for name, definition in sql(query)
    }


def _would_do(*texts: str) -> dict[str, str]:
    """What the database would do if it had been made of these files alone; it stays as it is."""
    with transaction.atomic():
        for name, table in sql("SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"):
            sql(f"DROP TRIGGER {name} ON {table}")
        sql("CREATE SCHEMA drafts", "SET LOCAL search_path = drafts, public")
        with connection.cursor() as cursor:
            for text in texts:
                cursor.execute(text)
        found = describe_database()
        transaction.set_rollback(True)
    return found


@pytest.mark.usefixtures("database")
def test_the_files_say_what_the_database_does_and_nothing_else() -> None:
    assert _would_do(*(path.read_text() for path in FILES)) == describe_database()


@pytest.mark.usefixtures("database")
def test_control_one_move_more_in_a_file_is_seen() -> None:
    """If this fails, the test above proves nothing."""
    orders = (DOMAIN / "orders" / "database.sql").read_text()
    changed = _would_do(orders.replace("('draft', 'void')", "('draft', 'void'), ('void', 'draft')"))

    name = "function orders_order_state_guard"
    assert changed[name] != describe_database()[name] == _would_do(orders)[name]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_a_trigger_is_told_of_beside_the_model_of_its_table(path: Path) -> None:
    tables = {model._meta.db_table for model in apps.get_app_config(path.parent.name).get_models()}

    text = path.read_text()

    found = re.findall(r"CREATE (?:CONSTRAINT )?TRIGGER .*? ON (\w+)", text)
    assert len(found) == text.count(" TRIGGER ")
    assert set(found) - OF_LIBRARIES <= tables
