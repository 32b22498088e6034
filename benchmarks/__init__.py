"""Generators of the packaged sample and of large manifests for timing."""
