-- What the database itself does here, as it is now; the migrations brought it there.

-- What a customer was sent stays as it was: a change of the order makes another revision.
CREATE FUNCTION invoices_revision_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'invoices_revision is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER invoices_revision_append_only BEFORE UPDATE OR DELETE ON invoices_revision
    FOR EACH ROW EXECUTE FUNCTION invoices_revision_is_append_only();
CREATE TRIGGER invoices_revision_no_truncate BEFORE TRUNCATE ON invoices_revision
    FOR EACH STATEMENT EXECUTE FUNCTION invoices_revision_is_append_only();

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
