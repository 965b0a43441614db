"""The database knows the attempt's allowed moves, keeps payments unchanged, and shows them to reports."""

from django.db import migrations

from florin.kernel.frozen import guard_sql, immutable_sql, mutable_sql

# A payment is written once; only its fee may become known later.
PAYMENT_IS_FINAL = """
    CREATE FUNCTION payments_payment_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' OR OLD.fee IS NOT NULL
           OR (to_jsonb(OLD) - 'fee') IS DISTINCT FROM (to_jsonb(NEW) - 'fee') THEN
            RAISE EXCEPTION 'a payment is never changed' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER payments_payment_final BEFORE UPDATE OR DELETE ON payments_payment
        FOR EACH ROW EXECUTE FUNCTION payments_payment_is_final();
"""

VIEWS = """
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
    COMMENT ON VIEW report_payment IS
        'One row per allocation of a payment; the allocations of a payment sum to gross_minor.';

    CREATE VIEW report_notice AS
    SELECT id AS notice_id, gateway, event, kind, received_at, handled_at, outcome FROM payments_processornotice;
    COMMENT ON VIEW report_notice IS 'One row per notice of the processor, by its event id.';
"""


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
    dependencies = [("payments", "0001_make_tables")]

    operations = [
        migrations.RunSQL(
            guard_sql("payments_attempt", MOVES),
            "DROP TRIGGER payments_attempt_state_guard ON payments_attempt;"
            "DROP FUNCTION payments_attempt_state_guard()",
        ),
        migrations.RunSQL(immutable_sql("payments_allocation"), mutable_sql("payments_allocation")),
        migrations.RunSQL(
            PAYMENT_IS_FINAL,
            "DROP TRIGGER payments_payment_final ON payments_payment; DROP FUNCTION payments_payment_is_final()",
        ),
        migrations.RunSQL(VIEWS, "DROP VIEW report_payment; DROP VIEW report_notice"),
    ]
