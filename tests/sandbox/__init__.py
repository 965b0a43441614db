"""The sandbox, tried from outside: as a program, by Stripe's own SDK, a browser's requests and SMTP."""
