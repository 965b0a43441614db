-- What the database itself does here, as it is now; the migrations brought it there.

-- The moves of lifecycle.py, also for who has a console.
CREATE FUNCTION attempts_attempt_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('opened', 'cancelled'), ('opened', 'capturing'), ('opened', 'expired'), ('opened', 'failed'),
        ('opened', 'pending'), ('opened', 'settled'), ('opened', 'voiding'),
        ('pending', 'cancelled'), ('pending', 'capturing'), ('pending', 'failed'),
        ('pending', 'settled'), ('pending', 'voiding'),
        ('capturing', 'cancelled'), ('capturing', 'settled'),
        ('voiding', 'cancelled'), ('voiding', 'settled'),
        ('cancelled', 'settled'),
        ('failed', 'settled'),
        ('expired', 'capturing'), ('expired', 'pending'), ('expired', 'settled'), ('expired', 'voiding')
    ) THEN
        RAISE EXCEPTION 'attempts_attempt: % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempts_attempt_state_guard BEFORE UPDATE OF state ON attempts_attempt
    FOR EACH ROW EXECUTE FUNCTION attempts_attempt_state_guard();
