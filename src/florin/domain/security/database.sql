-- What the database itself does here, as it is now; the migrations brought it there.

-- Nobody wipes their traces. Events of one kind within an hour are counted in one row, so its count may grow;
-- and what is a year old may go, for longer we do not keep who signed in from where.
CREATE FUNCTION security_securityevent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.hour IS NOT NULL AND NEW.count > OLD.count
        AND to_jsonb(NEW) - 'count' - 'last_at' = to_jsonb(OLD) - 'count' - 'last_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'security_securityevent is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER security_securityevent_append_only BEFORE UPDATE OR DELETE ON security_securityevent
    FOR EACH ROW EXECUTE FUNCTION security_securityevent_is_append_only();
CREATE TRIGGER security_securityevent_no_truncate BEFORE TRUNCATE ON security_securityevent
    FOR EACH STATEMENT EXECUTE FUNCTION security_securityevent_is_append_only();
