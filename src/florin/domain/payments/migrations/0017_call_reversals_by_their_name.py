"""A recorded payment that was undone is a reversal, and an overpayment that stays as credit is kept."""

from django.db import migrations, models

GUARD = """
CREATE FUNCTION payments_{0}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payments_{0} is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER payments_{0}_append_only BEFORE UPDATE OR DELETE ON payments_{0}
    FOR EACH ROW EXECUTE FUNCTION payments_{0}_is_append_only();
CREATE TRIGGER payments_{0}_no_truncate BEFORE TRUNCATE ON payments_{0}
    FOR EACH STATEMENT EXECUTE FUNCTION payments_{0}_is_append_only();
"""

UNGUARD = """
DROP TRIGGER payments_{0}_append_only ON payments_{0};
DROP TRIGGER payments_{0}_no_truncate ON payments_{0};
DROP FUNCTION payments_{0}_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0016_leave_attempts_and_notices_to_their_own_apps")]

    operations = [
        migrations.RunSQL(UNGUARD.format("undoing"), GUARD.format("undoing")),
        migrations.RenameModel("Undoing", "Reversal"),
        migrations.RunSQL(GUARD.format("reversal"), UNGUARD.format("reversal")),
        migrations.RemoveConstraint("keeping", "keeping_is_positive"),
        migrations.RenameModel("Keeping", "KeptOverpayment"),
        migrations.AddConstraint(
            "keptoverpayment",
            models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="kept_overpayment_is_positive"
            ),
        ),
    ]
