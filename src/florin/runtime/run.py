"""``florin run``: all of an installation in one program, for a container or a single unit."""

import argparse
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from florin.kernel.errors import Refusal
from florin.runtime import starting
from florin.runtime.processes import Processes

HELP = "Bring the database up to date, then serve and work, and start again what dies, until stopped."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--host", default="127.0.0.1", help="where the web server listens")
    parser.add_argument("--port", type=int, default=settings.PORT)
    parser.add_argument("--workers", type=int, default=2, help="processes of the web server (default 2)")
    parser.add_argument("--at-once", type=int, default=4, help="jobs at the same time (default 4)")


def run(options: argparse.Namespace) -> int:
    """Run until stopped. Exit code 2 if the settings cannot be right, or it runs already."""
    if not starting.may_start():
        return 2
    try:
        with Processes(settings.DATA_FOLDER / "run", logs=False) as processes:
            call_command("migrate", interactive=False, verbosity=0)
            florin = str(Path(sys.executable).parent / "florin")
            where = [f"--host={options.host}", f"--port={options.port}", f"--workers={options.workers}"]
            processes.start("web", [florin, "serve", *where])
            processes.start("worker", [florin, "work", f"--at-once={options.at_once}"])
            processes.watch()
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    return 0
