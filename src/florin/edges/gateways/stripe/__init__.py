"""Stripe, and everything that speaks its language."""
