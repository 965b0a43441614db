"""``florin demo``: everything on one machine, a wholesaler with a year behind it, and a bank to pay at."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

from florin.flows import connect_processor, make_demo
from florin.kernel.errors import Refusal
from florin.runtime.processes import Processes

HELP = "Start the demo: office, payment pages, test processor, mailbox. Ctrl-C stops it all."

_FACTS = "demo.json"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no options: the environment says where (FLORIN_DATA, FLORIN_PORT, …)."""
    parser.epilog = "Environment: FLORIN_DATA, FLORIN_PORT, FLORIN_SANDBOX_PORT, FLORIN_SMTP_PORT."


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 - every command gets them
    """Set up what is missing, start everything, say where it is, and watch over it until Ctrl-C."""
    try:
        with Processes(settings.DATA_FOLDER / "run") as processes:
            _start(processes)
            processes.watch()
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    return 0


def _start(processes: Processes) -> None:
    ports = _ports()
    own_port, sandbox_port, smtp_port = ports.values()
    make_demo.claim(ports)
    programs = Path(sys.executable).parent
    florin = str(programs / "florin")
    processes.start("sandbox", _sandbox(str(programs / "florin-sandbox"), sandbox_port, smtp_port))
    with ThreadPoolExecutor(1) as beside:
        is_new = not (settings.DATA_FOLDER / _FACTS).exists()
        hashed = beside.submit(make_demo.hash_passwords).result if is_new else make_demo.hash_passwords
        call_command("migrate", interactive=False, verbosity=0)
        make_demo.found(hashed)
    # It wakes while the last weeks are lived through; nobody knows its address yet.
    processes.start("web", [florin, "serve", "--port", str(own_port)])
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    processes.wait_for(f"{sandbox}/healthz")
    demo = make_demo.prepare(sandbox, os.environ["SANDBOX_CONTROL_TOKEN"])
    # From now on the test processor tells us itself; of the weeks before we have asked.
    connect_processor.connect("stripe")
    processes.start("worker", [florin, "work"])
    processes.wait_for(f"{settings.PUBLIC_URL}/readyz")
    facts = {
        "office": f"{settings.PUBLIC_URL}/office/",
        "sandbox": f"{sandbox}/",
        "mailbox": f"{sandbox}/mail",
        "pay_link": demo.pay_link,
        "database_url": settings.DATABASE_ADDRESS,
        "control_token": os.environ["SANDBOX_CONTROL_TOKEN"],
        "users": demo.users,
        "newcomer": demo.newcomer,
    }
    _write(settings.DATA_FOLDER / _FACTS, facts)
    _announce(facts)


def _sandbox(program: str, port: int, smtp_port: int) -> list[str]:
    given = {
        "--data": settings.DATA_FOLDER / "sandbox",
        "--port": port,
        "--smtp-port": smtp_port,
        "--begin-days-ago": make_demo.BEGIN_DAYS_AGO,
    }
    return [program, *(str(word) for pair in given.items() for word in pair)]


def _ports() -> dict[str, int]:
    """Our own port, the test processor's and the mailbox's, by the variables that move them."""
    defaults = {"FLORIN_PORT": 8000, "FLORIN_SANDBOX_PORT": 8010, "FLORIN_SMTP_PORT": 8025}
    return {name: int(os.environ.get(name) or default) for name, default in defaults.items()}


def _write(path: Path, facts: Mapping[str, Any]) -> None:
    """Replace the file as a whole, readable by its owner only: it holds passwords."""
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(facts, indent=2))
    fresh.replace(path)


def _announce(facts: Mapping[str, Any]) -> None:
    people = "\n".join(
        f"    {user['email']:<39} {user['password']}  ({', '.join(user['roles'])})" for user in facts["users"]
    )
    newcomer = facts["newcomer"]
    sys.stdout.write(
        f"""
Florin is ready. Ctrl-C stops it; `make demo` goes on with the same data.

  Office          {facts["office"]}
{people}
  Another company, which opens a payments account of its own (Setup > Payments):
    {newcomer["email"]:<39} {newcomer["password"]}  (admin)
  Pay this bill   {facts["pay_link"]}
                  card 4242 4242 4242 4242, any date to come, any CVC
  Mailbox         {facts["mailbox"]}
  Test processor  {facts["sandbox"]}
"""
    )
    sys.stdout.flush()
