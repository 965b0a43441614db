"""What the folders of the office share."""
