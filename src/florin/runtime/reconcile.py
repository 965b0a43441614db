"""``florin reconcile``: compare the processor's account of the money with the books."""

import argparse
import json
import logging
import sys
from datetime import UTC, date, datetime, time
from typing import Any

from florin.contracts.processor import GatewayError, GatewayRefusal, GatewayThrottled
from florin.domain.companies.models import Company
from florin.domain.payouts import queries
from florin.domain.payouts.models import Difference, Reconciliation
from florin.flows import reconcile
from florin.kernel.errors import Refusal

HELP = "Compare the processor's account of the money with the books; exit 1 if something differs."

_log = logging.getLogger(__name__)
_BY = "console"
_NO_ANSWER = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--company", metavar="SLUG", help="only this company")
    parser.add_argument(
        "--since",
        type=date.fromisoformat,
        metavar="DATE",
        help="compare again from this day on (UTC); without, from where the last run ended",
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def run(options: argparse.Namespace) -> int:
    """Compare, and print what came of it for each company.

    Exit code 2 if one could not be compared; it keeps no other waiting.
    """
    since = datetime.combine(options.since, time.min, UTC) if options.since else None
    companies = queries.with_accounts(options.company or "")
    reported = [_details(company, since) for company in companies]
    if options.json:
        sys.stdout.write(json.dumps({"companies": reported}, indent=2) + "\n")
    else:
        for each in reported:
            sys.stdout.write(_sentence(each) + "\n")
        if not reported:
            sys.stdout.write("No company here has a payments account.\n")
    if any(each["problem"] for each in reported):
        return _NO_ANSWER
    return 1 if any(each["differences"] for each in reported) else 0


def _details(company: Company, since: datetime | None) -> dict[str, Any]:
    try:
        done: Reconciliation | None = reconcile.run(company, by=_BY, since=since)
        problem = ""
    except GatewayThrottled:
        done, problem = None, "The processor asks us to wait longer than a comparison may. Try again later."
    except GatewayError as trouble:
        _log.warning("The account of %s cannot be compared: %s", company.slug, trouble)
        done, problem = None, "The processor does not answer; is there a network? Try again later."
    except GatewayRefusal as trouble:
        done, problem = None, f"The processor says no: {trouble}"
    except Refusal as trouble:
        done, problem = None, str(trouble)
    except Exception:  # noqa: BLE001 - one company that trips us keeps no other waiting
        _log.exception("The account of %s cannot be compared", company.slug)
        done, problem = None, "Something here is broken; the lines above say what."
    return {
        "company": company.slug,
        "problem": problem,
        "compared": done.compared if done else 0,
        "mended": done.mended if done else 0,
        "differences": [_difference(row) for row in queries.open_differences(company)],
    }


def _difference(row: Difference) -> dict[str, str]:
    return {
        "kind": row.kind,
        "subject": row.subject,
        "ours": row.ours,
        "theirs": row.theirs,
        "found_at": row.found_at.isoformat(),
    }


def _sentence(reported: dict[str, Any]) -> str:
    if reported["problem"]:
        return f"{reported['company']}: not compared. {reported['problem']}"
    counts = f"{reported['compared']} movements compared, {reported['mended']} mended"
    lines = [f"{reported['company']}: {counts}, {len(reported['differences'])} differences."]
    for row in reported["differences"]:
        sides = f"ours {row['ours'] or 'nothing'}, theirs {row['theirs'] or 'nothing'}"
        lines.append(f"  {row['kind']} {row['subject']}: {sides}")
    return "\n".join(lines)
