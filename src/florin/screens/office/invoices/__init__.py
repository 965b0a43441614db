"""Open invoices with their batches of payment links, and the Aging report."""
