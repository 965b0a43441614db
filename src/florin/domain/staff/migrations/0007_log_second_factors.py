"""Say in the security log when a second factor comes or goes."""

from django.db import migrations

WATCH = """
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
"""
UNWATCH = """
    DROP TRIGGER staff_second_factors_are_logged ON mfa_authenticator;
    DROP FUNCTION staff_second_factors_are_logged();
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0006_log_who_changed_rights"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunSQL(WATCH, UNWATCH)]
