"""What we send to Stripe and what the sandbox gives, held against the types of Stripe's own library."""
