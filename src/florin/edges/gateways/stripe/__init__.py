"""Stripe, and everything that speaks its language.

``factory.py`` makes the gateway from the settings, ``gateway.py`` calls, ``reading.py`` reads the answers,
``words.py`` and ``unknown.py`` translate Stripe's words, ``offers.py`` says what Stripe can do.
"""

API_VERSION = "2026-10-28.endive"
"""The version of Stripe's API that this adapter speaks and its webhook endpoints are made for.

Raised by hand, with the contract tests run (docs/gateways.md): never by a newer client library.
"""
