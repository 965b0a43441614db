"""Signing in, and what people do for themselves."""
