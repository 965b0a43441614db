"""A bank debit is in the processor's account days before it is a payment, or fails."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_COLUMNS = """
    SELECT move.id AS movement_id, move.company_id, move.gateway, move.account AS processor_account,
           move.reference, move.kind, move.currency, move.gross AS gross_minor, move.fee AS fee_minor,
           move.net AS net_minor, move.at, move.source, move.payment_id, move.refund_id, move.dispute_id,
           move.payout_id
"""
_COMMENT = """
    COMMENT ON VIEW report_movement IS
        'One row per line of the processor''s account; the movements of a payout sum to its amount.';
"""
_VIEW = f"""
    CREATE OR REPLACE VIEW report_movement AS {_COLUMNS}, move.attempt_id, move.is_pending
    FROM payouts_movement move;
"""
_BACK = f"""
    DROP VIEW report_movement;
    CREATE VIEW report_movement AS {_COLUMNS} FROM payouts_movement move;
    {_COMMENT}
"""
_KINDS = (
    *("payment", "payment_reversed", "refund", "refund_failed", "dispute", "dispute_won"),
    *("payout", "payout_failed", "fee", "other"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0010_know_notices_of_payouts"),
        ("payouts", "0003_compare_balances"),
    ]

    operations = [
        migrations.AddField(
            model_name="movement",
            name="about",
            field=models.CharField(blank=True, help_text="The processor's payment.", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="movement",
            name="attempt",
            field=models.ForeignKey(
                help_text="Of a debit under way, or failed.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.attempt",
            ),
        ),
        migrations.AddField(
            model_name="movement", name="is_pending", field=models.BooleanField(default=False)
        ),
        migrations.AlterField(
            model_name="movement",
            name="kind",
            field=models.CharField(choices=[(kind, kind) for kind in _KINDS], max_length=16),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["company"], name="movement_pending", condition=Q(is_pending=True)),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=Q(is_pending=False) | Q(payment__isnull=True, attempt__isnull=False),
                name="movement_pending_or_paid",
            ),
        ),
        migrations.RunSQL(_VIEW, _BACK),
    ]
