-- What the database itself does here, as it is now; the migrations brought it there.

-- The moves of lifecycle.py, also for who has a console.
CREATE FUNCTION outbox_message_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('queued', 'bounced'), ('queued', 'delivered'), ('queued', 'sending'), ('queued', 'sent'),
        ('sending', 'bounced'), ('sending', 'delivered'), ('sending', 'queued'), ('sending', 'sent'),
        ('sent', 'bounced'), ('sent', 'delivered'),
        ('delivered', 'bounced'),
        ('bounced', 'sent')
    ) THEN
        RAISE EXCEPTION 'outbox_message: % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outbox_message_state_guard BEFORE UPDATE OF state ON outbox_message
    FOR EACH ROW EXECUTE FUNCTION outbox_message_state_guard();

CREATE VIEW report_outbox AS
SELECT id AS message_id, company_id, event, kind, recipient, state, tries, queued_at, sent_at, error, subjects,
    provider_id, delivered_at, bounced_at
FROM outbox_message;
COMMENT ON VIEW report_outbox IS 'One row per mail to one recipient.';
