"""Each series has a prefix that its company may change, and goes on, never back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("companies", "0014_say_how_to_pay_by_check_and_wire")]

    operations = [
        migrations.AddField("counter", "prefix", models.CharField(blank=True, max_length=8, default="")),
        migrations.AddField("counter", "given", models.BooleanField(default=True)),
        migrations.RunSQL("UPDATE companies_counter SET prefix = series", migrations.RunSQL.noop),
        migrations.AlterField("counter", "prefix", models.CharField(blank=True, max_length=8)),
        migrations.AddConstraint(
            "counter",
            models.UniqueConstraint(
                deferrable=models.Deferrable.DEFERRED,
                fields=("company", "prefix"),
                name="counter_prefix_once",
            ),
        ),
        migrations.AddConstraint(
            "counter",
            models.CheckConstraint(
                condition=models.Q(("prefix__regex", r"^([A-Z0-9]+(-[A-Z0-9]+)*)?$")),
                name="counter_prefix_is_plain",
            ),
        ),
        migrations.RunSQL(
            """
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
            """,
            "DROP TRIGGER companies_counter_rises ON companies_counter;"
            " DROP FUNCTION companies_counter_rises()",
        ),
    ]
