"""What does not work in this installation, and whether the operator has been told."""
