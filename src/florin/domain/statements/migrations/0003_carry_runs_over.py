"""Runs of statements become mailing runs. Keys stay, for addresses, queued jobs and timelines name them."""

from collections import defaultdict
from uuid import UUID, uuid5

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CARRY_OVER = """
INSERT INTO mailing_runs_mailingrun
    (id, company_id, kind, submission, instructions, made_at, made_by, language)
SELECT id, company_id, 'statements', press,
    jsonb_build_object('type', type, 'begin_on', begin_on, 'end_on', end_on, 'with_link', with_link),
    made_at, made_by, language
FROM statements_run;
INSERT INTO mailing_runs_runitem
    (id, run_id, customer_id, recipients, invoices, state, reason, left_out, events, done_at)
SELECT id, run_id, customer_id, recipients, '{}', state, reason, '[]', '{}', done_at
FROM statements_part;
SET CONSTRAINTS ALL IMMEDIATE;
DELETE FROM statements_part;
DELETE FROM statements_run;
"""

CARRY_BACK = """
INSERT INTO statements_run
    (id, company_id, press, type, begin_on, end_on, with_link, made_at, made_by, language)
SELECT id, company_id, submission, instructions->>'type', (instructions->>'begin_on')::date,
    (instructions->>'end_on')::date, (instructions->>'with_link')::boolean, made_at, made_by, language
FROM mailing_runs_mailingrun WHERE kind = 'statements';
INSERT INTO statements_part (id, run_id, customer_id, recipients, state, reason, done_at)
SELECT item.id, run_id, customer_id, recipients, state, reason, done_at
FROM mailing_runs_runitem item JOIN mailing_runs_mailingrun run ON run.id = run_id
WHERE kind = 'statements';
SET CONSTRAINTS ALL IMMEDIATE;
DELETE FROM mailing_runs_runitem USING mailing_runs_mailingrun run WHERE run.id = run_id AND kind = 'statements';
DELETE FROM mailing_runs_mailingrun WHERE kind = 'statements';
"""

_AT_ONCE = 1000


def note_events(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Note by which events the mails of each item left: they are named after its customer and key."""
    items = apps.get_model("mailing_runs", "RunItem").objects.filter(run__kind="statements", state="sent")
    sent = {_event(item.customer_id, item.pk): item for item in items.only("customer_id")}
    events: dict[UUID, list[str]] = defaultdict(list)
    if sent:
        sendings = apps.get_model("statements", "Sending").objects.values_list("event", flat=True)
        for event in sendings.iterator():
            item = sent.get(event.rpartition(":")[0])
            if item is not None:
                events[item.pk].append(event)
    for item in sent.values():
        item.events = sorted(events[item.pk])
    items.model.objects.bulk_update(sent.values(), ["events"], batch_size=_AT_ONCE)


def _event(customer: UUID, item: UUID) -> str:
    return f"statement:{uuid5(customer, str(item))}"


class Migration(migrations.Migration):
    dependencies = [
        ("mailing_runs", "0003_carry_batches_over"),
        ("statements", "0002_make_statements_append_only"),
    ]

    operations = [
        migrations.RunSQL(CARRY_OVER, CARRY_BACK),
        migrations.RunPython(note_events, migrations.RunPython.noop),
    ]
