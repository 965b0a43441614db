"""Backups: one file each, holding the database and what belongs to it."""
