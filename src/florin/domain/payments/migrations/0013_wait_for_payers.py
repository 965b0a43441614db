"""A debit may wait for its payer to confirm the account; what is pending may still have to be captured."""

from django.db import migrations, models

from florin.domain.payments.lifecycle import ATTEMPT
from florin.kernel.database import sql


class Migration(migrations.Migration):
    dependencies = [("payments", "0012_freeze_orders_and_take_long_references")]

    operations = [
        migrations.AddField(
            model_name="attempt", name="awaits_payer", field=models.BooleanField(default=False)
        ),
        sql(ATTEMPT.guard_sql("payments_attempt"), migrations.RunSQL.noop),
    ]
