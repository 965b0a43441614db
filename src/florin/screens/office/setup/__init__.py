"""Setup: the payments account, its settings, sign-in, the security log."""
