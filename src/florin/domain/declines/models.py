"""Cards and bank accounts that were refused while somebody tried to pay by a link."""

from typing import ClassVar

from django.db import models

from florin.contracts.processor import LONGEST_REFERENCE
from florin.domain.companies.models import Company
from florin.domain.links.models import Link
from florin.kernel.clients import LONGEST_PLACE
from florin.kernel.database import Keyed


class Decline(Keyed):
    """One card or bank account that was refused, once however often the processor tells of it.

    ``attempt`` is the key of the try to pay, ``name`` what the processor calls the refused card, and
    ``place`` the network from which Pay was pressed (``kernel.clients``), empty if we do not know it.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="+")
    attempt = models.UUIDField()
    name = models.CharField(max_length=LONGEST_REFERENCE)
    place = models.CharField(max_length=LONGEST_PLACE, blank=True)
    at = models.DateTimeField(help_text="When we were told.")

    class Meta:
        verbose_name = "decline"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attempt", "name"], name="decline_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["link", "-at"], name="decline_of_link"),
            models.Index(fields=["place", "-at"], name="decline_from_place"),
            models.Index(fields=["company", "-at"], name="decline_of_company"),
        ]

    def __str__(self) -> str:
        return f"decline {self.name} of {self.attempt}"
