"""The operator's console, as its operators and everybody else find it."""
