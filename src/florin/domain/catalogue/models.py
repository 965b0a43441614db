"""What a company sells."""

from typing import ClassVar

from django.db import models

from florin.domain.companies.models import Company
from florin.kernel.database import Keyed
from florin.kernel.folding import FoldedField
from florin.kernel.texts import Words


class Product(Keyed):
    """An article with its usual price; an order line copies it and may differ."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    code = Words(max_length=40)
    folded = FoldedField(of="code", help_text="The code whatever its case and width.")
    description = Words(max_length=200)
    unit = Words(max_length=20, default="each")
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)

    class Meta:
        verbose_name = "product"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "folded"], name="product_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.description}"
