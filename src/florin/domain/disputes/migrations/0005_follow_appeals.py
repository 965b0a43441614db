"""A lost dispute can be appealed: the database lets its states move so too."""

from django.db import migrations, models

from florin.kernel.frozen import guard_sql

MOVES = {
    "inquiry": (
        "appealable",
        "appealed",
        "closed",
        "lost",
        "needs_response",
        "under_review",
        "won",
    ),
    "needs_response": (
        "appealable",
        "appealed",
        "lost",
        "under_review",
        "won",
    ),
    "under_review": (
        "appealable",
        "appealed",
        "lost",
        "needs_response",
        "won",
    ),
    "won": (
        "appealable",
        "appealed",
        "lost",
    ),
    "lost": (
        "appealable",
        "appealed",
        "won",
    ),
    "appealable": (
        "appealed",
        "lost",
        "won",
    ),
    "appealed": (
        "appealable",
        "lost",
        "won",
    ),
    "closed": ("needs_response",),
}


class Migration(migrations.Migration):
    dependencies = [("disputes", "0004_take_long_references")]

    operations = [
        migrations.RunSQL(guard_sql("disputes_dispute", MOVES), "SELECT 1"),
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
