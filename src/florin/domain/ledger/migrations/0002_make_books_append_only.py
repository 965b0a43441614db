"""The laws of the books, held by the database itself."""

from django.db import migrations

from florin.kernel.frozen import immutable_sql, mutable_sql

# Lines join an entry only in the transaction that made it, and an entry's time is the database's.
ENTRY_IS_SEALED = """
    CREATE FUNCTION ledger_entry_takes_the_databases_time() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.posted_at := now();
        RETURN NEW;
    END $$;
    CREATE TRIGGER ledger_entry_time BEFORE INSERT ON ledger_entry
        FOR EACH ROW EXECUTE FUNCTION ledger_entry_takes_the_databases_time();

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
"""

# Checked when the transaction commits: whatever was posted sums to zero, and something was posted.
ENTRY_BALANCES = """
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
"""

# The balance of an item follows its lines, in the same statement; nothing else may move it.
BALANCE_FOLLOWS = """
    CREATE FUNCTION ledger_item_follows_its_lines() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE ledger_item item SET balance = item.balance + moved.amount
        FROM (SELECT item_id, sum(amount) AS amount FROM fresh WHERE item_id IS NOT NULL GROUP BY item_id) moved
        WHERE item.id = moved.item_id;
        RETURN NULL;
    END $$;
    CREATE TRIGGER ledger_line_moves_balance AFTER INSERT ON ledger_line
        REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_item_follows_its_lines();

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
    CREATE FUNCTION ledger_item_begins_empty() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a balance follows its lines; it is never set'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$;
    CREATE TRIGGER ledger_item_begins_empty BEFORE INSERT ON ledger_item
        FOR EACH ROW WHEN (NEW.balance <> 0) EXECUTE FUNCTION ledger_item_begins_empty();
"""

UNDO = """
    DROP TRIGGER ledger_item_begins_empty ON ledger_item;
    DROP FUNCTION ledger_item_begins_empty();
    DROP TRIGGER ledger_item_balance_guard ON ledger_item;
    DROP FUNCTION ledger_item_balance_is_derived();
    DROP TRIGGER ledger_line_moves_balance ON ledger_line;
    DROP FUNCTION ledger_item_follows_its_lines();
    DROP TRIGGER ledger_entry_balance ON ledger_entry;
    DROP FUNCTION ledger_entry_balances();
    DROP TRIGGER ledger_line_seal ON ledger_line;
    DROP FUNCTION ledger_entry_is_sealed();
    DROP TRIGGER ledger_entry_time ON ledger_entry;
    DROP FUNCTION ledger_entry_takes_the_databases_time();
"""

VIEW = """
    CREATE VIEW report_entry AS
    SELECT line.id AS line_id, entry.id AS entry_id, entry.company_id, entry.kind, entry.source, entry.key,
           entry.date, entry.posted_at, entry.posted_by, line.account, line.amount AS amount_minor,
           line.currency, line.customer_id, line.item_id, item.kind AS item_kind, item.number AS item_number
    FROM ledger_entry entry
    JOIN ledger_line line ON line.entry_id = entry.id
    LEFT JOIN ledger_item item ON item.id = line.item_id;
    COMMENT ON VIEW report_entry IS
        'One row per ledger line; amount_minor is in minor units of currency, positive into the account.';
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_make_tables")]

    operations = [
        migrations.RunSQL(immutable_sql("ledger_entry"), mutable_sql("ledger_entry")),
        migrations.RunSQL(immutable_sql("ledger_line"), mutable_sql("ledger_line")),
        migrations.RunSQL(ENTRY_IS_SEALED + ENTRY_BALANCES + BALANCE_FOLLOWS, UNDO),
        migrations.RunSQL(VIEW, "DROP VIEW report_entry"),
    ]
