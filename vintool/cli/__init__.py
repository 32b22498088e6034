"""The edges: thin, and without a rule of their own."""
