"""The column has the glossary's word. Columns and indexes are renamed in place: nothing is read or written."""

from django.db import migrations, models

_THERE = """
ALTER TABLE payments_payment RENAME COLUMN press TO submission;
ALTER INDEX payment_once_per_press RENAME TO payment_once_per_submission;
"""
_BACK = """
ALTER INDEX payment_once_per_submission RENAME TO payment_once_per_press;
ALTER TABLE payments_payment RENAME COLUMN submission TO press;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0017_call_reversals_by_their_name")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_THERE, _BACK)],
            state_operations=[
                migrations.RemoveConstraint("payment", "payment_once_per_press"),
                migrations.RenameField("payment", "press", "submission"),
                migrations.AddConstraint(
                    "payment",
                    models.UniqueConstraint(
                        fields=("company", "submission"),
                        condition=models.Q(("submission", ""), _negated=True),
                        name="payment_once_per_submission",
                    ),
                ),
            ],
        ),
    ]
