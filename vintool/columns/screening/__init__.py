"""A manifest over columns."""
