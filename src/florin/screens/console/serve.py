"""``florin serve``: the web server."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from django.core.management import call_command

HELP = "Serve the office and the payment pages."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("FLORIN_PORT") or 8000))
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")


def run(options: argparse.Namespace) -> int:
    """Collect the static files, then become the web server."""
    call_command("collectstatic", interactive=False, verbosity=0)
    program = shutil.which("granian", path=str(Path(sys.executable).parent)) or "granian"
    command = [program, "--interface", "wsgi", "--host", options.host, "--port", str(options.port)]
    command += ["--workers", str(options.workers), "--blocking-threads", "8", "--backpressure", "64"]
    command += ["--no-ws", "--log-level", "warning", "--respawn-failed-workers"]
    os.execv(program, [*command, "florin.config.wsgi:application"])  # noqa: S606 - our own arguments
