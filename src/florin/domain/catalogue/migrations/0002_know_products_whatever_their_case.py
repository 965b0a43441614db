from typing import Any

from django.db import migrations, models

from florin.kernel.frozen import fill_folded


def fill(apps: Any, _editor: object) -> None:
    fill_folded(apps.get_model("catalogue", "Product").objects.all(), of="code")


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_make_tables")]

    operations = [
        migrations.AddField(
            "product",
            "folded",
            models.TextField(editable=False, help_text="The code whatever its case and width.", null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            "product",
            "folded",
            models.TextField(editable=False, help_text="The code whatever its case and width."),
        ),
        migrations.RemoveConstraint("product", "product_code_once"),
        migrations.AddConstraint(
            "product",
            models.UniqueConstraint(fields=["company", "folded"], name="product_code_once"),
        ),
    ]
