"""The database knows the refund's allowed moves too, and shows it to reports."""

from django.db import migrations

from florin.kernel.frozen import guard_sql

VIEW = """
    CREATE VIEW report_refund AS
    SELECT refund.id AS refund_id, refund.company_id, refund.customer_id, refund.payment_id,
           payment.number AS payment_number, refund.number, refund.currency, refund.amount AS amount_minor,
           refund.fee_returned AS fee_returned_minor, refund.state, refund.reason, refund.failure,
           refund.reference, refund.is_outside AS outside, refund.requested_at, refund.requested_by,
           refund.credit_id AS credit_item_id
    FROM refunds_refund refund JOIN payments_payment payment ON payment.id = refund.payment_id;
    COMMENT ON VIEW report_refund IS 'One row per refund; failed ones moved no money in the end.';
"""


MOVES = {
    "requested": (
        "failed",
        "pending",
        "succeeded",
    ),
    "pending": (
        "failed",
        "succeeded",
    ),
    "succeeded": ("failed",),
}


class Migration(migrations.Migration):
    dependencies = [("refunds", "0001_make_tables")]

    operations = [
        migrations.RunSQL(
            guard_sql("refunds_refund", MOVES),
            "DROP TRIGGER refunds_refund_state_guard ON refunds_refund; DROP FUNCTION refunds_refund_state_guard()",
        ),
        migrations.RunSQL(VIEW, "DROP VIEW report_refund"),
    ]
