-- What the database itself does here, as it is now; the migrations brought it there.

-- An entry is corrected by another one, never by an UPDATE: an auditor sees both.
CREATE FUNCTION ledger_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger_entry is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_append_only();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_is_append_only();

-- The same for its lines; a line that moved would also leave the balance of its item behind.
CREATE FUNCTION ledger_line_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger_line is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_line_append_only BEFORE UPDATE OR DELETE ON ledger_line
    FOR EACH ROW EXECUTE FUNCTION ledger_line_is_append_only();
CREATE TRIGGER ledger_line_no_truncate BEFORE TRUNCATE ON ledger_line
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_line_is_append_only();

-- When something was posted is not for the caller to say; the seal below compares this time.
CREATE FUNCTION ledger_entry_takes_the_databases_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.posted_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_time BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_takes_the_databases_time();

-- An entry takes lines only in the transaction that made it: now() is when a transaction began, so it is
-- another one afterwards. And a line must agree with its item, or one customer's money could pay another's
-- debt. Once per statement, for an import inserts thousands of lines.
CREATE FUNCTION ledger_entry_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh JOIN ledger_entry entry ON entry.id = fresh.entry_id WHERE entry.posted_at <> now()
    ) THEN
        RAISE EXCEPTION 'an entry takes no lines after its transaction'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT FROM fresh
        JOIN ledger_item item ON item.id = fresh.item_id
        JOIN ledger_entry entry ON entry.id = fresh.entry_id
        WHERE (item.currency, item.customer_id, item.company_id)
            IS DISTINCT FROM (fresh.currency, fresh.customer_id, entry.company_id)
    ) THEN
        RAISE EXCEPTION 'a line is in the currency, of the customer and of the company of its item'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_line_seal AFTER INSERT ON ledger_line
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_is_sealed();

-- Double entry: whatever is posted sums to zero in each currency, and something was posted. Deferred to the
-- commit, for an entry is there before its lines are.
CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_line WHERE entry_id = NEW.id)
       OR EXISTS (
           SELECT FROM ledger_line WHERE entry_id = NEW.id GROUP BY currency HAVING sum(amount) <> 0
       ) THEN
        RAISE EXCEPTION 'ledger entry % does not balance', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balance AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();

-- The balance of an item follows its lines in the same statement: no reader sees one without the other.
-- The UPDATE locks the item, so two transactions that move one balance wait for each other.
CREATE FUNCTION ledger_item_follows_its_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_item item SET balance = item.balance + moved.amount
    FROM (SELECT item_id, sum(amount) AS amount FROM fresh WHERE item_id IS NOT NULL GROUP BY item_id) moved
    WHERE item.id = moved.item_id;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_line_moves_balance AFTER INSERT ON ledger_line
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_item_follows_its_lines();

-- Nobody else sets a balance: only a trigger, which is what a depth of 2 means, may.
CREATE FUNCTION ledger_item_balance_is_derived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'a balance follows its lines; it is never set'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_item_balance_guard BEFORE UPDATE OF balance ON ledger_item
    FOR EACH ROW WHEN (OLD.balance <> NEW.balance) EXECUTE FUNCTION ledger_item_balance_is_derived();

-- The same for a new item: whatever it is worth comes by a line.
CREATE FUNCTION ledger_item_begins_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a balance follows its lines; it is never set'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_item_begins_empty BEFORE INSERT ON ledger_item
    FOR EACH ROW WHEN (NEW.balance <> 0) EXECUTE FUNCTION ledger_item_begins_empty();

-- What was applied to what is a fact of its day; taking it back is a row of its own.
CREATE FUNCTION ledger_application_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger_application is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_application_append_only BEFORE UPDATE OR DELETE ON ledger_application
    FOR EACH ROW EXECUTE FUNCTION ledger_application_is_append_only();
CREATE TRIGGER ledger_application_no_truncate BEFORE TRUNCATE ON ledger_application
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_application_is_append_only();

CREATE VIEW report_entry AS
SELECT line.id AS line_id, entry.id AS entry_id, entry.company_id, entry.kind, entry.source, entry.key,
       entry.date, entry.posted_at, entry.posted_by, line.account, line.amount AS amount_minor,
       line.currency, line.customer_id, line.item_id, item.kind AS item_kind, item.number AS item_number
FROM ledger_entry entry
JOIN ledger_line line ON line.entry_id = entry.id
LEFT JOIN ledger_item item ON item.id = line.item_id;
COMMENT ON VIEW report_entry IS
    'One row per ledger line; amount_minor is in minor units of currency, positive into the account.';
