"""The inbox of what processors tell of their own accord."""

from typing import ClassVar

from django.db import models

from florin.contracts.processor import LONGEST_REFERENCE
from florin.kernel.database import Keyed


class ProcessorNotice(Keyed):
    """A processor's notice as it came: stored before it is believed, kept as evidence."""

    gateway = models.CharField(max_length=20)
    event = models.CharField(max_length=LONGEST_REFERENCE)
    kind = models.CharField(max_length=80)
    account = models.CharField(max_length=LONGEST_REFERENCE, blank=True)
    attempt = models.CharField(max_length=40, blank=True, help_text="What it says it is about.")
    payment = models.CharField(
        max_length=LONGEST_REFERENCE, blank=True, help_text="The payment that it says it is about."
    )
    payout = models.CharField(
        max_length=LONGEST_REFERENCE, blank=True, help_text="The payout that it says it is about."
    )
    body = models.BinaryField()
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = "processor notice"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "event"], name="notice_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["received_at"], name="notice_to_handle", condition=models.Q(handled_at__isnull=True)
            ),
            models.Index(
                fields=["attempt", "payment"],
                name="notice_waiting",
                condition=models.Q(handled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event}"
