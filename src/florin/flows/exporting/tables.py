"""Which tables a company's archive has, which it has not and why, and whose each row is.

A table that is in neither list is a fault that a test finds: nothing is left behind in silence, and no secret
goes along because somebody added a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models

from florin.domain.activity.models import Activity
from florin.domain.attempts.models import Attempt, AttemptCredit, AttemptDebt
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company, Counter, MailText, PaymentsAccount
from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.declines.models import Decline
from florin.domain.disputes.models import Dispute
from florin.domain.import_runs.models import ColumnMapping, ImportRun, MadeRecord, RefusedRow
from florin.domain.invoices.models import Invoice, Revision
from florin.domain.ledger.models import Application, Entry, Item, Line
from florin.domain.links.models import Debt, Link
from florin.domain.mailing_runs.models import MailingRun, RunItem
from florin.domain.orders.models import Hold, Order, OrderLine
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Allocation, KeptOverpayment, Payment, Return, Reversal
from florin.domain.payouts.models import Difference, Movement, Payout, Reconciliation
from florin.domain.receipts.models import Receipt
from florin.domain.refunds.models import Refund
from florin.domain.refusals.models import ProcessorRefusal
from florin.domain.security.models import SecurityEvent
from florin.domain.staff.models import Invitation, User
from florin.domain.statements.models import Sending, Statement

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.options import Options

# The name of each file, in the order in which somebody would read them.
TABLES: Mapping[str, type[models.Model]] = {
    "company": Company,
    "number_series": Counter,
    "email_texts": MailText,
    "people": User,
    "invitations": Invitation,
    "customers": Customer,
    "products": Product,
    "orders": Order,
    "order_lines": OrderLine,
    "orders_on_hold": Hold,
    "invoices": Invoice,
    "invoice_revisions": Revision,
    "credits": Credit,
    "open_items": Item,
    "ledger_entries": Entry,
    "ledger_lines": Line,
    "credit_applications": Application,
    "payments_account": PaymentsAccount,
    "payment_links": Link,
    "payment_link_debts": Debt,
    "checkouts": Attempt,
    "checkout_debts": AttemptDebt,
    "checkout_credits": AttemptCredit,
    "declined_cards": Decline,
    "payments": Payment,
    "payment_allocations": Allocation,
    "payment_returns": Return,
    "payment_reversals": Reversal,
    "kept_overpayments": KeptOverpayment,
    "receipts": Receipt,
    "refunds": Refund,
    "disputes": Dispute,
    "payouts": Payout,
    "processor_movements": Movement,
    "reconciliations": Reconciliation,
    "reconciliation_differences": Difference,
    "processor_refusals": ProcessorRefusal,
    "statements": Statement,
    "statement_sendings": Sending,
    "mailing_runs": MailingRun,
    "mailing_run_items": RunItem,
    "emails": Message,
    "import_runs": ImportRun,
    "import_refused_rows": RefusedRow,
    "import_made_records": MadeRecord,
    "import_column_mappings": ColumnMapping,
    "timeline": Activity,
    "security_log": SecurityEvent,
}

# Our tables that stay behind, by Django's name for them.
LEFT_OUT: Mapping[str, str] = {
    "staff.Session": "Browsers that are signed in: secrets, and of no use anywhere else.",
    "staff.Tries": "Counts tries to guess passwords for the whole installation, under hashes.",
    "operators.Operator": "Of whoever runs the installation.",
    "operators.OperatorSession": "Of whoever runs the installation: secrets.",
    "outages.Outage": "When the installation did not work, for whoever runs it.",
    "notices.ProcessorNotice": "What the processor reported to the installation; what it meant is booked.",
}
# Apps that are not ours, whose tables hold none of the company's business.
LEFT_OUT_APPS: Mapping[str, str] = {
    "account": "Of the sign-in library; the people are in people.csv.",
    "auth": "Of the web framework, and empty.",
    "contenttypes": "Of the web framework.",
    "mfa": "Second factors: secrets of people. They set up new ones elsewhere.",
    "procrastinate": "Jobs of the whole installation; what they did is in the tables.",
    "socialaccount": "Ties to an outside sign-in, with its secrets.",
}
# Columns that stay behind. Those that hold bytes do so in any case: they are hashes.
LEFT_OUT_COLUMNS: Mapping[tuple[type[models.Model], str], str] = {
    (User, "password"): "A hash; it would let others guess it.",
    (ImportRun, "content"): "The uploaded file, sealed, until it is imported.",
    (Attempt, "url"): "The processor's page of one checkout.",
    (Attempt, "nonce"): "Ties one open page to its checkout.",
    (Attempt, "order"): "What the processor was asked for, word for word.",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the archive: the name of its file, its rows of a company, and its columns in order."""

    name: str
    model: type[models.Model]
    path: str

    def rows(self, company: Company) -> "QuerySet[models.Model]":
        """Return the company's rows, the oldest first; no other company's."""
        rows: QuerySet[models.Model] = self.model._default_manager.all()  # noqa: SLF001 - documented, too
        return rows.filter(**{self.path: company.pk}).order_by("pk")

    @property
    def columns(self) -> "list[models.Field[Any, Any]]":
        """Return the columns that go along."""
        return [field for field in options(self.model).concrete_fields if _goes_along(self.model, field)]

    @property
    def left_out(self) -> dict[str, str]:
        """Return the columns that stay behind, each with the reason."""
        return {
            field.attname: LEFT_OUT_COLUMNS.get((self.model, field.name), "A hash.")
            for field in options(self.model).concrete_fields
            if not _goes_along(self.model, field)
        }


def tables() -> list[Table]:
    """Return all tables of an archive."""
    return [Table(name, model, path_to_company(model)) for name, model in TABLES.items()]


def options(model: type[models.Model]) -> "Options[Any]":
    """Return what Django knows of a model."""
    return model._meta  # noqa: SLF001 - Django's documented model API


def path_to_company(model: type[models.Model]) -> str:
    """Return how a row leads to its company, by the fewest steps that every row can take.

    Raises:
        LookupError: if it does not; such a table is no company's.
    """
    if model is Company:
        return "pk"
    waiting, seen = [(model, "")], {model}
    while waiting:
        current, path = waiting.pop(0)
        for field in options(current).concrete_fields:
            if field.related_model is Company:
                return f"{path}{field.name}"
            further = field.related_model
            if isinstance(further, type) and not field.null and further not in seen:
                seen.add(further)
                waiting.append((further, f"{path}{field.name}__"))
    raise LookupError(f"{model.__name__} leads to no company")


def _goes_along(model: type[models.Model], field: "models.Field[Any, Any]") -> bool:
    return not isinstance(field, models.BinaryField) and (model, field.name) not in LEFT_OUT_COLUMNS
