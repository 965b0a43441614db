"""Attempts become an app of their own: tables and guard get other names, and nothing else changes."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

from florin.kernel.frozen import guard_sql

TABLES = ("attempt", "attemptdebt", "attemptcredit")

MOVES = {
    "opened": (
        "cancelled",
        "capturing",
        "expired",
        "failed",
        "pending",
        "settled",
        "voiding",
    ),
    "pending": (
        "cancelled",
        "capturing",
        "failed",
        "settled",
        "voiding",
    ),
    "capturing": (
        "cancelled",
        "settled",
    ),
    "voiding": (
        "cancelled",
        "settled",
    ),
    "cancelled": ("settled",),
    "failed": ("settled",),
    "expired": (
        "capturing",
        "pending",
        "settled",
        "voiding",
    ),
}

UNGUARD = "DROP TRIGGER {0}_state_guard ON {0}; DROP FUNCTION {0}_state_guard()"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("companies", "0011_guard_states"),
        ("invoices", "0003_let_void_numbers_come_again"),
        ("ledger", "0006_know_conversions"),
        ("links", "0002_tell_kinds_of_links_apart"),
        # Until these are done, the tables are to be found under the old names.
        ("payments", "0015_remember_from_where_pay_was_pressed"),
        ("payouts", "0009_guard_states"),
    ]

    state_operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("nonce", models.CharField(help_text="Of the page on which Pay was pressed.", max_length=40)),
                (
                    "place",
                    models.CharField(blank=True, help_text="From where Pay was pressed.", max_length=45),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("card", "Card"),
                            ("ach", "Bank account (ACH)"),
                            ("cash", "Cash"),
                            ("check", "Check"),
                            ("wire", "Wire transfer"),
                            ("terminal", "Own card terminal"),
                        ],
                        default="card",
                        max_length=8,
                    ),
                ),
                ("gateway", models.CharField(max_length=20)),
                (
                    "account",
                    models.CharField(
                        blank=True,
                        help_text="The company's account there; empty for the installation's own.",
                        max_length=255,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("total", models.BigIntegerField(help_text="What the payer agreed to, in minor units.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("opened", "opened"),
                            ("pending", "pending"),
                            ("capturing", "capturing"),
                            ("voiding", "voiding"),
                            ("settled", "settled"),
                            ("cancelled", "cancelled"),
                            ("failed", "failed"),
                            ("expired", "expired"),
                        ],
                        default="opened",
                        max_length=12,
                    ),
                ),
                (
                    "capture",
                    models.BigIntegerField(help_text="What is being taken, once it is decided.", null=True),
                ),
                (
                    "reference",
                    models.CharField(blank=True, help_text="The processor's session.", max_length=255),
                ),
                ("url", models.TextField(blank=True, help_text="The processor's page.")),
                (
                    "order",
                    models.JSONField(
                        default=dict, help_text="What the session was asked for with; never the token."
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("check_at", models.DateTimeField(help_text="When the poller asks next.")),
                (
                    "doubts",
                    models.PositiveIntegerField(default=0, help_text="Answers that were missing, so far."),
                ),
                ("unsure_since", models.DateTimeField(null=True)),
                ("awaits_payer", models.BooleanField(default=False)),
                (
                    "is_lost",
                    models.BooleanField(
                        default=False,
                        help_text="Given up: the processor has no record of it, and money may have moved.",
                    ),
                ),
                (
                    "decline",
                    models.CharField(blank=True, help_text="The last one that was told of.", max_length=255),
                ),
                (
                    "failure",
                    models.CharField(
                        blank=True, help_text="Why the bank did not pay: R01, for one.", max_length=40
                    ),
                ),
                (
                    "code",
                    models.CharField(blank=True, help_text="What the scheme calls that.", max_length=120),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="companies.company"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="links.link"
                    ),
                ),
            ],
            options={
                "verbose_name": "attempt",
            },
        ),
        migrations.CreateModel(
            name="AttemptCredit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("amount", models.BigIntegerField()),
                ("reserved", models.BigIntegerField(default=0)),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="attempts.attempt",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.item"
                    ),
                ),
            ],
            options={
                "verbose_name": "credit of an attempt",
            },
        ),
        migrations.CreateModel(
            name="AttemptDebt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("amount", models.BigIntegerField()),
                ("reserved", models.BigIntegerField(default=0)),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="debts",
                        to="attempts.attempt",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="invoices.invoice"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.item"
                    ),
                ),
            ],
            options={
                "verbose_name": "debt of an attempt",
            },
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(
                    models.Q(("state__in", ["cancelled", "expired", "failed", "settled"]), _negated=True),
                    ("unsure_since__isnull", False),
                    _connector="OR",
                ),
                fields=["check_at"],
                name="attempt_to_check",
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "failed"])),
                fields=["company", "state", "-started_at"],
                name="attempt_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("link", "nonce"), name="attempt_once_per_page"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("total__gt", 0)), name="attempt_is_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="attemptcredit",
            index=models.Index(
                condition=models.Q(("reserved__gt", 0)), fields=["item"], name="reservation_of_credit"
            ),
        ),
        migrations.AddConstraint(
            model_name="attemptcredit",
            constraint=models.UniqueConstraint(fields=("attempt", "item"), name="attempt_credit_once"),
        ),
        migrations.AddConstraint(
            model_name="attemptcredit",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserved__gte", 0), ("reserved__lte", models.F("amount"))),
                name="credit_reservation_within_credit",
            ),
        ),
        migrations.AddIndex(
            model_name="attemptdebt",
            index=models.Index(
                condition=models.Q(("reserved__gt", 0)), fields=["item"], name="reservation_of_item"
            ),
        ),
        migrations.AddConstraint(
            model_name="attemptdebt",
            constraint=models.UniqueConstraint(fields=("attempt", "item"), name="attempt_debt_once"),
        ),
        migrations.AddConstraint(
            model_name="attemptdebt",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserved__gte", 0), ("reserved__lte", models.F("amount"))),
                name="reservation_within_debt",
            ),
        ),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=state_operations,
            database_operations=[
                migrations.RunSQL(
                    UNGUARD.format("payments_attempt"),
                    guard_sql("payments_attempt", MOVES),
                ),
                *(
                    migrations.RunSQL(
                        f"ALTER TABLE payments_{table} RENAME TO attempts_{table}",
                        f"ALTER TABLE attempts_{table} RENAME TO payments_{table}",
                    )
                    for table in TABLES
                ),
                migrations.RunSQL(
                    guard_sql("attempts_attempt", MOVES),
                    UNGUARD.format("attempts_attempt"),
                ),
            ],
        ),
    ]
