"""No answer is *unknown*: the columns say it by the word that the code uses."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("refunds", "0005_know_what_waits_for_the_balance")]

    operations = [
        migrations.RenameField("refund", "unsure_since", "unknown_since"),
        migrations.RenameField("refund", "doubts", "unanswered"),
    ]
