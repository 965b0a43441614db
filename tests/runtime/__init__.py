"""The commands, as whoever runs an installation meets them."""
