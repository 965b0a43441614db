"""Orders by the hundred thousand, written straight into the tables that the screens read."""

from django.db import connection, transaction

from bench import shop
from florin.domain.invoices.models import Invoice
from florin.domain.staff.models import User

_CUSTOMERS = 2000

# Of every ten orders one is a draft, two are open, one is open in part; the rest are paid.
_PLAN = """
    CREATE TEMPORARY TABLE bench_trade ON COMMIT DROP AS
    SELECT n, n % 10 AS kind, gen_random_uuid() AS item, gen_random_uuid() AS invoice,
        uuidv7('-1 day'::interval + n * '10 ms'::interval) AS "order", customer.key AS customer,
        current_date - ({many} - n)::int / {a_day} AS day, 10000 + n::bigint * 7919 % 90000 AS total
    FROM generate_series(1, {many}) AS n
    JOIN (
        SELECT place, gen_random_uuid() AS key FROM generate_series(0, {customers} - 1) AS place
    ) AS customer ON place = n * 7 % {customers}
"""

# Each row is a copy of the pattern's but for what is named here, whatever columns a table has.
_COPY = """
    INSERT INTO {table}
    SELECT fresh.* FROM bench_trade AS plan, {table} AS pattern,
        LATERAL jsonb_populate_record(pattern, jsonb_build_object({changes})) AS fresh
    WHERE pattern.id = '{pattern}' AND {which}
"""
_CUSTOMER = """'id', plan.customer, 'number', 'T-' || plan.n, 'name',
    'Corner Florist ' || plan.n || CASE plan.n % 9 WHEN 0 THEN ' Rosewood' ELSE '' END"""
_ORDER = """'id', plan.order, 'customer_id', plan.customer, 'number', 'TO-' || plan.n,
    'po_number', 'PO-' || plan.n * 3, 'ordered_on', plan.day, 'total', plan.total,
    'state', CASE plan.kind WHEN 4 THEN 'draft' ELSE 'confirmed' END"""
_ITEM = """'id', plan.item, 'customer_id', plan.customer, 'number', 'TI-' || plan.n,
    'opened_on', plan.day, 'due_on', plan.day + 30, 'balance', CASE plan.kind
    WHEN 0 THEN plan.total WHEN 1 THEN plan.total WHEN 2 THEN plan.total / 2 ELSE 0 END"""
_INVOICE = """'id', plan.invoice, 'customer_id', plan.customer, 'order_id', plan.order, 'item_id', plan.item,
    'number', 'TI-' || plan.n, 'issued_on', plan.day, 'due_on', plan.day + 30, 'total', plan.total"""


def write(owner: User, many: int) -> None:
    """Give a company so many orders over three years, their invoices and items, and customers for them.

    The books' triggers would take most of the time and are not measured here, so they sleep meanwhile.
    """
    link = shop.links(owner, 1)[0]
    pattern = Invoice.objects.get(customer=link.customer_id)
    tables = (
        ("customers_customer", _CUSTOMER, pattern.customer_id, f"plan.n <= {_CUSTOMERS}"),
        ("orders_order", _ORDER, pattern.order_id, "true"),
        ("ledger_item", _ITEM, pattern.item_id, "plan.kind <> 4"),
        ("invoices_invoice", _INVOICE, pattern.pk, "plan.kind <> 4"),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL work_mem = '128MB'")
        cursor.execute(_PLAN.format(many=many, customers=_CUSTOMERS, a_day=max(many // 1000, 1)))
        for table, changes, key, which in tables:
            cursor.execute(_COPY.format(table=table, changes=changes, pattern=key, which=which))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
