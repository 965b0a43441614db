"""Attempts and notices have moved to apps of their own; their tables stay."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attempts", "0001_move_out_of_payments"),
        ("notices", "0001_move_out_of_payments"),
        ("payments", "0015_remember_from_where_pay_was_pressed"),
        ("payouts", "0010_find_attempts_in_their_own_app"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(
                    model_name="attempt",
                    name="company",
                ),
                migrations.RemoveField(
                    model_name="attempt",
                    name="link",
                ),
                migrations.AlterField(
                    model_name="payment",
                    name="attempt",
                    field=models.OneToOneField(
                        help_text="None at the counter.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="attempts.attempt",
                    ),
                ),
                migrations.RemoveField(
                    model_name="attemptcredit",
                    name="attempt",
                ),
                migrations.RemoveField(
                    model_name="attemptdebt",
                    name="attempt",
                ),
                migrations.RemoveField(
                    model_name="attemptcredit",
                    name="item",
                ),
                migrations.RemoveField(
                    model_name="attemptdebt",
                    name="invoice",
                ),
                migrations.RemoveField(
                    model_name="attemptdebt",
                    name="item",
                ),
                migrations.DeleteModel(
                    name="ProcessorNotice",
                ),
                migrations.DeleteModel(
                    name="Attempt",
                ),
                migrations.DeleteModel(
                    name="AttemptCredit",
                ),
                migrations.DeleteModel(
                    name="AttemptDebt",
                ),
            ]
        )
    ]
