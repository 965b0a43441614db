"""Small helpers that every table shares: keys that sort by time, row look-ups, and SQL in migrations."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import uuid_utils.compat
from django.db import models
from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation

from florin.kernel.errors import NotFound

# Rows in one INSERT: PostgreSQL takes at most 65,535 values with one, and our widest table has 20 columns.
AT_ONCE = 3000

Row = TypeVar("Row", bound=models.Model)
Some = TypeVar("Some")


def new_key() -> UUID:
    """Return a fresh UUIDv7: unique everywhere, and later keys sort later."""
    return uuid_utils.compat.uuid7()


def made_at(key: UUID) -> datetime:
    """Return when a UUIDv7 key was made, to the millisecond (RFC 9562, 5.7)."""
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=key.int >> 80)


class Keyed(models.Model):
    """A row with a UUIDv7 key."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)

    class Meta:
        abstract = True


def chunks(rows: Sequence[Some]) -> Iterator[Sequence[Some]]:
    """Yield rows some thousands at a time, as many as one statement takes."""
    for begin in range(0, len(rows), AT_ONCE):
        yield rows[begin : begin + AT_ONCE]


def find(rows: models.QuerySet[Row], **conditions: object) -> Row:
    """Return the one row that matches.

    Raises:
        NotFound: if there is none; another company's row counts as none.
    """
    row = rows.filter(**conditions).first()
    if row is None:
        name = str(rows.model._meta.verbose_name)  # noqa: SLF001 - Django's documented model API
        raise NotFound(f"There is no such {name}.")
    return row


def locked(rows: models.QuerySet[Row], keys: Iterable[UUID]) -> dict[UUID, Row]:
    """Lock rows in the order of their keys, so that two who lock the same rows never wait for each other.

    Must run in a transaction; the lock lasts until it ends.
    """
    return {
        row.pk: row for row in rows.filter(pk__in=list(keys)).order_by("pk").select_for_update(of=("self",))
    }


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
    return [sql(put_away, bring_back), *change, sql(bring_back, put_away)]


def sql(forward: str, backward: str) -> RunSQL:
    """Return a migration step in SQL that can be undone."""
    return RunSQL(forward, backward)


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
