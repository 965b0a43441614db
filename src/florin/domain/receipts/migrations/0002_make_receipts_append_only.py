"""What a receipt says stays said."""

from django.db import migrations

from florin.kernel.frozen import immutable_sql, mutable_sql


class Migration(migrations.Migration):
    dependencies = [("receipts", "0001_make_tables")]

    operations = [migrations.RunSQL(immutable_sql("receipts_receipt"), mutable_sql("receipts_receipt"))]
