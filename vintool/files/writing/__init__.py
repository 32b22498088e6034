"""Answers -> files, whole or not at all."""
