"""The database knows the credit's allowed moves too."""

from django.db import migrations

from florin.domain.credits.lifecycle import CREDIT
from florin.kernel.database import sql


class Migration(migrations.Migration):
    dependencies = [("credits", "0002_submit_and_approve")]

    operations = [
        sql(
            CREDIT.guard_sql("credits_credit"),
            "DROP TRIGGER credits_credit_state_guard ON credits_credit; DROP FUNCTION credits_credit_state_guard()",
        ),
    ]
