"""Every allocation names its entry; what was applied so far is noted; the reports tell of what went back."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from florin.kernel.frozen import guard_sql, immutable_sql, mutable_sql

FILL = """
    ALTER TABLE payments_allocation DISABLE TRIGGER USER;
    UPDATE payments_allocation part SET entry_id = entry.id FROM ledger_entry entry
    WHERE entry.source = 'payment:' || part.payment_id AND entry.kind = 'payment';
    ALTER TABLE payments_allocation ENABLE TRIGGER USER;
    ALTER TABLE payments_payment DISABLE TRIGGER USER;
    UPDATE payments_payment payment SET gateway = attempt.gateway FROM payments_attempt attempt
    WHERE attempt.id = payment.attempt_id;
    ALTER TABLE payments_payment ENABLE TRIGGER USER;
"""

OLD_VIEW = """
    CREATE VIEW report_payment AS
    SELECT payment.id AS payment_id, payment.company_id, payment.customer_id, payment.number, payment.method,
           payment.currency, payment.amount AS gross_minor, payment.fee AS fee_minor,
           payment.amount - payment.fee AS net_minor, payment.received_at, payment.reference,
           attempt.id AS attempt_id, attempt.link_id, attempt.reference AS session_reference,
           part.item_id, item.kind AS item_kind, item.number AS item_number, part.amount AS allocated_minor,
           part.balance_after AS balance_after_minor
    FROM payments_payment payment
    JOIN payments_attempt attempt ON attempt.id = payment.attempt_id
    JOIN payments_allocation part ON part.payment_id = payment.id
    JOIN ledger_item item ON item.id = part.item_id;
"""

VIEWS = """
    CREATE VIEW report_payment AS
    SELECT payment.id AS payment_id, payment.company_id, payment.customer_id, payment.number, payment.method,
           payment.currency, payment.amount AS gross_minor, payment.fee AS fee_minor,
           payment.amount - payment.fee AS net_minor, payment.received_at, payment.reference,
           attempt.id AS attempt_id, attempt.link_id, attempt.reference AS session_reference,
           part.item_id, item.kind AS item_kind, item.number AS item_number, part.amount AS allocated_minor,
           part.balance_after AS balance_after_minor, payment.account AS processor_account, payment.received_by
    FROM payments_payment payment
    JOIN payments_allocation part ON part.payment_id = payment.id
    JOIN ledger_entry entry ON entry.id = part.entry_id AND entry.kind = 'payment'
    JOIN ledger_item item ON item.id = part.item_id
    LEFT JOIN payments_attempt attempt ON attempt.id = payment.attempt_id;
    COMMENT ON VIEW report_payment IS
        'One row per allocation of a payment as it came in; a payment''s allocations sum to gross_minor.';

    CREATE VIEW report_allocation AS
    SELECT part.id AS allocation_id, payment.company_id, payment.id AS payment_id, payment.number,
           entry.id AS entry_id, entry.kind, entry.posted_at, part.item_id, item.kind AS item_kind,
           item.number AS item_number, payment.currency, part.amount AS amount_minor,
           part.balance_after AS balance_after_minor
    FROM payments_allocation part
    JOIN payments_payment payment ON payment.id = part.payment_id
    JOIN ledger_entry entry ON entry.id = part.entry_id
    JOIN ledger_item item ON item.id = part.item_id;
    COMMENT ON VIEW report_allocation IS
        'One row per move of a payment''s money to (positive) or from an item; the sum is where it stands.';

    CREATE VIEW report_return AS
    SELECT back.id AS return_id, payment.company_id, payment.id AS payment_id, payment.number, payment.currency,
           payment.amount AS amount_minor, back.code, back.reason, back.reference, back.returned_at, back.marked_by
    FROM payments_return back JOIN payments_payment payment ON payment.id = back.payment_id;
    COMMENT ON VIEW report_return IS 'One row per payment that its bank took back.';
"""

APPEND_ONLY = ("payments_return", "payments_undoing")


def note_applications(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Say of what was applied before which credit paid which invoice: both in their order."""
    entry_model, line_model = apps.get_model("ledger", "Entry"), apps.get_model("ledger", "Line")
    application = apps.get_model("ledger", "Application")
    for entry in entry_model.objects.filter(kind="apply"):
        lines = line_model.objects.filter(entry=entry).order_by("pk")
        givers = [[line.item_id, line.amount] for line in lines if line.account == "customer_credit"]
        origin = entry.source if entry.source.startswith("payment:") else ""
        for line in lines:
            wanted = -line.amount if line.account == "receivable" else 0
            while wanted:
                part = min(givers[0][1], wanted)
                application.objects.create(
                    entry=entry, credit_id=givers[0][0], debt_id=line.item_id, amount=part, origin=origin
                )
                givers[0][1] -= part
                wanted -= part
                if not givers[0][1]:
                    givers.pop(0)


MOVES = {
    "opened": (
        "cancelled",
        "capturing",
        "expired",
        "failed",
        "pending",
        "settled",
        "voiding",
    ),
    "pending": (
        "cancelled",
        "capturing",
        "failed",
        "settled",
        "voiding",
    ),
    "capturing": (
        "cancelled",
        "settled",
    ),
    "voiding": (
        "cancelled",
        "settled",
    ),
    "cancelled": ("settled",),
    "failed": ("settled",),
    "expired": (
        "capturing",
        "pending",
        "settled",
        "voiding",
    ),
}


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_know_every_way_to_pay")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunPython(note_applications, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="allocation",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.entry"
            ),
        ),
        migrations.RunSQL(guard_sql("payments_attempt", MOVES), migrations.RunSQL.noop),
        *(migrations.RunSQL(immutable_sql(table), mutable_sql(table)) for table in APPEND_ONLY),
        migrations.RunSQL(
            "DROP VIEW report_payment;" + VIEWS,
            "DROP VIEW report_payment; DROP VIEW report_allocation; DROP VIEW report_return;" + OLD_VIEW,
        ),
    ]
