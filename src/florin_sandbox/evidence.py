"""What a merchant can do about a dispute through the API: send evidence, or give in."""

from dataclasses import dataclass

from florin_sandbox import disputes, errors, events, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.params import Params
from florin_sandbox.store import Json

LONGEST = 20_000
VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost"}
INQUIRY_VERDICTS = {
    "winning_evidence": "won",
    "losing_evidence": "escalated",
    "escalate_inquiry_evidence": "escalated",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Evidence by field, and whether it is all: what is submitted cannot be changed any more."""

    dispute: str
    evidence: dict[str, str | None]
    submit: bool
    metadata: dict[str, str]


def read(params: Params, identifier: str) -> Wish:
    """The evidence the caller has. Files cannot be sent to a test processor."""
    params.only({"evidence", "submit", "metadata", "expand"})
    group = params.group("evidence")
    group.only({*shapes.EVIDENCE_TEXTS, *shapes.EVIDENCE_FILES})
    for name in shapes.EVIDENCE_FILES:
        if file := group.text(name):
            raise errors.invalid(group.name(name), f"No such file upload: '{file}'", "resource_missing")
    evidence = {name: group.text(name, limit=LONGEST) for name in shapes.EVIDENCE_TEXTS if group.has(name)}
    submit = params.choice("submit", ("true", "false"), "true") == "true"
    return Wish(identifier, evidence, submit, params.metadata())


def update(bank: Bank, wish: Wish) -> Json:
    """Keep evidence, and with `submit` hand it in. Refused once the dispute waits for none any more."""
    dispute = _waiting(bank, wish.dispute)
    dispute["evidence"].update(wish.evidence)
    dispute["metadata"].update(wish.metadata)
    details = dispute["evidence_details"]
    details["has_evidence"] = any(dispute["evidence"].get(name) for name in shapes.EVIDENCE_TEXTS)
    bank.store.save(dispute)
    if wish.submit and details["has_evidence"]:
        details["submission_count"] += 1
        details["submission_method"] = "manual"
        inquiry = dispute["status"] == "warning_needs_response"
        verdicts = INQUIRY_VERDICTS if inquiry else VERDICTS
        disputes.review(bank, dispute, verdicts.get(dispute["evidence"]["uncategorized_text"] or "", ""))
    events.emit(bank, "charge.dispute.updated", dispute)
    return dispute


def close(bank: Bank, identifier: str) -> Json:
    """Give in: the dispute is lost, for good."""
    dispute = _waiting(bank, identifier)
    disputes.lose(bank, dispute)
    return dispute


def _waiting(bank: Bank, identifier: str) -> Json:
    dispute = disputes.find(bank, identifier)
    if dispute["status"] not in disputes.WAITING:
        state = dispute["status"]
        raise errors.Refusal(f"This dispute cannot be changed because it has a status of {state}.")
    return dispute
