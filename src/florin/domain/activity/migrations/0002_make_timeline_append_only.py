"""The timeline is never rewritten; and the view for reports."""

from django.db import migrations

from florin.kernel.frozen import immutable_sql, mutable_sql

VIEW = """
    CREATE VIEW report_activity AS
    SELECT id AS activity_id, company_id, at, kind, actor, about, subjects FROM activity_activity;
    COMMENT ON VIEW report_activity IS 'One row per event; subjects holds the keys of the objects it touched.';
"""


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_make_tables")]

    operations = [
        migrations.RunSQL(immutable_sql("activity_activity"), mutable_sql("activity_activity")),
        migrations.RunSQL(VIEW, "DROP VIEW report_activity"),
    ]
