"""Movements keep what the processor converted: how much of which currency, and its rate."""

from django.db import migrations, models

_BEFORE = """
    SELECT move.id AS movement_id, move.company_id, move.gateway, move.account AS processor_account,
           move.reference, move.kind, move.currency, move.gross AS gross_minor, move.fee AS fee_minor,
           move.net AS net_minor, move.at, move.source, move.payment_id, move.refund_id, move.dispute_id,
           move.payout_id, move.attempt_id, move.is_pending
"""
_VIEW = f"""
    CREATE OR REPLACE VIEW report_movement AS {_BEFORE}, move.presented AS presented_minor,
           move.presented_currency, move.exchange_rate
    FROM payouts_movement move;
"""
_BACK = f"""
    DROP VIEW report_movement;
    CREATE VIEW report_movement AS {_BEFORE} FROM payouts_movement move;
    COMMENT ON VIEW report_movement IS
        'One row per line of the processor''s account; the movements of a payout sum to its amount.';
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0006_take_long_references")]

    operations = [
        migrations.AddField(
            model_name="movement",
            name="exchange_rate",
            field=models.DecimalField(decimal_places=10, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name="movement",
            name="presented",
            field=models.BigIntegerField(help_text="The gross amount as the payer paid it.", null=True),
        ),
        migrations.AddField(
            model_name="movement",
            name="presented_currency",
            field=models.CharField(blank=True, max_length=3),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("exchange_rate__isnull", True),
                        ("presented__isnull", True),
                        ("presented_currency", ""),
                    ),
                    models.Q(
                        ("exchange_rate__gt", 0),
                        ("presented__isnull", False),
                        models.Q(("presented_currency__in", ["", models.F("currency")]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="movement_converted_or_not",
            ),
        ),
        migrations.RunSQL(_VIEW, _BACK),
    ]
