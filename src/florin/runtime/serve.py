"""``florin serve``: the web server."""

import argparse
import sys
from importlib import import_module

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from florin.runtime import starting
from florin.runtime.serving import workers

HELP = "Serve the office and the payment pages."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=settings.PORT)
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")


def run(options: argparse.Namespace) -> int:
    """Collect the static files, then serve until stopped. Exit code 2 if the settings cannot be right."""
    if not starting.may_start():
        return 2
    if settings.SESSION_COOKIE_SECURE and not settings.TRUSTED_PROXIES:
        sys.stderr.write(
            "FLORIN_URL begins with https://, so a proxy stands before Florin; without FLORIN_TRUSTED_PROXIES"
            " all limits take it for one single client. Set it to the number of proxies.\n"
        )
    import_module(settings.ROOT_URLCONF)  # once for all processes, also for those that replace others
    call_command("collectstatic", interactive=False, verbosity=0)
    workers.serve(get_wsgi_application, host=options.host, port=options.port, workers=options.workers)
    return 0
