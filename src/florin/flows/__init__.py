"""What happens: one use case a file; the only place where domain meets edges."""
