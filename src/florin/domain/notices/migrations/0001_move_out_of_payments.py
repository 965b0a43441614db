"""The notices inbox becomes an app of its own: its table gets another name, and nothing else changes."""

import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("payments", "0015_remember_from_where_pay_was_pressed")]

    state_operations = [
        migrations.CreateModel(
            name="ProcessorNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("gateway", models.CharField(max_length=20)),
                ("event", models.CharField(max_length=255)),
                ("kind", models.CharField(max_length=80)),
                ("account", models.CharField(blank=True, max_length=255)),
                (
                    "attempt",
                    models.CharField(blank=True, help_text="What it says it is about.", max_length=40),
                ),
                (
                    "payment",
                    models.CharField(
                        blank=True, help_text="The payment that it says it is about.", max_length=255
                    ),
                ),
                (
                    "payout",
                    models.CharField(
                        blank=True, help_text="The payout that it says it is about.", max_length=255
                    ),
                ),
                ("body", models.BinaryField()),
                ("received_at", models.DateTimeField()),
                ("handled_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "verbose_name": "processor notice",
                "indexes": [
                    models.Index(
                        condition=models.Q(("handled_at__isnull", True)),
                        fields=["received_at"],
                        name="notice_to_handle",
                    ),
                    models.Index(
                        condition=models.Q(("handled_at__isnull", True)),
                        fields=["attempt", "payment"],
                        name="notice_waiting",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("gateway", "event"), name="notice_once")],
            },
        ),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=state_operations,
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE payments_processornotice RENAME TO notices_processornotice",
                    "ALTER TABLE notices_processornotice RENAME TO payments_processornotice",
                ),
            ],
        ),
    ]
