"""The steps of an import: rows, survey, papers, refusals, and batches, the only one that books."""
