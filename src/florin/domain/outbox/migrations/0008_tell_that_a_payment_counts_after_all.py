from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0007_tell_of_every_way_of_money"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("invoice", "Invoice"),
                    ("invoices", "Several invoices"),
                    ("statement", "Statement"),
                    ("payment_received", "Payment confirmation to the payer"),
                    ("payment_notice", "Payment confirmation to the company"),
                    ("not_charged", "Nothing was charged"),
                    ("payment_initiated", "Bank payment under way, to the payer"),
                    ("initiated_notice", "Bank payment under way, to the company"),
                    ("payment_failed", "Bank payment failed, to the payer"),
                    ("failed_notice", "Bank payment failed, to the company"),
                    ("payment_returned", "Payment returned, to the payer"),
                    ("returned_notice", "Payment returned, to the company"),
                    ("payment_regained", "Payment counts after all, to the payer"),
                    ("refund_initiated", "Refund initiated, to the payer"),
                    ("refund_notice", "Refund initiated, to the company"),
                    ("refund_failed", "Refund came back, to the payer"),
                    ("refund_failed_notice", "Refund came back, to the company"),
                    ("dispute_notice", "Dispute, to the company"),
                    ("account_notice", "Payments account, to the company"),
                    ("settlement_report", "Settlement report"),
                ],
                max_length=24,
            ),
        ),
    ]
