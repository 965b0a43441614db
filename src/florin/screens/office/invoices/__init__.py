"""Open invoices, sending payment links for many of them, and the Aging report."""
