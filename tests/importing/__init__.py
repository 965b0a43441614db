"""The import of real invoices."""
