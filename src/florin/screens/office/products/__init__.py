"""Setup > Products."""
