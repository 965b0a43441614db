"""Tests of the outside world: papers and mails."""
