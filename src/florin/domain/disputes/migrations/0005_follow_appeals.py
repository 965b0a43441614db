"""A lost dispute can be appealed: the database lets its states move so too."""

from django.db import migrations, models

from florin.domain.disputes.lifecycle import DISPUTE
from florin.kernel.database import sql


class Migration(migrations.Migration):
    dependencies = [("disputes", "0004_take_long_references")]

    operations = [
        sql(DISPUTE.guard_sql("disputes_dispute"), "SELECT 1"),
        migrations.AlterField(
            model_name="dispute",
            name="state",
            field=models.CharField(
                choices=[
                    ("inquiry", "inquiry"),
                    ("needs_response", "needs_response"),
                    ("under_review", "under_review"),
                    ("won", "won"),
                    ("lost", "lost"),
                    ("appealable", "appealable"),
                    ("appealed", "appealed"),
                    ("closed", "closed"),
                ],
                max_length=16,
            ),
        ),
    ]
