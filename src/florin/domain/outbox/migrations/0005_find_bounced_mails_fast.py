"""Partial indexes: the few mails that bounced, and the mails that a hosted sender knows by its own id."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0004_follow_mails_to_their_end")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "bounced")),
                fields=["company", "-bounced_at", "-id"],
                name="message_bounced",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("provider_id", ""), _negated=True),
                fields=["provider_id"],
                name="message_of_provider",
            ),
        ),
    ]
