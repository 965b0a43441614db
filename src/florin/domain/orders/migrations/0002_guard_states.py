"""The database knows the order's allowed moves too."""

from django.db import migrations

from florin.kernel.frozen import guard_sql

MOVES = {
    "draft": (
        "confirmed",
        "void",
    ),
    "confirmed": ("void",),
}


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_make_tables")]

    operations = [
        migrations.RunSQL(
            guard_sql("orders_order", MOVES),
            "DROP TRIGGER orders_order_state_guard ON orders_order; DROP FUNCTION orders_order_state_guard()",
        ),
    ]
