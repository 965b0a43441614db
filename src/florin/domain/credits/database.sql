-- What the database itself does here, as it is now; the migrations brought it there.

-- The moves of lifecycle.py, also for who has a console.
CREATE FUNCTION credits_credit_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'submitted'), ('draft', 'void'),
        ('submitted', 'approved'), ('submitted', 'draft'), ('submitted', 'rejected'),
        ('approved', 'void'),
        ('rejected', 'draft')
    ) THEN
        RAISE EXCEPTION 'credits_credit: % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER credits_credit_state_guard BEFORE UPDATE OF state ON credits_credit
    FOR EACH ROW EXECUTE FUNCTION credits_credit_state_guard();
