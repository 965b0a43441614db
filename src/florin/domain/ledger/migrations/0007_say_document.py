"""The help text of a number says document; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_know_conversions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="item",
            name="number",
            field=models.CharField(help_text="The number of the document it stands for.", max_length=20),
        ),
    ]
