"""The column has the glossary's word. Columns and indexes are renamed in place: nothing is read or written."""

from django.db import migrations, models

_THERE = """
ALTER TABLE orders_order RENAME COLUMN press TO submission;
ALTER INDEX order_once_per_press RENAME TO order_once_per_submission;
"""
_BACK = """
ALTER INDEX order_once_per_submission RENAME TO order_once_per_press;
ALTER TABLE orders_order RENAME COLUMN submission TO press;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_hold_orders")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_THERE, _BACK)],
            state_operations=[
                migrations.RemoveConstraint("order", "order_once_per_press"),
                migrations.RenameField("order", "press", "submission"),
                migrations.AddConstraint(
                    "order",
                    models.UniqueConstraint(
                        fields=("company", "submission"),
                        condition=models.Q(("submission", ""), _negated=True),
                        name="order_once_per_submission",
                    ),
                ),
            ],
        ),
    ]
