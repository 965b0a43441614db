"""The database knows the dispute's allowed moves too, and shows it to reports."""

from django.db import migrations

from florin.kernel.frozen import guard_sql

VIEW = """
    CREATE VIEW report_dispute AS
    SELECT dispute.id AS dispute_id, dispute.company_id, dispute.payment_id, payment.number AS payment_number,
           dispute.reference, dispute.reason, dispute.currency, dispute.amount AS amount_minor,
           dispute.held AS held_minor, dispute.fee AS fee_minor, dispute.state, dispute.opened_at,
           dispute.due_by, dispute.closed_at
    FROM disputes_dispute dispute JOIN payments_payment payment ON payment.id = dispute.payment_id;
    COMMENT ON VIEW report_dispute IS 'One row per dispute; held_minor is what the processor keeps back now.';
"""


MOVES = {
    "inquiry": (
        "appealable",
        "appealed",
        "closed",
        "lost",
        "needs_response",
        "under_review",
        "won",
    ),
    "needs_response": (
        "appealable",
        "appealed",
        "lost",
        "under_review",
        "won",
    ),
    "under_review": (
        "appealable",
        "appealed",
        "lost",
        "needs_response",
        "won",
    ),
    "won": (
        "appealable",
        "appealed",
        "lost",
    ),
    "lost": (
        "appealable",
        "appealed",
        "won",
    ),
    "appealable": (
        "appealed",
        "lost",
        "won",
    ),
    "appealed": (
        "appealable",
        "lost",
        "won",
    ),
    "closed": ("needs_response",),
}


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_make_tables")]

    operations = [
        migrations.RunSQL(
            guard_sql("disputes_dispute", MOVES),
            "DROP TRIGGER disputes_dispute_state_guard ON disputes_dispute; DROP FUNCTION disputes_dispute_state_guard()",
        ),
        migrations.RunSQL(VIEW, "DROP VIEW report_dispute"),
    ]
