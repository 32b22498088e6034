"""A manifest in any format -> sheets of batches, no row lost."""
