"""``florin serve``: the web server, which says where it is and, before the first company, how to open it."""

import argparse
from importlib import import_module

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError
from psycopg_pool import PoolTimeout

from florin.flows import set_up
from florin.runtime import starting
from florin.runtime.serving import workers

HELP = "Serve the office and the payment pages."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=settings.PORT)
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")


def run(options: argparse.Namespace) -> int:
    """Collect the static files, then serve until stopped.

    Exit code 2 if the settings cannot be right, or the database is empty.
    """
    if not (starting.may_start() and starting.has_tables()):
        return 2
    if settings.SESSION_COOKIE_SECURE and not settings.TRUSTED_PROXIES:
        starting.complain(
            "FLORIN_URL begins with https://, so a proxy stands before Florin; without FLORIN_TRUSTED_PROXIES"
            " all limits take it for one single client. Set it to the number of proxies."
        )
    import_module(settings.ROOT_URLCONF)  # once for all processes, also for those that replace others
    call_command("collectstatic", interactive=False, verbosity=0)
    code = _set_up_code()
    workers.serve(
        get_wsgi_application,
        host=options.host,
        port=options.port,
        workers=options.workers,
        announce=lambda: starting.say(_words(options, code)),
    )
    return 0


def _set_up_code() -> str:
    """Return the code that opens the first company; nothing if one has moved in, or the database is away."""
    try:
        if set_up.is_due():
            return set_up.show_code()
        set_up.forget_code()
    except (DatabaseError, PoolTimeout):
        pass  # said already; the page asks for the code that an earlier start has shown
    finally:
        starting.close_database()
    return ""


def _words(options: argparse.Namespace, code: str) -> str:
    processes = f"{options.workers} processes" if options.workers > 1 else "one process"
    words = f"""
Florin serves the office and the payment pages with {processes}, listening on {options.host}:{options.port}.

  Office      {settings.PUBLIC_URL}/
  Beside it   `florin work`, which delivers mail and settles payments
  Stop        Ctrl-C
"""
    if not code:
        return words
    return f"""{words}
No company is here yet. Open {settings.PUBLIC_URL}/ and type this set-up code; it works once:

  {code}

It is kept in {settings.SET_UP_CODE_FILE} until then.
"""
