"""The database knows the credit's allowed moves too."""

from django.db import migrations

from florin.kernel.frozen import guard_sql

MOVES = {
    "draft": (
        "submitted",
        "void",
    ),
    "submitted": (
        "approved",
        "draft",
        "rejected",
    ),
    "approved": ("void",),
    "rejected": ("draft",),
}


class Migration(migrations.Migration):
    dependencies = [("credits", "0002_submit_and_approve")]

    operations = [
        migrations.RunSQL(
            guard_sql("credits_credit", MOVES),
            "DROP TRIGGER credits_credit_state_guard ON credits_credit; DROP FUNCTION credits_credit_state_guard()",
        ),
    ]
