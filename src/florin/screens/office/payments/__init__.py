"""Payments: history, the page of one payment, receiving, refunds, returns, disputes, overpayments."""
