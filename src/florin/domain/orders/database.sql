-- What the database itself does here, as it is now; the migrations brought it there.

-- The moves of lifecycle.py, also for who has a console.
CREATE FUNCTION orders_order_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'confirmed'), ('draft', 'void'),
        ('confirmed', 'void')
    ) THEN
        RAISE EXCEPTION 'orders_order: % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER orders_order_state_guard BEFORE UPDATE OF state ON orders_order
    FOR EACH ROW EXECUTE FUNCTION orders_order_state_guard();
