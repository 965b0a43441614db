"""Who may do what in the embedded database, and who is believed to be whom.

The web server, the worker and the commands sign in as ``florin_app``, which owns the tables but is no
superuser: it reads no files and runs no programs. The superuser ``florin`` is for making the database only.
A process is believed to be who the kernel says it is (``peer``), and only our own user is let in.
"""

import os
import pwd
from pathlib import Path

import psycopg

SUPERUSER = "florin"
APPLICATION = "florin_app"
DATABASE = "florin"

_OURS = f"""
SELECT format('ALTER TABLE %s OWNER TO {APPLICATION}', oid::regclass) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
UNION ALL
SELECT format('ALTER ROUTINE %s OWNER TO {APPLICATION}', oid::regprocedure) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT format('ALTER TYPE %s OWNER TO {APPLICATION}', types.oid::regtype) FROM pg_type AS types
LEFT JOIN pg_class AS tables ON tables.oid = typrelid
WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'c') AND coalesce(relkind, 'c') = 'c'
"""  # noqa: S608 - constant names


def admit_only_us(cluster: Path) -> None:
    """Write who is let in, before the server starts: our own user, under either name."""
    us = pwd.getpwuid(os.geteuid()).pw_name
    for name, text in {
        "pg_hba.conf": "local all all peer map=florin\n",
        "pg_ident.conf": "".join(f'florin "{us}" {role}\n' for role in (SUPERUSER, APPLICATION)),
    }.items():
        file = cluster / name
        if file.read_text() != text:
            file.write_text(text)


def make_database(maintenance: str) -> None:
    """Make the application's role and its database; one of earlier versions is given to it.

    Safe to repeat. ``maintenance`` connects the superuser.
    """
    with psycopg.connect(maintenance, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone():
            connection.execute(f"CREATE ROLE {APPLICATION} LOGIN")
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone()
        if owner is None:
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {APPLICATION}")
    if owner and owner[0] != APPLICATION:
        _give_away(maintenance)


def _give_away(maintenance: str) -> None:
    with psycopg.connect(maintenance, dbname=DATABASE) as connection:
        for (change,) in connection.execute(_OURS).fetchall():
            connection.execute(change)
        connection.execute(f"ALTER DATABASE {DATABASE} OWNER TO {APPLICATION}")
