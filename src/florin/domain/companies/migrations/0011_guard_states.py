"""The database knows too that a payments account that was opened stays opened."""

from django.db import migrations

from florin.kernel.frozen import guard_sql

MOVES = {
    "new": ("active", "incomplete", "pending", "rejected", "suspended"),
    "incomplete": ("active", "pending", "rejected", "suspended"),
    "pending": ("active", "incomplete", "rejected", "suspended"),
    "active": ("incomplete", "pending", "rejected", "suspended"),
    "suspended": ("active", "incomplete", "pending", "rejected"),
    "rejected": ("active", "incomplete", "pending", "suspended"),
}


class Migration(migrations.Migration):
    dependencies = [("companies", "0010_let_sessions_be_shortened")]

    operations = [
        migrations.RunSQL(
            guard_sql("companies_paymentsaccount", MOVES),
            "DROP TRIGGER companies_paymentsaccount_state_guard ON companies_paymentsaccount;"
            " DROP FUNCTION companies_paymentsaccount_state_guard()",
        ),
    ]
