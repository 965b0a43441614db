"""A test payment processor that speaks Stripe's wire format, and a test mailbox, in one process."""
