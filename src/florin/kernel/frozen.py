"""What migrations call, as it was when they were written, so that old migrations do what they always did.

Nothing here imports Florin, and nothing is edited: tests/test_architecture.py knows the digest of this file.
A migration that needs something else says it itself.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from django.core.management.base import CommandError
from django.db import models
from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation


def without_views(*names: str, change: Sequence[Operation]) -> list[Operation]:
    """Return migration steps that change columns which views show: the views are made again as they were.

    PostgreSQL changes no type of a column that a view shows. Who may read a view still may, and what is told
    about it is told still.
    """
    listed = ", ".join(f"'{name}'" for name in names)
    put_away = f"""
    CREATE TEMP TABLE view_put_away ON COMMIT DROP AS
    SELECT c.relname AS name, pg_get_viewdef(c.oid) AS definition, concat(
        (SELECT string_agg(format('GRANT %s ON %I TO %s;', a.privilege_type, c.relname,
            CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END), ' ')
         FROM aclexplode(c.relacl) a),
        (SELECT string_agg(format('COMMENT ON %s %I%s IS %L;',
            CASE WHEN d.objsubid = 0 THEN 'VIEW' ELSE 'COLUMN' END, c.relname,
            (SELECT format('.%I', t.attname) FROM pg_attribute t
             WHERE t.attrelid = c.oid AND t.attnum = d.objsubid AND d.objsubid > 0), d.description), ' ')
         FROM pg_description d WHERE d.objoid = c.oid AND d.classoid = 'pg_class'::regclass)
    ) AS beside
    FROM pg_class c
    WHERE c.relkind = 'v' AND c.relnamespace = current_schema()::regnamespace AND c.relname IN ({listed});
    DROP VIEW {", ".join(names)};
    """  # noqa: S608 - our own names
    bring_back = """
    DO $$ DECLARE kept record; BEGIN
        FOR kept IN SELECT * FROM view_put_away LOOP
            EXECUTE format('CREATE VIEW %I AS %s', kept.name, kept.definition);
            EXECUTE kept.beside;
        END LOOP;
        DROP TABLE view_put_away;
    END $$
    """
    return [RunSQL(put_away, bring_back), *change, RunSQL(bring_back, put_away)]


def immutable_sql(table: str) -> str:
    """Return triggers that make PostgreSQL refuse to change or delete what a table holds."""
    return f"""
        CREATE OR REPLACE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$;
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only();
    """


def mutable_sql(table: str) -> str:
    """Undo ``immutable_sql``."""
    return f"""
        DROP TRIGGER {table}_append_only ON {table};
        DROP TRIGGER {table}_no_truncate ON {table};
        DROP FUNCTION {table}_is_append_only();
    """


def guard_sql(table: str, moves: Mapping[str, Sequence[str]], column: str = "state") -> str:
    """Return the trigger by which PostgreSQL refuses what the moves do not allow; safe to run again."""
    pairs = ", ".join(f"('{old}', '{new}')" for old, news in moves.items() for new in news)
    name = f"{table}_{column}_guard"
    return f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.{column} <> NEW.{column} AND (OLD.{column}, NEW.{column}) NOT IN ({pairs}) THEN
                RAISE EXCEPTION '{table}: % cannot become %', OLD.{column}, NEW.{column}
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$;
        DROP TRIGGER IF EXISTS {name} ON {table};
        CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table}
            FOR EACH ROW EXECUTE FUNCTION {name}();
    """


def _fold(number: str) -> str:
    """Return what is the same for all ways of writing a number (Unicode NFKC, case folded)."""
    once = unicodedata.normalize("NFKC", number).casefold()
    return unicodedata.normalize("NFKC", once).strip()


def fill_folded(rows: models.QuerySet[Any], *, of: str) -> None:
    """Fold the numbers of rows that were written before there was a folded form.

    Raises:
        CommandError: if two rows of a company have the same number by now; nothing is changed then.
    """
    seen: dict[tuple[object, str], str] = {}
    clashes = []
    for company, number in rows.values_list("company", of).iterator():
        other = seen.setdefault((company, _fold(number)), number)
        if other != number:
            clashes.append(f"{other} = {number}")
    if clashes:
        name = rows.model._meta.verbose_name  # noqa: SLF001 - Django's documented model API
        raise CommandError(
            f"These numbers of a {name} are the same one, whatever their case and width: "
            f"{'; '.join(clashes[:50])}. "
            "Rename one of each with the version before this one, then migrate again."
        )
    all_rows = rows.only("pk", of).iterator()
    while some := list(islice(all_rows, 3000)):
        for row in some:
            row.folded = _fold(getattr(row, of))
        rows.model._default_manager.bulk_update(some, ["folded"])  # noqa: SLF001 - as above
