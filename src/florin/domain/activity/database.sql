-- What the database itself does here, as it is now; the migrations brought it there.

-- The timeline is evidence: what happened is told once, and not told otherwise later.
CREATE FUNCTION activity_activity_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'activity_activity is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER activity_activity_append_only BEFORE UPDATE OR DELETE ON activity_activity
    FOR EACH ROW EXECUTE FUNCTION activity_activity_is_append_only();
CREATE TRIGGER activity_activity_no_truncate BEFORE TRUNCATE ON activity_activity
    FOR EACH STATEMENT EXECUTE FUNCTION activity_activity_is_append_only();

CREATE VIEW report_activity AS
SELECT id AS activity_id, company_id, at, kind, actor, about, subjects FROM activity_activity;
COMMENT ON VIEW report_activity IS 'One row per event; subjects holds the keys of the objects it touched.';
