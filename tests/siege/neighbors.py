"""Another account of the machine looks for files, secrets and the database; the web role asks for more."""

import os
import subprocess
import sys
import time

import psycopg

from siege.target import Target

_SECONDS = 20
_SPY = """
import os, sys
import psycopg
folder, secrets = sys.argv[1], sys.stdin.read().split()
os.setgroups([]), os.setgid(65534), os.setuid(65534)  # nobody, as on every Linux
for where, folders, files in os.walk(folder):
    for name in files:
        try:
            open(os.path.join(where, name), "rb").close()
        except OSError:
            continue
        print("somebody else can read", os.path.join(where, name))
for process in filter(str.isdigit, os.listdir("/proc")):
    for what in ("cmdline", "environ"):
        try:
            text = open(f"/proc/{process}/{what}", "rb").read().decode(errors="replace")
        except OSError:
            continue
        if any(secret in text for secret in secrets):
            print("somebody else reads a secret in", what)
for role in ("florin_app", "postgres", "florin-postgres"):
    try:
        psycopg.connect(host=os.path.join(folder, "postgres", "socket"), user=role, dbname="florin").close()
    except psycopg.OperationalError:
        continue
    print("somebody else is let in as", role)
"""
_TOO_MUCH = (
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT pg_ls_dir('.')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/florin-was-here'",
    "CREATE ROLE intruder SUPERUSER",
    "ALTER SYSTEM SET fsync = off",
    "ALTER ROLE florin_app SUPERUSER",
)


def attack(target: Target) -> list[str]:
    """Look for twenty seconds; what anybody gets is a problem. Playing another account needs root."""
    found: set[str] = set()
    until = time.monotonic() + _SECONDS
    if os.geteuid() != 0:
        sys.stdout.write("  not root: only the role of the web server was tried\n")
    while time.monotonic() < until:
        if os.geteuid() == 0:
            found.update(_spied(target))
        found.update(_taken_by_the_role(target))
    return sorted(found)


def _spied(target: Target) -> list[str]:
    folder = target.demo.folder
    secrets = [target.demo.facts["control_token"], (folder / "florin_secret_key").read_text()]
    done = subprocess.run(
        [sys.executable, "-c", _SPY, str(folder)],
        input=" ".join(secrets),
        capture_output=True,
        text=True,
        check=False,
    )
    failed = [f"the spy failed: {done.stderr.splitlines()[-1]}"] if done.returncode else []
    return [*done.stdout.splitlines(), *failed]


def _taken_by_the_role(target: Target) -> list[str]:
    """Return what the role of the web server was allowed to do, though it needs none of it."""
    done = []
    with psycopg.connect(target.demo.facts["database_url"], autocommit=True) as connection:
        for statement in _TOO_MUCH:
            try:
                connection.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                continue
            done.append(f"the web server's role may: {statement}")
    return done
