-- What the database itself does here, as it is now; the migrations brought it there.

-- The moves of lifecycle.py, also for who has a console.
CREATE FUNCTION disputes_dispute_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('inquiry', 'appealable'), ('inquiry', 'appealed'), ('inquiry', 'closed'), ('inquiry', 'lost'),
        ('inquiry', 'needs_response'), ('inquiry', 'under_review'), ('inquiry', 'won'),
        ('needs_response', 'appealable'), ('needs_response', 'appealed'), ('needs_response', 'lost'),
        ('needs_response', 'under_review'), ('needs_response', 'won'),
        ('under_review', 'appealable'), ('under_review', 'appealed'), ('under_review', 'lost'),
        ('under_review', 'needs_response'), ('under_review', 'won'),
        ('won', 'appealable'), ('won', 'appealed'), ('won', 'lost'),
        ('lost', 'appealable'), ('lost', 'appealed'), ('lost', 'won'),
        ('appealable', 'appealed'), ('appealable', 'lost'), ('appealable', 'won'),
        ('appealed', 'appealable'), ('appealed', 'lost'), ('appealed', 'won'),
        ('closed', 'needs_response')
    ) THEN
        RAISE EXCEPTION 'disputes_dispute: % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disputes_dispute_state_guard BEFORE UPDATE OF state ON disputes_dispute
    FOR EACH ROW EXECUTE FUNCTION disputes_dispute_state_guard();

CREATE VIEW report_dispute AS
SELECT dispute.id AS dispute_id, dispute.company_id, dispute.payment_id, payment.number AS payment_number,
       dispute.reference, dispute.reason, dispute.currency, dispute.amount AS amount_minor,
       dispute.held AS held_minor, dispute.fee AS fee_minor, dispute.state, dispute.opened_at,
       dispute.due_by, dispute.closed_at
FROM disputes_dispute dispute JOIN payments_payment payment ON payment.id = dispute.payment_id;
COMMENT ON VIEW report_dispute IS 'One row per dispute; held_minor is what the processor keeps back now.';
