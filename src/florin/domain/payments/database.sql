-- What the database itself does here, as it is now; the migrations brought it there.

-- Where the money of a payment stands is the sum of its allocations; a correction is one more row.
CREATE FUNCTION payments_allocation_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payments_allocation is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER payments_allocation_append_only BEFORE UPDATE OR DELETE ON payments_allocation
    FOR EACH ROW EXECUTE FUNCTION payments_allocation_is_append_only();
CREATE TRIGGER payments_allocation_no_truncate BEFORE TRUNCATE ON payments_allocation
    FOR EACH STATEMENT EXECUTE FUNCTION payments_allocation_is_append_only();

-- What came in is never changed and never deleted, but for what the processor keeps of it, which it may tell
-- later, once.
CREATE FUNCTION payments_payment_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.fee IS NOT NULL
       OR (to_jsonb(OLD) - 'fee') IS DISTINCT FROM (to_jsonb(NEW) - 'fee') THEN
        RAISE EXCEPTION 'a payment is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_payment_final BEFORE UPDATE OR DELETE ON payments_payment
    FOR EACH ROW EXECUTE FUNCTION payments_payment_is_final();

-- What a bank took back stays on the record, once per payment.
CREATE FUNCTION payments_return_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payments_return is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER payments_return_append_only BEFORE UPDATE OR DELETE ON payments_return
    FOR EACH ROW EXECUTE FUNCTION payments_return_is_append_only();
CREATE TRIGGER payments_return_no_truncate BEFORE TRUNCATE ON payments_return
    FOR EACH STATEMENT EXECUTE FUNCTION payments_return_is_append_only();

-- Who took a recorded payment back, and why, is evidence.
CREATE FUNCTION payments_reversal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payments_reversal is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER payments_reversal_append_only BEFORE UPDATE OR DELETE ON payments_reversal
    FOR EACH ROW EXECUTE FUNCTION payments_reversal_is_append_only();
CREATE TRIGGER payments_reversal_no_truncate BEFORE TRUNCATE ON payments_reversal
    FOR EACH STATEMENT EXECUTE FUNCTION payments_reversal_is_append_only();

CREATE VIEW report_payment AS
SELECT payment.id AS payment_id, payment.company_id, payment.customer_id, payment.number, payment.method,
       payment.currency, payment.amount AS gross_minor, payment.fee AS fee_minor,
       payment.amount - payment.fee AS net_minor, payment.received_at, payment.reference,
       attempt.id AS attempt_id, attempt.link_id, attempt.reference AS session_reference,
       part.item_id, item.kind AS item_kind, item.number AS item_number, part.amount AS allocated_minor,
       part.balance_after AS balance_after_minor, payment.account AS processor_account, payment.received_by
FROM payments_payment payment
JOIN payments_allocation part ON part.payment_id = payment.id
JOIN ledger_entry entry ON entry.id = part.entry_id AND entry.kind = 'payment'
JOIN ledger_item item ON item.id = part.item_id
LEFT JOIN attempts_attempt attempt ON attempt.id = payment.attempt_id;
COMMENT ON VIEW report_payment IS
    'One row per allocation of a payment as it came in; a payment''s allocations sum to gross_minor.';

CREATE VIEW report_allocation AS
SELECT part.id AS allocation_id, payment.company_id, payment.id AS payment_id, payment.number,
       entry.id AS entry_id, entry.kind, entry.posted_at, part.item_id, item.kind AS item_kind,
       item.number AS item_number, payment.currency, part.amount AS amount_minor,
       part.balance_after AS balance_after_minor
FROM payments_allocation part
JOIN payments_payment payment ON payment.id = part.payment_id
JOIN ledger_entry entry ON entry.id = part.entry_id
JOIN ledger_item item ON item.id = part.item_id;
COMMENT ON VIEW report_allocation IS
    'One row per move of a payment''s money to (positive) or from an item; the sum is where it stands.';

CREATE VIEW report_return AS
SELECT back.id AS return_id, payment.company_id, payment.id AS payment_id, payment.number, payment.currency,
       payment.amount AS amount_minor, back.code, back.reason, back.reference, back.returned_at, back.marked_by
FROM payments_return back JOIN payments_payment payment ON payment.id = back.payment_id;
COMMENT ON VIEW report_return IS 'One row per payment that its bank took back.';
