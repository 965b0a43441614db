"""The pictures of the documents, taken by a browser: ``make pictures``."""
