"""The database knows a mail's allowed moves too: what has left is never queued again."""

from django.db import migrations

from florin.kernel.frozen import guard_sql

MOVES = {
    "queued": ("bounced", "delivered", "sending", "sent"),
    "sending": ("bounced", "delivered", "queued", "sent"),
    "sent": ("bounced", "delivered"),
    "delivered": ("bounced",),
    "bounced": ("sent",),
}


class Migration(migrations.Migration):
    dependencies = [("outbox", "0011_know_when_a_bounce_is_finished")]

    operations = [
        migrations.RunSQL(
            guard_sql("outbox_message", MOVES),
            "DROP TRIGGER outbox_message_state_guard ON outbox_message;"
            " DROP FUNCTION outbox_message_state_guard()",
        ),
    ]
