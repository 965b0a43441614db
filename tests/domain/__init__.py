"""Tests of what is true: models, rules and the laws that the database holds."""
