"""The database knows the order's allowed moves too."""

from django.db import migrations

from florin.domain.orders.lifecycle import ORDER
from florin.kernel.database import sql


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_make_tables")]

    operations = [
        sql(
            ORDER.guard_sql("orders_order"),
            "DROP TRIGGER orders_order_state_guard ON orders_order; DROP FUNCTION orders_order_state_guard()",
        ),
    ]
