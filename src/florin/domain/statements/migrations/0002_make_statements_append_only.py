"""What a statement says stays said, and to whom it was sent stays recorded."""

from django.db import migrations

from florin.kernel.database import immutable_sql, mutable_sql, sql


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_make_tables")]

    operations = [
        sql(immutable_sql("statements_statement"), mutable_sql("statements_statement")),
        sql(immutable_sql("statements_sending"), mutable_sql("statements_sending")),
    ]
