"""The column has the glossary's word. Columns and indexes are renamed in place: nothing is read or written."""

from django.db import migrations, models

_THERE = """
ALTER TABLE refunds_refund RENAME COLUMN press TO submission;
ALTER INDEX refund_once_per_press RENAME TO refund_once_per_submission;
"""
_BACK = """
ALTER INDEX refund_once_per_submission RENAME TO refund_once_per_press;
ALTER TABLE refunds_refund RENAME COLUMN submission TO press;
"""


class Migration(migrations.Migration):
    dependencies = [("refunds", "0006_say_unknown")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_THERE, _BACK)],
            state_operations=[
                migrations.RemoveConstraint("refund", "refund_once_per_press"),
                migrations.RenameField("refund", "press", "submission"),
                migrations.AddConstraint(
                    "refund",
                    models.UniqueConstraint(
                        fields=("company", "submission"),
                        condition=models.Q(("submission", ""), _negated=True),
                        name="refund_once_per_submission",
                    ),
                ),
            ],
        ),
    ]
