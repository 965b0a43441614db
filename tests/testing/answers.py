"""Every answer of Stripe's that is not a yes: how the test processor is told to give it, what it means."""

from dataclasses import dataclass
from typing import Any

from florin.contracts.processor import (
    GatewayBusy,
    GatewayError,
    GatewayFault,
    GatewayThrottled,
    RefusalReason,
)

SILENCE = {"seconds": 3}  # longer than the gateway waits


@dataclass(frozen=True, slots=True)
class OrderedAnswer:
    """One answer as it can be ordered, and what it is to us: a refusal's reason, or the other exceptions."""

    mode: str
    means: RefusalReason | type[GatewayError]
    details: dict[str, Any]

    @property
    def meaning(self) -> str:
        """As the document says it."""
        if isinstance(self.means, RefusalReason):
            return f"no: {self.means.value}"
        names = {GatewayBusy: "busy", GatewayThrottled: "wait", GatewayFault: "unknown, over"}
        return names.get(self.means, "unknown")


# As the document calls them.
ROWS = {
    "400 parameter": OrderedAnswer("400_parameter", RefusalReason.PARAMETER, {}),
    "400 amount too small": OrderedAnswer("400_amount", RefusalReason.AMOUNT, {"code": "amount_too_small"}),
    "400 amount too large": OrderedAnswer("400_amount", RefusalReason.AMOUNT, {"code": "amount_too_large"}),
    "400 idempotency mismatch": OrderedAnswer("400_idempotency", RefusalReason.KEY_REUSED, {}),
    "400 too late": OrderedAnswer(
        "400_parameter", RefusalReason.STATE, {"code": "payment_intent_unexpected_state"}
    ),
    "400 balance": OrderedAnswer("400_parameter", RefusalReason.BALANCE, {"code": "balance_insufficient"}),
    "401": OrderedAnswer("401", RefusalReason.KEY, {}),
    "402": OrderedAnswer("decline", RefusalReason.DECLINED, {}),
    "403 permission": OrderedAnswer("403_permission", RefusalReason.PERMISSION, {}),
    "403 account gone": OrderedAnswer("403_account", RefusalReason.ACCOUNT_GONE, {}),
    "404": OrderedAnswer("404", RefusalReason.NOT_FOUND, {}),
    "409": OrderedAnswer("409", GatewayBusy, {}),
    "429": OrderedAnswer("429", GatewayThrottled, {"retry_after": 7}),
    "500": OrderedAnswer("500_before", GatewayFault, {}),
    "502": OrderedAnswer("502", GatewayError, {}),
    "503": OrderedAnswer("503", GatewayError, {}),
    "504, done all the same": OrderedAnswer("504", GatewayError, {"effect": True}),
    "time-out before": OrderedAnswer("timeout_before", GatewayError, SILENCE),
    "time-out after": OrderedAnswer("timeout_after_success", GatewayError, SILENCE),
    "connection cut": OrderedAnswer("reset", GatewayError, {}),
}
