"""The column has the glossary's word. Columns and indexes are renamed in place: nothing is read or written."""

from django.db import migrations, models

_THERE = """
ALTER TABLE credits_credit RENAME COLUMN press TO submission;
ALTER INDEX credit_once_per_press RENAME TO credit_once_per_submission;
"""
_BACK = """
ALTER INDEX credit_once_per_submission RENAME TO credit_once_per_press;
ALTER TABLE credits_credit RENAME COLUMN submission TO press;
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0005_let_void_numbers_come_again")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_THERE, _BACK)],
            state_operations=[
                migrations.RemoveConstraint("credit", "credit_once_per_press"),
                migrations.RemoveIndex("credit", "credit_first_of_upload"),
                migrations.RenameField("credit", "press", "submission"),
                migrations.AddIndex(
                    "credit",
                    models.Index(
                        condition=models.Q(("submission__endswith", ":0")),
                        fields=["company", "-id"],
                        name="credit_first_of_upload",
                    ),
                ),
                migrations.AddConstraint(
                    "credit",
                    models.UniqueConstraint(
                        fields=("company", "submission"),
                        condition=models.Q(("submission", ""), _negated=True),
                        name="credit_once_per_submission",
                    ),
                ),
            ],
        ),
    ]
