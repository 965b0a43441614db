"""``florin restore``: what a backup holds, in the place of what is here."""

import argparse
import sys
from pathlib import Path

from florin.flows import restore_backup
from florin.flows.restore_backup import Restored
from florin.kernel.errors import Refusal
from florin.runtime import backup

HELP = "Restore a backup into an empty installation, or with --replace in the place of what is here."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="what florin backup has made")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="also if there are companies here: all that is in the database is lost",
    )
    backup.add_key_file(parser)


def run(options: argparse.Namespace) -> int:
    """Restore. Exit code 1 if nothing was restored, or something is not right afterwards."""
    try:
        restored = restore_backup.restore(options.file, key=backup.key_of(options), replace=options.replace)
    except (Refusal, OSError) as problem:
        sys.stderr.write(f"Nothing was restored. {problem}\n")
        return 1
    _explain(restored)
    return 1 if restored.findings or restored.key_fits is False else 0


def _explain(restored: Restored) -> None:
    say = sys.stdout.write
    say(f"Restored the database as it was at {restored.about.made_at} (Florin {restored.about.florin}).\n")
    say(f"Restored in FLORIN_DATA: {', '.join(restored.files) or 'nothing'}.\n")
    for name in restored.aside:
        say(f"What was in {name} is now in {name}.before-restore; delete it if nobody needs it.\n")
    if restored.migrations:
        say("The backup is of an earlier version: run florin migrate, then florin check-ledger.\n")
        return
    for finding in restored.findings:
        say(f"{finding.subject}: {finding.check}: {finding.detail}\n")
    say("The books are right.\n" if not restored.findings else "The books are NOT right.\n")
    if restored.key_fits is False:
        say(
            "The secret key is not the one that made the latest link, so links cannot be shown or mailed"
            " again: set FLORIN_SECRET_KEY to the one from then, or name it in FLORIN_OLD_SECRET_KEYS.\n"
        )
    if restored.mails_waiting:
        say(
            f"{restored.mails_waiting} mails were waiting at that time. The worker will send them, also those"
            " that left after the backup was made.\n"
        )
    say(
        "Now start serve and work; then florin reconcile --since with the day before the backup, for payments"
        " that came in later.\n"
    )
