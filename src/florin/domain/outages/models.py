"""Outages of the installation: since when, and what the operator has been told of them."""

from typing import ClassVar

from django.db import models

from florin.kernel.database import Keyed


class Outage(Keyed):
    """Something that does not work, from when it was seen until it works again; one of a kind at a time.

    It belongs to no company: the operator looks after the installation.
    """

    class Kind(models.TextChoices):
        """What does not work."""

        WORKER = "worker", "No worker"
        BOOKS = "books", "Books that are not right"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    detail = models.TextField(blank=True)
    began_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="When the operator was told that it began.")
    end_told_at = models.DateTimeField(null=True, help_text="When the operator was told that it is over.")

    class Meta:
        verbose_name = "outage"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind"], name="outage_one_at_a_time", condition=models.Q(over_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} since {self.began_at:%Y-%m-%d %H:%M}"
