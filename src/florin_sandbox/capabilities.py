"""What an account may do, one object for each thing: asked for together with it, and told when it changes."""

from florin_sandbox import account_shapes, events
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

KIND = "capability"
REASONS = {
    "under_review": "pending.review",
    "requirements.past_due": "requirements.fields_needed",
    "requirements.pending_verification": "pending.review",
}
"""What the account's reason to be disabled is called for a capability, where the two have different words."""


def listed(account: Json) -> Json:
    """All that an account has asked for, as a list object."""
    return {
        "object": "list",
        "data": [shown(account, name) for name in account["capabilities"]],
        "has_more": False,
        "url": f"/v1/accounts/{account['id']}/capabilities",
    }


def shown(account: Json, name: str) -> Json:
    """One of them."""
    status = account["capabilities"][name]
    active = status == "active"
    reason = account["requirements"]["disabled_reason"] or "other"
    asked = account_shapes.requirements() if active else account["requirements"]
    return {
        "id": name,
        "object": KIND,
        "account": account["id"],
        "future_requirements": account_shapes.requirements(),
        "requested": True,
        "requested_at": account["created"],
        "requirements": {**asked, "disabled_reason": None if active else REASONS.get(reason, reason)},
        "status": status,
    }


def tell(bank: Bank, account: Json, *, before: dict[str, str]) -> None:
    """Tell of each that is new or stands otherwise than before, for the account in scope."""
    for name, status in account["capabilities"].items():
        if before.get(name) != status:
            events.emit(bank, "capability.updated", shown(account, name))
