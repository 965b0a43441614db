"""What a payment processor would not do for a company, until somebody has dealt with it."""

from typing import ClassVar

from django.db import models

from florin.contracts.processor import LONGEST_REFERENCE, RefusalReason
from florin.domain.companies.models import Company
from florin.kernel.database import Keyed


class ProcessorRefusal(Keyed):
    """A plain no of the processor's, folded: the same again is counted, and shows its last request.

    ``object_key`` is the key of what it is about, where it is about one thing; ``number`` and ``path`` show
    the last one to people. It ends once such calls succeed again, or somebody says that it is dealt with.
    """

    Reason = RefusalReason

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=20, help_text="What the processor was asked to do.")
    reason = models.CharField(
        max_length=20, choices=[(reason.value, reason.value) for reason in RefusalReason]
    )
    code = models.CharField(max_length=80, blank=True, help_text="The processor's own word for it.")
    text = models.CharField(max_length=500, blank=True, help_text="What it said.")
    request = models.CharField(
        max_length=LONGEST_REFERENCE, blank=True, help_text="Its name for the last request."
    )
    object_key = models.CharField(max_length=36, blank=True)
    number = models.CharField(max_length=120, blank=True)
    path = models.CharField(max_length=200, blank=True)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=254, blank=True)

    class Meta:
        verbose_name = "processor refusal"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "verb", "reason", "code", "object_key"],
                name="refusal_once",
                condition=models.Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb}: {self.reason}"
