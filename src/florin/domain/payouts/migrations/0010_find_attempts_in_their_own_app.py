"""Movements point at attempts in their own app; the table is the same one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attempts", "0001_move_out_of_payments"),
        ("payouts", "0009_guard_states"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="movement",
                    name="attempt",
                    field=models.ForeignKey(
                        help_text="Of a debit under way, or failed.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="attempts.attempt",
                    ),
                ),
            ]
        )
    ]
