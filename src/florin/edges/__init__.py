"""The outside world: no models, no decisions."""
