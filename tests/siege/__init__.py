"""Attacks on a running server: strangers may try, `/healthz` and the office answer within a second."""
