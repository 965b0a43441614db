from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credits", "0003_guard_states"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="credit",
            index=models.Index(
                condition=models.Q(("state", "submitted")), fields=["company"], name="credit_waiting"
            ),
        ),
    ]
