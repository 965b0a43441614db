"""Runs of the import: a file, what its columns mean, how far it is read, what came of it."""

from typing import Any, ClassVar

from django.db import models

from florin.domain.companies.models import Company
from florin.kernel.database import Keyed


class ImportRun(Keyed):
    """One file on its way in.

    ``counts`` are those of the latest pass over the file: of the preview, then of the import.
    """

    class Kind(models.TextChoices):
        """What each row of the file is."""

        CUSTOMERS = "customers", "Customers"
        PRODUCTS = "products", "Products"
        INVOICES = "invoices", "Invoices"
        CREDITS = "credits", "Open credits"
        LINES = "lines", "Invoice lines"

    class State(models.TextChoices):
        """Where it stands."""

        READING = "reading", "Being read"
        UNREADABLE = "unreadable", "Cannot be read"
        MAPPING = "mapping", "Columns to be matched"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Ready to import"
        IMPORTING = "importing", "Being imported"
        DONE = "done", "Imported"
        UNDONE = "undone", "Undone"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    key = models.CharField(max_length=24, unique=True, help_text="Names all that the run wrote.")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(null=True, help_text="The file, sealed, until it is done or a week old.")
    language = models.CharField(max_length=5, help_text="In which the person reads reasons.")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    worked_at = models.DateTimeField(help_text="When the worker last came further with it.")
    done_at = models.DateTimeField(null=True)
    headings = models.JSONField(default=list, help_text="As they stand in the file.")
    heading_line = models.PositiveIntegerField(default=0, help_text="Where they stand.")
    samples = models.JSONField(default=list, help_text="The first rows, as text, without card numbers.")
    columns = models.JSONField(default=list, help_text="What each column is, in the same order.")
    choices = models.JSONField(
        default=dict, help_text="How numbers and days are written, and what is vouched for."
    )
    questions = models.JSONField(default=list, help_text="Columns that can be read in two ways.")
    rows = models.PositiveIntegerField(default=0, help_text="That the file has.")
    rows_done = models.PositiveIntegerField(default=0, help_text="Of them, in the pass that is under way.")
    line_done = models.PositiveIntegerField(default=0, help_text="The line up to which they are done.")
    counts = models.JSONField(default=dict)
    problem = models.TextField(blank=True, help_text="Why it went no further: a sentence for staff.")

    class Meta:
        verbose_name = "import"
        indexes: ClassVar = [
            models.Index(fields=["company", "-id"], name="import_run_latest"),
            models.Index(
                fields=["id"],
                name="import_run_at_work",
                condition=models.Q(state__in=["reading", "checking", "importing"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.file_name}"

    def count(self, name: str) -> int:
        """Return how many of something the latest pass counted."""
        counts: dict[str, Any] = self.counts
        return int(counts.get(name, 0))


class RefusedRow(Keyed):
    """A row that is not imported, as it stands in the file, and why."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="refused_rows")
    line = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    reason = models.TextField()

    class Meta:
        verbose_name = "refused row"
        indexes: ClassVar = [models.Index(fields=["run", "line"], name="refused_row_by_line")]

    def __str__(self) -> str:
        return f"line {self.line}"


class MadeRecord(Keyed):
    """A customer or a product that a run made."""

    class Kind(models.TextChoices):
        """Which of them."""

        CUSTOMER = "customer", "Customer"
        PRODUCT = "product", "Product"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="made_records")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    record = models.UUIDField()

    class Meta:
        verbose_name = "made record"
        indexes: ClassVar = [models.Index(fields=["run", "kind"], name="made_record_by_run")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record}"


class ColumnMapping(Keyed):
    """What a company said that the columns of a kind of file mean, remembered for the next such file."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ImportRun.Kind.choices)
    header = models.CharField(max_length=64, help_text="A mark of its headings.")
    columns = models.JSONField()

    class Meta:
        verbose_name = "column mapping"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "kind", "header"], name="column_mapping_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.company_id}"
