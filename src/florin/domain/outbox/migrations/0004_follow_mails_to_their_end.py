"""Delivered and bounced as hosted senders tell it, the sender's own id, and fast ways to both.

The reports' view must make way while the column of the state widens; it comes back with the new columns.
"""

from django.db import migrations, models

OLD_VIEW = """
    CREATE VIEW report_outbox AS
    SELECT id AS message_id, company_id, event, kind, recipient, state, tries, queued_at, sent_at, error, subjects
    FROM outbox_message;
    COMMENT ON VIEW report_outbox IS 'One row per mail to one recipient.';
"""
VIEW = """
    CREATE VIEW report_outbox AS
    SELECT id AS message_id, company_id, event, kind, recipient, state, tries, queued_at, sent_at, error, subjects,
        provider_id, delivered_at, bounced_at
    FROM outbox_message;
    COMMENT ON VIEW report_outbox IS 'One row per mail to one recipient.';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0001_make_tables"),
        ("outbox", "0003_know_more_letters"),
    ]

    operations = [
        migrations.RunSQL("DROP VIEW report_outbox", OLD_VIEW),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "queued"),
                    ("sending", "sending"),
                    ("sent", "sent"),
                    ("delivered", "delivered"),
                    ("bounced", "bounced"),
                ],
                default="queued",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="provider_id",
            field=models.CharField(
                blank=True, default="", help_text="What a hosted sender calls it.", max_length=255
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="delivered_at",
            field=models.DateTimeField(
                help_text="When the recipient's server took it; only hosted senders tell.", null=True
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="bounced_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            "UPDATE outbox_message SET bounced_at = queued_at WHERE state = 'bounced'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(VIEW, "DROP VIEW report_outbox"),
    ]
