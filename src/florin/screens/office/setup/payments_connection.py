"""Setup > Payments: whether the installation is well connected to its processor, at the press of a button."""

from dataclasses import dataclass

from django.http import HttpResponse

from florin.contracts import connection_words
from florin.contracts.connection import Finding, Level
from florin.domain.staff.rights import Right
from florin.flows import connect_processor
from florin.screens.office.setup import payments_account
from florin.screens.office.shared.access import StaffRequest, does, page


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as people read it."""

    level: str
    sentence: str


@does(Right.SETUP)
def check(request: StaffRequest) -> HttpResponse:
    """Ask the processor how the connection stands, and show each finding as a sentence."""
    findings = sorted(connect_processor.check_for(request.user.company), key=_urgency)
    problems = [finding for finding in findings if finding.level == Level.PROBLEM]
    context: dict[str, object] = {
        "findings": [_finding_row(finding) for finding in findings],
        "problems": bool(problems),
        "summary": connection_words.summary(problems=len(problems)),
    }
    if request.htmx:
        return page(request, "setup/payments_connection.html", context)
    return payments_account.show(request, context)


def _urgency(finding: Finding) -> int:
    """Put first what there is to do."""
    return [Level.PROBLEM, Level.NOTE, Level.GOOD].index(finding.level)


def _finding_row(finding: Finding) -> FindingRow:
    return FindingRow(finding.level.value, connection_words.sentence(finding))
