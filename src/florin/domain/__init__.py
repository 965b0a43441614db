"""What is true: models and rules; no network, no HTTP, no PDF."""
