-- What the database itself does here, as it is now; the migrations brought it there.

-- Whoever changes what somebody may do, or what they are called, leaves a row in the security log, and be it by
-- hand in the database. It names the person who was changed; and who did it and from where, if the transaction says
-- so (flows do, by `note_actor` of domain/security/services.py).
CREATE FUNCTION staff_user_rights_are_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO security_securityevent (id, company_id, kind, at, last_at, who, place, about, count)
    VALUES (
        gen_random_uuid(), NEW.company_id, 'rights_changed', now(), now(), NEW.email,
        coalesce(current_setting('florin.place', true), ''),
        jsonb_build_object(
            'fields', concat_ws(',',
                CASE WHEN OLD.roles IS DISTINCT FROM NEW.roles THEN 'roles' END,
                CASE WHEN OLD.is_active <> NEW.is_active THEN 'active' END,
                CASE WHEN OLD.email <> NEW.email THEN 'email' END,
                CASE WHEN OLD.name <> NEW.name THEN 'name' END),
            'roles_before', array_to_string(OLD.roles, ', '), 'roles_after', array_to_string(NEW.roles, ', '),
            'active_before', CASE WHEN OLD.is_active THEN 'on' ELSE 'off' END,
            'active_after', CASE WHEN NEW.is_active THEN 'on' ELSE 'off' END,
            'email_before', OLD.email, 'email_after', NEW.email,
            'name_before', OLD.name, 'name_after', NEW.name,
            'by', coalesce(current_setting('florin.actor', true), '')
        ), 1
    );
    RETURN NULL;
END $$;
CREATE TRIGGER staff_user_rights_are_logged AFTER UPDATE ON staff_user
    FOR EACH ROW
    WHEN ((OLD.roles, OLD.is_active, OLD.email, OLD.name, OLD.company_id)
        IS DISTINCT FROM (NEW.roles, NEW.is_active, NEW.email, NEW.name, NEW.company_id))
    EXECUTE FUNCTION staff_user_rights_are_logged();

-- A second factor that comes or goes leaves a row in the security log, whoever lets it. Its table is django-allauth's.
CREATE FUNCTION staff_second_factors_are_logged() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one mfa_authenticator;
    event text;
BEGIN
    one := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    event := CASE
        WHEN one.type <> 'recovery_codes' AND TG_OP = 'DELETE' THEN 'second_factor_removed'
        WHEN one.type <> 'recovery_codes' THEN 'second_factor_added'
        WHEN TG_OP = 'INSERT' THEN 'recovery_codes_made'
    END;
    IF event IS NOT NULL THEN
        INSERT INTO security_securityevent (id, company_id, kind, at, last_at, who, place, about, count)
        SELECT gen_random_uuid(), person.company_id, event, now(), now(), person.email,
            coalesce(current_setting('florin.place', true), ''),
            jsonb_build_object('what', one.type, 'by', coalesce(current_setting('florin.actor', true), '')), 1
        FROM staff_user person WHERE person.id = one.user_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER staff_second_factors_are_logged AFTER INSERT OR DELETE ON mfa_authenticator
    FOR EACH ROW
    EXECUTE FUNCTION staff_second_factors_are_logged();
