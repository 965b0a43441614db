"""The outbox as reports see it."""

from django.db import migrations

VIEW = """
    CREATE VIEW report_outbox AS
    SELECT id AS message_id, company_id, event, kind, recipient, state, tries, queued_at, sent_at, error, subjects
    FROM outbox_message;
    COMMENT ON VIEW report_outbox IS 'One row per mail to one recipient.';
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_make_tables")]

    operations = [migrations.RunSQL(VIEW, "DROP VIEW report_outbox")]
