-- What the database itself does here, as it is now; the migrations brought it there.

-- The words by which a customer is found; the index customer_by_words is made of them. IMMUTABLE, as an index
-- demands, though array_to_string() is only "stable": that is for types whose text can change, and an address
-- has none of those.
CREATE FUNCTION customer_words(number text, name text, invoice_emails text[], statement_emails text[])
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT to_tsvector('simple'::regconfig, regexp_replace(
    concat_ws(' ', number, name, array_to_string(invoice_emails, ' '), array_to_string(statement_emails, ' ')),
    '[!-/:-@\[-`{-~]+', ' ', 'g'))
$$;
COMMENT ON FUNCTION customer_words IS 'The words by which a customer is found.';
