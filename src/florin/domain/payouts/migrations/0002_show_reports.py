"""The processor's account of our money, for reports."""

from django.db import migrations

VIEWS = """
    CREATE VIEW report_payout AS
    SELECT id AS payout_id, company_id, gateway, account AS processor_account, reference, currency,
           amount AS amount_minor, state, arrives_on, made_at
    FROM payouts_payout;
    COMMENT ON VIEW report_payout IS 'One row per payout to the company''s bank.';

    CREATE VIEW report_movement AS
    SELECT move.id AS movement_id, move.company_id, move.gateway, move.account AS processor_account,
           move.reference, move.kind, move.currency, move.gross AS gross_minor, move.fee AS fee_minor,
           move.net AS net_minor, move.at, move.source, move.payment_id, move.refund_id, move.dispute_id,
           move.payout_id
    FROM payouts_movement move;
    COMMENT ON VIEW report_movement IS
        'One row per line of the processor''s account; the movements of a payout sum to its amount.';
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_make_tables")]

    operations = [migrations.RunSQL(VIEWS, "DROP VIEW report_payout; DROP VIEW report_movement")]
