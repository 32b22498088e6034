"""Workbooks: surveyed before a library parses them."""
