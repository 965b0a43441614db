"""The states of a payout: the processor decides, and we follow."""

from django.db import models

from florin.kernel.lifecycle import Lifecycle


class PayoutState(models.TextChoices):
    """How far a payout has come."""

    PENDING = "pending", "pending"
    IN_TRANSIT = "in_transit", "in transit"
    PAID = "paid", "paid"
    FAILED = "failed", "failed"
    CANCELED = "canceled", "canceled"  # before it left


_S = PayoutState

# Stripe's reference of the payout object, ``status``: some that fail are paid at first.
PAYOUT = Lifecycle(
    {
        _S.PENDING: frozenset({_S.IN_TRANSIT, _S.PAID, _S.FAILED, _S.CANCELED}),
        _S.IN_TRANSIT: frozenset({_S.PAID, _S.FAILED, _S.CANCELED}),
        _S.PAID: frozenset({_S.FAILED}),
        _S.FAILED: frozenset(),
        _S.CANCELED: frozenset(),
    }
)
