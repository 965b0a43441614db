"""Batches of payment links become mailing runs, if there are any: their app, sends, is no more.

Keys stay, so that addresses, queued jobs and timelines that name a batch or a part find it. A mail's event
stays too, so that nothing leaves twice.
"""

from django.db import migrations

CARRY_OVER = """
DO $$ BEGIN
    IF to_regclass('sends_batch') IS NOT NULL THEN
        INSERT INTO mailing_runs_mailingrun
            (id, company_id, kind, submission, instructions, made_at, made_by, language)
        SELECT id, company_id, 'payment_links', press, '{}', made_at, made_by, language
        FROM sends_batch;
        INSERT INTO mailing_runs_runitem
            (id, run_id, customer_id, recipients, invoices, state, reason, left_out, events, done_at)
        SELECT id, batch_id, customer_id, recipients, invoices, state, reason, left_out,
            CASE WHEN state = 'sent' THEN ARRAY['batch:' || id] ELSE '{}' END, done_at
        FROM sends_part;
        SET CONSTRAINTS ALL IMMEDIATE;
        DROP TABLE sends_part, sends_batch;
        DROP FUNCTION sends_part_state_guard();
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("mailing_runs", "0002_guard_states")]

    operations = [migrations.RunSQL(CARRY_OVER, "SELECT 1")]
