"""The database knows a payout's allowed moves too."""

from django.db import migrations

from florin.kernel.frozen import guard_sql

MOVES = {
    "pending": ("canceled", "failed", "in_transit", "paid"),
    "in_transit": ("canceled", "failed", "paid"),
    "paid": ("failed",),
}


class Migration(migrations.Migration):
    dependencies = [("payouts", "0008_know_canceled_payouts_and_minimum_balances")]

    operations = [
        migrations.RunSQL(
            guard_sql("payouts_payout", MOVES),
            "DROP TRIGGER payouts_payout_state_guard ON payouts_payout;"
            " DROP FUNCTION payouts_payout_state_guard()",
        ),
    ]
