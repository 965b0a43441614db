"""Florin: accounts receivable for wholesalers, built around the payment link."""
