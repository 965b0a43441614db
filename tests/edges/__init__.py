"""Tests of the outside world: documents and mails."""
