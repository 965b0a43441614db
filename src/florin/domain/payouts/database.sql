-- What the database itself does here, as it is now; the migrations brought it there.

-- The moves of lifecycle.py, also for who has a console.
CREATE FUNCTION payouts_payout_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('pending', 'canceled'), ('pending', 'failed'), ('pending', 'in_transit'), ('pending', 'paid'),
        ('in_transit', 'canceled'), ('in_transit', 'failed'), ('in_transit', 'paid'),
        ('paid', 'failed')
    ) THEN
        RAISE EXCEPTION 'payouts_payout: % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payouts_payout_state_guard BEFORE UPDATE OF state ON payouts_payout
    FOR EACH ROW EXECUTE FUNCTION payouts_payout_state_guard();

CREATE VIEW report_payout AS
SELECT id AS payout_id, company_id, gateway, account AS processor_account, reference, currency,
       amount AS amount_minor, state, arrives_on, made_at, way, itemised
FROM payouts_payout;
COMMENT ON VIEW report_payout IS 'One row per payout to the company''s bank.';

CREATE VIEW report_movement AS
SELECT move.id AS movement_id, move.company_id, move.gateway, move.account AS processor_account,
       move.reference, move.kind, move.currency, move.gross AS gross_minor, move.fee AS fee_minor,
       move.net AS net_minor, move.at, move.source, move.payment_id, move.refund_id, move.dispute_id,
       move.payout_id, move.attempt_id, move.is_pending, move.presented AS presented_minor,
       move.presented_currency, move.exchange_rate
FROM payouts_movement move;
COMMENT ON VIEW report_movement IS
    'One row per line of the processor''s account; the movements of a payout sum to its amount.';
