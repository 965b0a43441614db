from django.db import migrations

# array_to_string() is only "stable" because of types whose text can change; an address has none of those.
FORWARD = r"""
CREATE FUNCTION customer_words(number text, name text, invoice_emails text[], statement_emails text[])
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('simple'::regconfig, regexp_replace(
        concat_ws(' ', number, name, array_to_string(invoice_emails, ' '), array_to_string(statement_emails, ' ')),
        '[!-/:-@\[-`{-~]+', ' ', 'g'))
$$;
COMMENT ON FUNCTION customer_words IS 'The words by which a customer is found.';
CREATE INDEX customer_by_words ON customers_customer
    USING gin (customer_words(number, name, invoice_emails, statement_emails));
"""
BACKWARD = """
DROP INDEX customer_by_words;
DROP FUNCTION customer_words;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_know_customers_better")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
