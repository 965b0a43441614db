import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0007_remember_kept_overpayments"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "failed"])),
                fields=["company", "state", "-started_at"],
                name="attempt_under_way",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["company", "method", "-received_at"], name="payment_by_method"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["company", "received_by", "-received_at"], name="payment_by_person"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["company", "amount", "id"], name="payment_by_amount"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                models.F("company"),
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("number"), name="text_pattern_ops"
                ),
                name="payment_number_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                models.F("company"),
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("reference"), name="text_pattern_ops"
                ),
                condition=models.Q(("reference", ""), _negated=True),
                name="payment_reference_begins",
            ),
        ),
    ]
