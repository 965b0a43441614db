"""The database knows the moves of a run item too: what was sent, skipped or has failed stays so."""

from django.db import migrations

GUARD = """
CREATE FUNCTION mailing_runs_runitem_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state
        AND (OLD.state, NEW.state) NOT IN (('queued', 'failed'), ('queued', 'sent'), ('queued', 'skipped'))
    THEN
        RAISE EXCEPTION 'mailing_runs_runitem: % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mailing_runs_runitem_state_guard BEFORE UPDATE OF state ON mailing_runs_runitem
    FOR EACH ROW EXECUTE FUNCTION mailing_runs_runitem_state_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("mailing_runs", "0001_make_tables")]

    operations = [
        migrations.RunSQL(
            GUARD,
            "DROP TRIGGER mailing_runs_runitem_state_guard ON mailing_runs_runitem;"
            " DROP FUNCTION mailing_runs_runitem_state_guard()",
        ),
    ]
