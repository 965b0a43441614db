"""What a statement says stays said, and to whom it was sent stays recorded."""

from django.db import migrations

from florin.kernel.frozen import immutable_sql, mutable_sql


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_make_tables")]

    operations = [
        migrations.RunSQL(immutable_sql("statements_statement"), mutable_sql("statements_statement")),
        migrations.RunSQL(immutable_sql("statements_sending"), mutable_sql("statements_sending")),
    ]
