-- What the database itself does here, as it is now; the migrations brought it there.

-- The moves of lifecycle.py, also for who has a console.
CREATE FUNCTION refunds_refund_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('requested', 'failed'), ('requested', 'pending'), ('requested', 'succeeded'),
        ('pending', 'failed'), ('pending', 'succeeded'),
        ('succeeded', 'failed')
    ) THEN
        RAISE EXCEPTION 'refunds_refund: % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refunds_refund_state_guard BEFORE UPDATE OF state ON refunds_refund
    FOR EACH ROW EXECUTE FUNCTION refunds_refund_state_guard();

CREATE VIEW report_refund AS
SELECT refund.id AS refund_id, refund.company_id, refund.customer_id, refund.payment_id,
       payment.number AS payment_number, refund.number, refund.currency, refund.amount AS amount_minor,
       refund.fee_returned AS fee_returned_minor, refund.state, refund.reason, refund.failure,
       refund.reference, refund.is_outside AS outside, refund.requested_at, refund.requested_by,
       refund.credit_id AS credit_item_id
FROM refunds_refund refund JOIN payments_payment payment ON payment.id = refund.payment_id;
COMMENT ON VIEW report_refund IS 'One row per refund; failed ones moved no money in the end.';
