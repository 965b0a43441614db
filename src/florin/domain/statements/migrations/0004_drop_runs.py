"""The tables of runs of statements are empty now: mailing runs have what was in them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("statements", "0003_carry_runs_over")]

    operations = [
        migrations.DeleteModel(name="Part"),
        migrations.DeleteModel(name="Run"),
    ]
