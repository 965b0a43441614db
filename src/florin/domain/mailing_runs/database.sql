-- What the database itself does here, as it is now; the migrations brought it there.

-- The moves of lifecycle.py, also for who has a console.
CREATE FUNCTION mailing_runs_runitem_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('queued', 'failed'), ('queued', 'sent'), ('queued', 'skipped')
    ) THEN
        RAISE EXCEPTION 'mailing_runs_runitem: % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mailing_runs_runitem_state_guard BEFORE UPDATE OF state ON mailing_runs_runitem
    FOR EACH ROW EXECUTE FUNCTION mailing_runs_runitem_state_guard();
