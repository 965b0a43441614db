-- What the database itself does here, as it is now; the migrations brought it there.

-- The moves of lifecycle.py, also for who has a console.
CREATE FUNCTION companies_paymentsaccount_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('new', 'active'), ('new', 'incomplete'), ('new', 'pending'), ('new', 'rejected'),
        ('new', 'suspended'),
        ('incomplete', 'active'), ('incomplete', 'pending'), ('incomplete', 'rejected'),
        ('incomplete', 'suspended'),
        ('pending', 'active'), ('pending', 'incomplete'), ('pending', 'rejected'),
        ('pending', 'suspended'),
        ('active', 'incomplete'), ('active', 'pending'), ('active', 'rejected'),
        ('active', 'suspended'),
        ('suspended', 'active'), ('suspended', 'incomplete'), ('suspended', 'pending'),
        ('suspended', 'rejected'),
        ('rejected', 'active'), ('rejected', 'incomplete'), ('rejected', 'pending'),
        ('rejected', 'suspended')
    ) THEN
        RAISE EXCEPTION 'companies_paymentsaccount: % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER companies_paymentsaccount_state_guard BEFORE UPDATE OF state ON companies_paymentsaccount
    FOR EACH ROW EXECUTE FUNCTION companies_paymentsaccount_state_guard();

-- A number that was given out is never given out again, whoever has a console.
CREATE FUNCTION companies_counter_rises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.given AND (NEW.last < OLD.last OR NOT NEW.given) THEN
        RAISE EXCEPTION 'companies_counter: % does not go back to %', OLD.last, NEW.last
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER companies_counter_rises BEFORE UPDATE ON companies_counter
    FOR EACH ROW EXECUTE FUNCTION companies_counter_rises();
