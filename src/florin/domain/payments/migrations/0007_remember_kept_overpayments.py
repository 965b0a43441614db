"""Overpayments that staff decided to keep as open credit are remembered."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_follow_money_both_ways")]

    operations = [
        migrations.CreateModel(
            name="Keeping",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("kept_at", models.DateTimeField()),
                ("kept_by", models.CharField(max_length=254)),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.item"
                    ),
                ),
            ],
            options={"verbose_name": "kept overpayment"},
        ),
        migrations.AddConstraint(
            model_name="keeping",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="keeping_is_positive"
            ),
        ),
    ]
