"""What an invoice said stays said; and the view for reports."""

from django.db import migrations

from florin.kernel.frozen import immutable_sql, mutable_sql

VIEW = """
    CREATE VIEW report_invoice AS
    SELECT invoice.id AS invoice_id, invoice.company_id, invoice.customer_id, customer.number AS customer_number,
           customer.name AS customer_name, invoice.number, orders.number AS order_number, orders.po_number,
           invoice.issued_on, invoice.due_on, invoice.currency, invoice.total AS total_minor,
           item.balance AS balance_minor, invoice.revision, invoice.void
    FROM invoices_invoice invoice
    JOIN ledger_item item ON item.id = invoice.item_id
    JOIN customers_customer customer ON customer.id = invoice.customer_id
    JOIN orders_order orders ON orders.id = invoice.order_id;
    COMMENT ON VIEW report_invoice IS
        'One row per invoice with its latest revision; balance_minor is what is owed on it now.';
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_make_tables"), ("ledger", "0002_make_books_append_only")]

    operations = [
        migrations.RunSQL(immutable_sql("invoices_revision"), mutable_sql("invoices_revision")),
        migrations.RunSQL(VIEW, "DROP VIEW report_invoice"),
    ]
