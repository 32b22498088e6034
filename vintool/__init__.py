"""vintool."""
