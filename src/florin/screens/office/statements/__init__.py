"""Statements: made, shown, mailed to one customer or to many."""
