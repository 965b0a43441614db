"""What a company sells."""

from typing import ClassVar

from django.db import models

from florin.contracts.line_kinds import LineKind
from florin.domain.companies.models import Company
from florin.kernel.database import Keyed
from florin.kernel.folding import FoldedField
from florin.kernel.texts import Words


class Product(Keyed):
    """An article with its usual price; an order line copies it and may differ.

    One that is not ``active`` is no longer offered; what was ordered of it stays.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    code = Words(max_length=40)
    folded = FoldedField(of="code", help_text="The code whatever its case and width.")
    description = Words(max_length=200)
    kind = models.CharField(
        max_length=10,
        choices=[(kind.value, kind.value) for kind in LineKind],
        default=LineKind.GOODS.value,
        help_text="What a line of it is for.",
    )
    unit = Words(max_length=20, default="each", help_text="What the price is for, such as stem or box.")
    unit_price = models.DecimalField(
        max_digits=14, decimal_places=4, help_text="In major units of the company's currency."
    )
    active = models.BooleanField(default=True, help_text="Whether new orders may take it.")

    class Meta:
        verbose_name = "product"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "folded"], name="product_code_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "description", "folded"], name="product_by_description"),
            models.Index(fields=["company", "unit_price", "folded"], name="product_by_price"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.description}"
