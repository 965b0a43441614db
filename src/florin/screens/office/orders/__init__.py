"""Orders: entry, Order Summary, the page of one order, orders on hold."""
