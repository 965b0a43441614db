"""Every answer of the processor's, seen in a running demo: a journey to read, not a test."""
