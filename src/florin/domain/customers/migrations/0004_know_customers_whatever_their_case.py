from typing import Any

from django.db import migrations, models

from florin.kernel.frozen import fill_folded


def fill(apps: Any, _editor: object) -> None:
    fill_folded(apps.get_model("customers", "Customer").objects.all(), of="number")


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_find_by_words")]

    operations = [
        migrations.AddField(
            "customer",
            "folded",
            models.TextField(editable=False, help_text="The number whatever its case and width.", null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            "customer",
            "folded",
            models.TextField(editable=False, help_text="The number whatever its case and width."),
        ),
        migrations.RemoveConstraint("customer", "customer_number_once"),
        migrations.AddConstraint(
            "customer",
            models.UniqueConstraint(fields=["company", "folded"], name="customer_number_once"),
        ),
    ]
