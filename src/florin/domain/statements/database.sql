-- What the database itself does here, as it is now; the migrations brought it there.

-- Who was sent a statement, and when, is evidence.
CREATE FUNCTION statements_sending_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'statements_sending is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER statements_sending_append_only BEFORE UPDATE OR DELETE ON statements_sending
    FOR EACH ROW EXECUTE FUNCTION statements_sending_is_append_only();
CREATE TRIGGER statements_sending_no_truncate BEFORE TRUNCATE ON statements_sending
    FOR EACH STATEMENT EXECUTE FUNCTION statements_sending_is_append_only();

-- What a customer was told to owe on a day stays as it was told.
CREATE FUNCTION statements_statement_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'statements_statement is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER statements_statement_append_only BEFORE UPDATE OR DELETE ON statements_statement
    FOR EACH ROW EXECUTE FUNCTION statements_statement_is_append_only();
CREATE TRIGGER statements_statement_no_truncate BEFORE TRUNCATE ON statements_statement
    FOR EACH STATEMENT EXECUTE FUNCTION statements_statement_is_append_only();
