"""A debit may wait for its payer to confirm the account; what is pending may still have to be captured."""

from django.db import migrations, models

from florin.kernel.frozen import guard_sql

MOVES = {
    "opened": (
        "cancelled",
        "capturing",
        "expired",
        "failed",
        "pending",
        "settled",
        "voiding",
    ),
    "pending": (
        "cancelled",
        "capturing",
        "failed",
        "settled",
        "voiding",
    ),
    "capturing": (
        "cancelled",
        "settled",
    ),
    "voiding": (
        "cancelled",
        "settled",
    ),
    "cancelled": ("settled",),
    "failed": ("settled",),
    "expired": (
        "capturing",
        "pending",
        "settled",
        "voiding",
    ),
}


class Migration(migrations.Migration):
    dependencies = [("payments", "0012_freeze_orders_and_take_long_references")]

    operations = [
        migrations.AddField(
            model_name="attempt", name="awaits_payer", field=models.BooleanField(default=False)
        ),
        migrations.RunSQL(guard_sql("payments_attempt", MOVES), migrations.RunSQL.noop),
    ]
