"""The Stripe adapter."""

API_VERSION = "2026-10-28.endive"
"""The version of Stripe's API that this adapter speaks and its webhook endpoints are made for.

Raised by hand, with the contract tests run (docs/gateways.md): never by a newer client library.
"""
