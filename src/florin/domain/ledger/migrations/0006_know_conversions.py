"""Entries and accounts know money that the processor converted into another currency."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_let_void_numbers_come_again"),
    ]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("invoice", "Invoice"),
                    ("revision", "Invoice revision"),
                    ("void", "Void"),
                    ("credit", "Credit"),
                    ("payment", "Payment"),
                    ("fee", "Processing fee"),
                    ("apply", "Credit applied"),
                    ("unapply", "Taken back from an invoice"),
                    ("discount", "Discount for early payment"),
                    ("refund", "Refund"),
                    ("refund_failed", "Refund came back"),
                    ("return", "Payment returned"),
                    ("undo", "Payment undone"),
                    ("dispute", "Dispute opened"),
                    ("dispute_won", "Dispute won"),
                    ("dispute_lost", "Dispute lost"),
                    ("payout", "Payout"),
                    ("payout_failed", "Payout came back"),
                    ("adjustment", "Adjustment by the processor"),
                    ("exchange", "Converted by the processor"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="line",
            name="account",
            field=models.CharField(
                choices=[
                    ("receivable", "Accounts receivable"),
                    ("customer_credit", "Customer credit"),
                    ("sales", "Sales"),
                    ("processor", "Processor clearing"),
                    ("disputed", "Held in disputes"),
                    ("bank", "Bank and cash"),
                    ("fees", "Processing fees"),
                    ("discounts", "Discounts for early payment"),
                    ("adjustments", "Adjustments"),
                    ("exchange", "Currency exchange"),
                ],
                max_length=16,
            ),
        ),
    ]
