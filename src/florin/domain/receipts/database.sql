-- What the database itself does here, as it is now; the migrations brought it there.

-- The payer has it in writing.
CREATE FUNCTION receipts_receipt_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'receipts_receipt is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER receipts_receipt_append_only BEFORE UPDATE OR DELETE ON receipts_receipt
    FOR EACH ROW EXECUTE FUNCTION receipts_receipt_is_append_only();
CREATE TRIGGER receipts_receipt_no_truncate BEFORE TRUNCATE ON receipts_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION receipts_receipt_is_append_only();
