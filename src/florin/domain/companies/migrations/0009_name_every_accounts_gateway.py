"""Every account names its gateway: which one is decided by whoever makes it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0008_know_whether_cards_may_be_charged"),
    ]

    operations = [
        migrations.AlterField(
            model_name="paymentsaccount",
            name="gateway",
            field=models.CharField(max_length=20),
        ),
        migrations.AddConstraint(
            model_name="paymentsaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("gateway", ""), _negated=True), name="account_has_gateway"
            ),
        ),
    ]
