"""Credits: entry, approval, applying, upload."""
