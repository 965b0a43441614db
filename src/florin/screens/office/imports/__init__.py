"""Setup > Import: files of other programs on their way in."""
