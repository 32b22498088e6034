"""What a manifest declares: which column is what, and what a cell means."""
