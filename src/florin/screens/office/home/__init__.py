"""Home: totals, what wants attention, recent activity, bounced mail."""
