"""Whoever changes somebody's rights, and be it in the database itself, leaves a row in the security log."""

from django.db import migrations

WATCH = """
    CREATE FUNCTION staff_user_rights_are_logged() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO security_securityevent (id, company_id, kind, at, last_at, who, place, about, count)
        VALUES (
            gen_random_uuid(), NEW.company_id, 'rights_changed', now(), now(), NEW.email, '',
            jsonb_build_object(
                'fields', concat_ws(',',
                    CASE WHEN OLD.roles IS DISTINCT FROM NEW.roles THEN 'roles' END,
                    CASE WHEN OLD.is_active <> NEW.is_active THEN 'active' END,
                    CASE WHEN OLD.email <> NEW.email THEN 'email' END),
                'roles_before', array_to_string(OLD.roles, ', '), 'roles_after', array_to_string(NEW.roles, ', '),
                'active_before', CASE WHEN OLD.is_active THEN 'on' ELSE 'off' END,
                'active_after', CASE WHEN NEW.is_active THEN 'on' ELSE 'off' END,
                'email_before', OLD.email, 'email_after', NEW.email
            ), 1
        );
        RETURN NULL;
    END $$;
    CREATE TRIGGER staff_user_rights_are_logged AFTER UPDATE ON staff_user FOR EACH ROW
        WHEN ((OLD.roles, OLD.is_active, OLD.email, OLD.company_id)
            IS DISTINCT FROM (NEW.roles, NEW.is_active, NEW.email, NEW.company_id))
        EXECUTE FUNCTION staff_user_rights_are_logged();
"""
UNWATCH = """
    DROP TRIGGER staff_user_rights_are_logged ON staff_user;
    DROP FUNCTION staff_user_rights_are_logged();
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_count_tries"), ("security", "0002_make_log_append_only")]

    operations = [migrations.RunSQL(WATCH, UNWATCH)]
