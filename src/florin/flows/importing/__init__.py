"""The steps of an import: rows, survey, documents, refusals, and batches, the only one that books."""
