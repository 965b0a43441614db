"""No answer is *unknown*: the columns say it by the word that the code uses."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attempts", "0001_move_out_of_payments")]

    operations = [
        migrations.RemoveIndex(model_name="attempt", name="attempt_to_check"),
        migrations.RenameField("attempt", "unsure_since", "unknown_since"),
        migrations.RenameField("attempt", "doubts", "unanswered"),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(
                    models.Q(("state__in", ["cancelled", "expired", "failed", "settled"]), _negated=True),
                    ("unknown_since__isnull", False),
                    _connector="OR",
                ),
                fields=["check_at"],
                name="attempt_to_check",
            ),
        ),
    ]
