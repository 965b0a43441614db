"""Files that a company brings along: runs of the import, what they made, and what columns mean."""
