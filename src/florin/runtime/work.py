"""``florin work``: carry out jobs."""

import argparse

from django.conf import settings

from florin.runtime import starting, worker

HELP = "Carry out jobs: deliver mail, settle payments. Any number of these may run."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--at-once", type=int, default=4, help="jobs at the same time (default 4)")


def run(options: argparse.Namespace) -> int:
    """Work until stopped. Exit code 2 if the settings cannot be right, or the database is empty."""
    if not (starting.may_start() and starting.has_tables()):
        return 2
    starting.say(_words(options.at_once))
    worker.run(at_once=options.at_once)
    return 0


def _words(at_once: int) -> str:
    jobs = f"jobs, up to {at_once} at a time" if at_once > 1 else "jobs, one at a time"
    smtp = settings.MAIL_SENDER == "smtp"
    by = f"over SMTP at {settings.EMAIL_HOST}:{settings.EMAIL_PORT}" if smtp else f"by {settings.MAIL_SENDER}"
    return f"""
Florin carries out {jobs}: it settles payments, looks round every few seconds, and delivers mail
{by}.

  Beside it   `florin serve`, and as many more of this as you like
  Stop        Ctrl-C, which lets it finish what has begun
"""
