"""Findings -> a summary and a page that a person reads."""
