"""The web server: strangers are waited for on a loop, and only a complete request takes a thread."""
