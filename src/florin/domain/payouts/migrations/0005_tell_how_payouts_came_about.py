"""Payouts know how they came about, and whether the processor tells of what they consist."""

from django.db import migrations, models

KINDS = [
    ("unknown_payment", "Payment that is not ours"),
    ("missing_payment", "Payment that the processor does not have"),
    ("amount", "Different amount"),
    ("currency", "Different currency"),
    ("state", "Different state"),
    ("fee", "Different fee"),
    ("refund", "Refund"),
    ("dispute", "Dispute"),
    ("payout", "Payout that does not add up"),
    ("balance", "Different balance"),
    ("other", "Other movement"),
    ("unread", "Could not be looked at"),
]
VIEW = """
    CREATE OR REPLACE VIEW report_payout AS
    SELECT id AS payout_id, company_id, gateway, account AS processor_account, reference, currency,
           amount AS amount_minor, state, arrives_on, made_at, way, itemised
    FROM payouts_payout
"""
BEFORE = """
    DROP VIEW report_payout;
    CREATE VIEW report_payout AS
    SELECT id AS payout_id, company_id, gateway, account AS processor_account, reference, currency,
           amount AS amount_minor, state, arrives_on, made_at
    FROM payouts_payout;
    COMMENT ON VIEW report_payout IS 'One row per payout to the company''s bank.';
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0004_keep_debits_under_way")]

    operations = [
        migrations.AddField(
            model_name="payout",
            name="itemised",
            field=models.CharField(
                choices=[("yes", "yes"), ("not_yet", "not_yet"), ("never", "never")],
                default="yes",
                help_text="Whether the processor tells of which movements it consists.",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="payout",
            name="way",
            field=models.CharField(
                blank=True,
                choices=[("automatic", "automatic"), ("manual", "manual"), ("instant", "instant")],
                default="",
                help_text="Empty for one of long ago, when we did not ask.",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="difference",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=20),
        ),
        migrations.AlterField(
            model_name="difference",
            name="theirs",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.RunSQL(VIEW, BEFORE),
    ]
