"""A flower wholesaler's year, made up for the demo: drawn, written down in bulk, its last weeks lived."""
